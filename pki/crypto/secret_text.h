// SecretText: the bytes of a private key in PEM form. It owns one buffer of fixed size, which is never copied or grown
// and is wiped before it is freed. One thread at a time. Never log its view().
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace pki::crypto {

class SecretText {
 public:
  SecretText() noexcept = default;  // empty
  // Room for `capacity` bytes, all zero and none in use.
  explicit SecretText(std::size_t capacity);
  explicit SecretText(std::string_view text);
  SecretText(SecretText&& other) noexcept;
  SecretText& operator=(SecretText&& other) noexcept;
  ~SecretText() { wipe(); }

  [[nodiscard]] char* data() noexcept { return bytes_.get(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.get(), size_}; }
  // How many bytes, from the first, are in use now; at most capacity().
  void set_size(std::size_t size) noexcept { size_ = size; }
  // Overwrites the whole buffer; it is empty afterwards.
  void wipe() noexcept;

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

}  // namespace pki::crypto
