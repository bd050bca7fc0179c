#include "lb/net/http_answer.h"

#include <algorithm>
#include <charconv>

namespace lb::net {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::string_view kVersion = "HTTP/1.";
constexpr std::size_t kStatusAt = 9;  // "HTTP/1.1 "
constexpr std::size_t kStatusEnd = 12;
constexpr int kHexadecimal = 16;
constexpr int kDecimal = 10;

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kBlank = " \t";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// All of the text, or nothing.
std::optional<std::size_t> number_of(std::string_view text, int base) noexcept {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool begins_as_http(std::string_view bytes) noexcept {
  const std::size_t size = std::min(bytes.size(), kVersion.size());
  return bytes.substr(0, size) == kVersion.substr(0, size);
}

// "HTTP/1.1 200 OK"; the words behind the number may be missing.
std::optional<unsigned> status_of(std::string_view line) noexcept {
  if (line.size() < kStatusEnd || !begins_as_http(line)) return std::nullopt;
  const char minor = line[kVersion.size()];
  const bool shaped = (minor == '0' || minor == '1') && line[kStatusAt - 1] == ' ' &&
                      (line.size() == kStatusEnd || line[kStatusEnd] == ' ');
  const auto status = number_of(line.substr(kStatusAt, kStatusEnd - kStatusAt), kDecimal);
  constexpr std::size_t kLeast = 100;
  constexpr std::size_t kMost = 599;
  if (!shaped || !status || *status < kLeast || *status > kMost) return std::nullopt;
  return static_cast<unsigned>(*status);
}

// False for a field that makes the answer no answer.
bool take_field(std::string_view line, HttpAnswer& answer) noexcept {
  const auto colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (same_word(name, "content-length")) {
    answer.body_size = number_of(value, kDecimal);
    return answer.body_size.has_value();
  }
  if (same_word(name, "transfer-encoding")) answer.chunked = same_word(value, "chunked");
  if (same_word(name, "connection")) answer.keeps_open = !same_word(value, "close");
  return true;
}

bool has_no_body(unsigned status) noexcept {
  return status == 204 || status == 304;  // RFC 9112 s6.3
}

}  // namespace

base::Result<std::optional<HttpAnswer>> parse_http_answer(std::string_view bytes) {
  if (!begins_as_http(bytes)) return base::fail("what came is no HTTP");
  const auto end = bytes.substr(0, kLargestHttpHead).find(kHeadEnd);
  if (end == std::string_view::npos) {
    if (bytes.size() < kLargestHttpHead) return std::nullopt;
    return base::fail("the answer's head is longer than {} bytes", kLargestHttpHead);
  }
  std::string_view head = bytes.substr(0, end);
  const auto line_end = std::min(head.find(kLineEnd), head.size());
  const auto status = status_of(head.substr(0, line_end));
  if (!status) return base::fail("the answer's status line is not of HTTP/1");
  HttpAnswer answer;
  answer.status = *status;
  answer.head_size = end + kHeadEnd.size();
  answer.keeps_open = head[kVersion.size()] == '1';
  head.remove_prefix(std::min(line_end + kLineEnd.size(), head.size()));
  while (!head.empty()) {
    const auto field_end = std::min(head.find(kLineEnd), head.size());
    // The status is known; with a field that cannot be read, only where the answer ends is not.
    if (!take_field(head.substr(0, field_end), answer)) answer.keeps_open = false;
    head.remove_prefix(std::min(field_end + kLineEnd.size(), head.size()));
  }
  if (has_no_body(answer.status)) answer.body_size = 0;
  return answer;
}

base::Result<std::optional<std::size_t>> end_of_answer(std::string_view bytes, const HttpAnswer& answer) {
  std::size_t at = answer.head_size;
  if (!answer.chunked) {
    if (!answer.body_size) return base::fail("the answer does not tell its length");
    const bool whole = bytes.size() - at >= *answer.body_size;
    return whole ? std::optional(at + *answer.body_size) : std::nullopt;
  }
  while (true) {  // a chunk each; the last one is empty, and its line may be followed by trailer fields
    const auto line_end = bytes.find(kLineEnd, at);
    if (line_end == std::string_view::npos) return std::nullopt;
    const std::string_view line = bytes.substr(at, line_end - at);
    const auto size = number_of(trimmed(line.substr(0, line.find(';'))), kHexadecimal);
    if (!size) return base::fail("the answer's chunks have no length");
    if (*size == 0) {
      const auto end = bytes.find(kHeadEnd, line_end);
      return end == std::string_view::npos ? std::nullopt : std::optional(end + kHeadEnd.size());
    }
    const std::size_t behind = bytes.size() - line_end - kLineEnd.size();
    if (behind < *size + kLineEnd.size() || *size > behind) return std::nullopt;
    at = line_end + kLineEnd.size() + *size + kLineEnd.size();
  }
}

}  // namespace lb::net
