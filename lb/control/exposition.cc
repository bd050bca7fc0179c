#include "lb/control/exposition.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace lb::control {
namespace {

constexpr std::size_t kLongestNumber = 32;  // 24 at most: -1.7976931348623157e+308

std::string_view to_string(Exposition::Type type) noexcept {
  switch (type) {
    case Exposition::Type::kCounter:
      return "counter";
    case Exposition::Type::kGauge:
      return "gauge";
    case Exposition::Type::kHistogram:
      return "histogram";
  }
  return "untyped";
}

// The shortest that is read as the same number: 0.0005, 1e-09.
char* write_number(char* at, double value) noexcept {
  return std::to_chars(at, at + kLongestNumber, value, std::chars_format::general).ptr;
}

char* write_number(char* at, std::uint64_t value) noexcept {
  return std::to_chars(at, at + kLongestNumber, value).ptr;
}

std::string_view written(std::array<char, kLongestNumber>& room, double value) noexcept {
  return {room.data(), static_cast<std::size_t>(write_number(room.data(), value) - room.data())};
}

}  // namespace

void Labels::add(const Label& label) {
  text_ += text_.empty() ? '{' : ',';
  text_ += label.first;
  text_ += "=\"";
  for (const char c : label.second) {
    if (c == '\\' || c == '"') text_ += '\\';
    c == '\n' ? text_ += "\\n" : text_ += c;
  }
  text_ += '"';
}

void Exposition::begin(std::string_view name, Type type, std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ").append(help);
  text_.append("\n# TYPE ").append(name).append(" ").append(to_string(type)).append("\n");
}

void Exposition::add(const Labels& labels, std::span<const std::chrono::nanoseconds> bounds,
                     std::span<const std::uint64_t> counts, std::chrono::microseconds sum) {
  std::array<char, kLongestNumber> room{};
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    below += counts[i];
    add_line("_bucket", labels, {"le", i < bounds.size() ? written(room, seconds(bounds[i])) : "+Inf"}, below);
  }
  add_line("_sum", labels, {}, seconds(sum));
  add_line("_count", labels, {}, below);
}

void Exposition::add_line(std::string_view suffix, const Labels& labels, const Labels::Label& last,
                          std::uint64_t value) {
  write_line(suffix, labels, last, value);
}

void Exposition::add_line(std::string_view suffix, const Labels& labels, const Labels::Label& last, double value) {
  write_line(suffix, labels, last, value);
}

// There are tens of thousands: room is made once a line, and what is too much of it is given back.
template <class Number>
void Exposition::write_line(std::string_view suffix, const Labels& labels, const Labels::Label& last, Number value) {
  constexpr std::size_t kMarks = 8;  // {,=""} and the ends of value and line
  const std::string_view own = labels.text();
  const std::size_t begin = text_.size();
  text_.resize(begin + name_.size() + suffix.size() + own.size() + last.first.size() + last.second.size() + kMarks +
               kLongestNumber);
  char* at = text_.data() + begin;
  const auto put = [&at](std::string_view piece) { at = std::copy(piece.begin(), piece.end(), at); };
  put(name_);
  put(suffix);
  put(own);
  if (!last.first.empty()) {
    put(own.empty() ? "{" : ",");
    put(last.first);
    put("=\"");
    put(last.second);
    put("\"");
  }
  put(own.empty() && last.first.empty() ? " " : "} ");
  at = write_number(at, value);
  *at++ = '\n';
  text_.resize(static_cast<std::size_t>(at - text_.data()));
}

}  // namespace lb::control
