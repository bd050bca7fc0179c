// HttpBody: the body of an answer: text that never changes and may be shared, so that it is not copied on its way to
// the client, and whoever makes a large one every second may keep it (`share`). Used like a string. Values; the text is
// free when the last of them is gone.
#pragma once

#include <cstddef>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace lb::net {

class HttpBody {
 public:
  HttpBody() = default;
  // All of them on purpose: a body is nothing but its text.
  HttpBody(std::string text)  // NOLINT(google-explicit-constructor)
      : text_(std::make_shared<const std::string>(std::move(text))) {}
  HttpBody(std::string_view text) : HttpBody(std::string(text)) {}  // NOLINT(google-explicit-constructor)
  HttpBody(const char* text) : HttpBody(std::string(text)) {}       // NOLINT(google-explicit-constructor)
  HttpBody(std::shared_ptr<const std::string> text) noexcept        // NOLINT(google-explicit-constructor)
      : text_(std::move(text)) {}

  [[nodiscard]] const std::string& text() const noexcept {
    static const std::string none;
    return text_ ? *text_ : none;
  }
  operator const std::string&() const noexcept { return text(); }  // NOLINT(google-explicit-constructor)

  [[nodiscard]] const char* data() const noexcept { return text().data(); }
  [[nodiscard]] std::size_t size() const noexcept { return text().size(); }
  [[nodiscard]] bool empty() const noexcept { return text().empty(); }
  [[nodiscard]] auto begin() const noexcept { return text().begin(); }
  [[nodiscard]] auto end() const noexcept { return text().end(); }
  void clear() noexcept { text_.reset(); }
  // The text for as long as somebody needs it; null where there is none.
  [[nodiscard]] std::shared_ptr<const std::string> share() const noexcept { return text_; }

  friend bool operator==(const HttpBody& a, const HttpBody& b) noexcept { return a.text() == b.text(); }
  friend std::ostream& operator<<(std::ostream& out, const HttpBody& body) { return out << body.text(); }

 private:
  std::shared_ptr<const std::string> text_;
};

}  // namespace lb::net
