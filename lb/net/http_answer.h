// HttpAnswer: the head of one HTTP/1 answer, as far as a health check needs it: the status, and where the body ends, so
// that a second question may follow. Strict, and it never looks at more than it is given. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "lib/base/result.h"

namespace lb::net {

struct HttpAnswer {
  unsigned status = 0;
  std::size_t head_size = 0;             // up to and with the empty line
  std::optional<std::size_t> body_size;  // by Content-Length
  bool chunked = false;
  bool keeps_open = true;  // the server takes another request on this connection
};

// RFC 9112: a status line, header fields, an empty line, all ended by CRLF, within kLargestHttpHead bytes. Nothing
// while more bytes have to come; an error as soon as they cannot become an answer any more.
inline constexpr std::size_t kLargestHttpHead = 8 * 1024;
[[nodiscard]] base::Result<std::optional<HttpAnswer>> parse_http_answer(std::string_view bytes);

// Where the answer's body ends in `bytes`; nothing while more bytes have to come, an error where its end cannot be
// told.
[[nodiscard]] base::Result<std::optional<std::size_t>> end_of_answer(std::string_view bytes, const HttpAnswer& answer);

}  // namespace lb::net
