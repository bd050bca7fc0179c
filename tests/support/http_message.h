// The little of HTTP/1.1 (RFC 9112) that a test's client and server speak: heads, bodies of a known length, chunks.
// Pure functions and values; any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace tests::support {

struct HttpRequest {
  std::string method;
  std::string path;                          // without the query
  std::map<std::string, std::string> query;  // not percent-decoded
  bool keep_alive = true;
};

struct HttpResponse {
  int status = 0;
  std::string body;
};

// What is known of a response once its head has come.
struct ResponseHead {
  int status = 0;
  std::size_t size = 0;                  // of the head itself, with the empty line
  std::optional<std::size_t> body_size;  // Content-Length
  bool chunked = false;
};

inline constexpr std::string_view kEndOfHead = "\r\n\r\n";

// `head` is all that stands before the empty line.
[[nodiscard]] base::Result<HttpRequest> parse_request(std::string_view head);
// Nothing: the head is not whole yet.
[[nodiscard]] base::Result<std::optional<ResponseHead>> parse_response_head(std::string_view bytes);

[[nodiscard]] std::string chunk(std::string_view bytes);
// Takes the first whole chunk off `bytes`; nothing while it is not whole. The last chunk is an empty string.
[[nodiscard]] base::Result<std::optional<std::string>> take_chunk(std::string& bytes);

}  // namespace tests::support
