// Exposition: metrics as the text that Prometheus reads (format 0.0.4). Written line by line into one string, because
// a scrape must not hold up the loop that checks backends: thirty thousand lines take a few milliseconds, a hundredth
// of what it took to build the families of prometheus-cpp and to have its serializer print them. One thread.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace lb::control {

// Labels as they stand in a line, so that they are put together and escaped once for all metrics of one thing.
class Labels {
 public:
  using Label = std::pair<std::string_view, std::string_view>;  // name and value

  Labels() = default;
  Labels(std::initializer_list<Label> labels) {
    for (const Label& label : labels) add(label);
  }
  void add(const Label& label);
  // `{a="b",c="d"`, as further labels may follow; nothing where there are none.
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

 private:
  std::string text_;
};

class Exposition {
 public:
  enum class Type { kCounter, kGauge, kHistogram };

  // Writes into `room`, whose content is given up and whose memory is used again: megabytes that grow, or that the
  // system has to hand out anew, take longer than writing them.
  explicit Exposition(std::string room = {}) : text_(std::move(room)) { text_.clear(); }

  // Announces a family by its whole name; its samples follow. A family that gets none should not begin. `help` is a
  // sentence without backslashes and line ends.
  void begin(std::string_view name, Type type, std::string_view help);

  template <std::integral Number>
  void add(const Labels& labels, Number value) {
    add_line({}, labels, {}, static_cast<std::uint64_t>(value));
  }
  // `last` is one more label; a fixed word.
  template <std::integral Number>
  void add(const Labels& labels, const Labels::Label& last, Number value) {
    add_line({}, labels, last, static_cast<std::uint64_t>(value));
  }
  void add(const Labels& labels, double value) { add_line({}, labels, {}, value); }
  void add(const Labels& labels, const Labels::Label& last, double value) { add_line({}, labels, last, value); }
  // `bounds` ascend; `counts` are of each bucket alone, one more than bounds.
  void add(const Labels& labels, std::span<const std::chrono::nanoseconds> bounds,
           std::span<const std::uint64_t> counts, std::chrono::microseconds sum);

  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  void add_line(std::string_view suffix, const Labels& labels, const Labels::Label& last, std::uint64_t value);
  void add_line(std::string_view suffix, const Labels& labels, const Labels::Label& last, double value);
  template <class Number>
  void write_line(std::string_view suffix, const Labels& labels, const Labels::Label& last, Number value);

  std::string text_;
  std::string name_;
};

// Seconds, as Prometheus wants all times. Of any duration as it is: microseconds that sessions of months add up to
// would not fit into nanoseconds.
template <class Rep, class Period>
[[nodiscard]] double seconds(std::chrono::duration<Rep, Period> time) noexcept {
  return std::chrono::duration<double>(time).count();
}

}  // namespace lb::control
