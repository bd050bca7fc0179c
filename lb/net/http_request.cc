#include "lb/net/http_request.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <sys/socket.h>

#include <cstdlib>
#include <memory>

namespace lb::net {
namespace {

using Method = HttpRequest::Method;

Method method_of(evhttp_request* request) noexcept {
  switch (evhttp_request_get_command(request)) {
    case EVHTTP_REQ_GET:
      return Method::kGet;
    case EVHTTP_REQ_HEAD:
      return Method::kHead;
    case EVHTTP_REQ_POST:
      return Method::kPost;
    case EVHTTP_REQ_PATCH:
      return Method::kPatch;
    default:
      return Method::kOther;
  }
}

enum class Plus { kIsSpace, kIsItself };  // kIsSpace: in a query, as forms write it

std::string decoded(const std::string& text, Plus plus) {
  std::size_t size = 0;
  const int decode_plus = plus == Plus::kIsSpace ? 1 : 0;
  const std::unique_ptr<char, void (*)(void*)> bytes(evhttp_uridecode(text.c_str(), decode_plus, &size), &std::free);
  return bytes ? std::string(bytes.get(), size) : text;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const std::string_view value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    pairs.emplace_back(decoded(std::string(pair.substr(0, equals)), Plus::kIsSpace),
                       decoded(std::string(value), Plus::kIsSpace));
  }
  return pairs;
}

HttpRequest::Door door_of(evhttp_request* request) noexcept {
  bufferevent* const stream = evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const bool is_known = ::getsockname(bufferevent_getfd(stream), reinterpret_cast<sockaddr*>(&address), &size) == 0;
  return is_known && address.ss_family == AF_UNIX ? HttpRequest::Door::kUnixSocket : HttpRequest::Door::kTcp;
}

std::string header_of(evhttp_request* request, const char* name) {
  const char* const value = evhttp_find_header(evhttp_request_get_input_headers(request), name);
  return value == nullptr ? "" : value;
}

std::string body_of(evhttp_request* request) {
  evbuffer* const buffer = evhttp_request_get_input_buffer(request);
  std::string body(evbuffer_get_length(buffer), '\0');
  evbuffer_copyout(buffer, body.data(), body.size());
  return body;
}

}  // namespace

HttpRequest read_request(evhttp_request* request) {
  const evhttp_uri* const uri = evhttp_request_get_evhttp_uri(request);
  const char* const path = uri == nullptr ? nullptr : evhttp_uri_get_path(uri);
  const char* const query = uri == nullptr ? nullptr : evhttp_uri_get_query(uri);
  HttpRequest read{.method = method_of(request), .path = path == nullptr ? "/" : decoded(path, Plus::kIsItself)};
  if (query != nullptr) read.query = parse_query(query);
  read.door = door_of(request);
  read.authorization = header_of(request, "Authorization");
  read.content_type = header_of(request, "Content-Type");
  read.host = header_of(request, "Host");
  if (read.method == Method::kPost || read.method == Method::kPatch) read.body = body_of(request);
  return read;
}

bool has_ignored_body(evhttp_request* request) {
  const Method method = method_of(request);
  if (method == Method::kPost || method == Method::kPatch) return false;
  return !header_of(request, "Content-Length").empty() || !header_of(request, "Transfer-Encoding").empty();
}

}  // namespace lb::net
