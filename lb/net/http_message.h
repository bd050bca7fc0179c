// What the admin server is asked and what it answers, as values. Any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lb/net/http_body.h"

namespace lb::net {

struct HttpRequest {
  enum class Method { kGet, kHead, kPost, kPatch, kOther };
  // By which door it came in: a Unix socket is open to its owner alone, a TCP address to whoever reaches it.
  enum class Door { kTcp, kUnixSocket };

  Method method = Method::kOther;
  std::string path;                                          // decoded, without the query
  std::vector<std::pair<std::string, std::string>> query{};  // decoded, in order
  Door door = Door::kTcp;
  std::string authorization{};  // that header; "": none
  std::string content_type{};   // that header; "": none
  std::string host{};           // that header; "": none
  std::string body{};           // of POST and PATCH; at most 64 KiB

  // The first value of this name in the query.
  [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const {
    for (const auto& [key, value] : query) {
      if (key == name) return value;
    }
    return std::nullopt;
  }
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  HttpBody body;
  std::vector<std::pair<std::string, std::string>> headers{};  // further ones, such as Allow of a 405
};

// Answers one request, now or later, on the loop that the request came in by. The first call counts; one that comes
// after the time was up, after the client went away or after the server is gone does nothing.
using HttpReply = std::function<void(const HttpResponse&)>;

}  // namespace lb::net
