#include "tests/support/http_message.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace tests::support {
namespace {

using base::fail;

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::optional<std::size_t> number(std::string_view text, int base) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Cuts `text` at the first `mark`; all of it when there is none.
std::string_view cut(std::string_view& text, std::string_view mark) {
  const auto at = text.find(mark);
  const std::string_view first = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + mark.size());
  return first;
}

// Header lines to names in lower case and values without the blanks around them.
std::map<std::string, std::string> parse_headers(std::string_view lines) {
  std::map<std::string, std::string> headers;
  while (!lines.empty()) {
    std::string_view value = cut(lines, "\r\n");
    const std::string name = lower(cut(value, ":"));
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    headers[name] = value;
  }
  return headers;
}

std::map<std::string, std::string> parse_query(std::string_view text) {
  std::map<std::string, std::string> query;
  while (!text.empty()) {
    std::string_view value = cut(text, "&");
    const std::string name(cut(value, "="));
    query[name] = value;
  }
  return query;
}

}  // namespace

base::Result<HttpRequest> parse_request(std::string_view head) {
  std::string_view line = cut(head, "\r\n");
  HttpRequest request;
  request.method = cut(line, " ");
  std::string_view target = cut(line, " ");
  if (target.empty() || target.front() != '/' || !line.starts_with("HTTP/1.")) {
    return fail("not an HTTP/1.1 request: '{}'", head.substr(0, 80));
  }
  request.path = cut(target, "?");
  request.query = parse_query(target);
  const auto headers = parse_headers(head);
  const auto connection = headers.find("connection");
  request.keep_alive = connection == headers.end() || lower(connection->second) != "close";
  return request;
}

base::Result<std::optional<ResponseHead>> parse_response_head(std::string_view bytes) {
  const auto end = bytes.find(kEndOfHead);
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view lines = bytes.substr(0, end);
  std::string_view line = cut(lines, "\r\n");
  const std::string_view version = cut(line, " ");
  const auto status = number(cut(line, " "), 10);
  if (!version.starts_with("HTTP/1.") || !status) {
    return fail("not an HTTP/1.1 response: '{}'", bytes.substr(0, 80));
  }
  const auto headers = parse_headers(lines);
  ResponseHead head{static_cast<int>(*status), end + kEndOfHead.size(), std::nullopt, false};
  if (const auto found = headers.find("content-length"); found != headers.end()) {
    head.body_size = number(found->second, 10);
    if (!head.body_size) return fail("Content-Length is not a number: '{}'", found->second);
  }
  const auto coding = headers.find("transfer-encoding");
  head.chunked = coding != headers.end() && lower(coding->second) == "chunked";
  return head;
}

std::string chunk(std::string_view bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

base::Result<std::optional<std::string>> take_chunk(std::string& bytes) {
  const auto line = bytes.find("\r\n");
  if (line == std::string::npos) return std::nullopt;
  const auto size = number(std::string_view(bytes).substr(0, line), 16);
  if (!size) return fail("not a chunk's size: '{}'", bytes.substr(0, std::min<std::size_t>(line, 40)));
  const std::size_t begin = line + 2;
  if (bytes.size() < begin + 2 || bytes.size() - begin - 2 < *size) return std::nullopt;
  std::string content = bytes.substr(begin, *size);
  if (bytes.compare(begin + *size, 2, "\r\n") != 0)
    return fail("a chunk of {} bytes does not end where it should", *size);
  bytes.erase(0, begin + *size + 2);
  return content;
}

}  // namespace tests::support
