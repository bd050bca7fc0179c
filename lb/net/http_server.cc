#include "lb/net/http_server.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "lb/net/listen_socket.h"
#include "lib/base/unique_fd.h"

namespace lb::net {
namespace {

constexpr int kRequestTimeoutSeconds = 10;
constexpr ev_ssize_t kLargestHead = 16 * 1024;
constexpr ev_ssize_t kLargestBody = 64 * 1024;

HttpRequest::Method method_of(evhttp_request* request) noexcept {
  switch (evhttp_request_get_command(request)) {
    case EVHTTP_REQ_GET:
      return HttpRequest::Method::kGet;
    case EVHTTP_REQ_HEAD:
      return HttpRequest::Method::kHead;
    default:
      return HttpRequest::Method::kOther;
  }
}

std::string decoded_path(evhttp_request* request) {
  const evhttp_uri* const uri = evhttp_request_get_evhttp_uri(request);
  const char* const path = uri == nullptr ? nullptr : evhttp_uri_get_path(uri);
  if (path == nullptr) return "/";
  std::size_t size = 0;
  const std::unique_ptr<char, void (*)(void*)> decoded(evhttp_uridecode(path, 0, &size), &std::free);
  return decoded ? std::string(decoded.get(), size) : path;
}

base::Result<sockaddr_un> unix_address(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // Linux would choose an abstract name, which has no mode: every user could connect (unix(7)).
  if (path.empty()) return base::fail("cannot listen on a socket without a path; give one, or none for no socket");
  if (path.native().size() >= sizeof address.sun_path) {
    return base::fail("cannot listen on {}: the path is longer than {} bytes; choose a shorter one", path.string(),
                      sizeof address.sun_path - 1);
  }
  std::memcpy(address.sun_path, path.c_str(), path.native().size() + 1);
  return address;
}

base::UniqueFd unix_socket() noexcept {
  base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
  if (!fd) return fd;
  ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  return fd;
}

base::Failure cannot_listen(const std::filesystem::path& path, int error) {
  return base::fail("cannot listen on {}: {}; choose another path", path.string(), base::errno_text(error));
}

// Removes a socket that a process which is gone has left behind; whatever else is there stays and is an error.
base::Result<void> clear_stale(const std::filesystem::path& path, const sockaddr_un& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return {};
  if (!S_ISSOCK(status.st_mode)) return cannot_listen(path, EEXIST);
  const base::UniqueFd probe = unix_socket();
  if (!probe) return cannot_listen(path, errno);
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
      errno != ECONNREFUSED) {
    return base::fail("cannot listen on {}: another keepstate-lb serves it; stop that one or choose another path",
                      path.string());
  }
  if (::unlink(path.c_str()) != 0) return cannot_listen(path, errno);
  return {};
}

base::Result<base::UniqueFd> bound_unix_socket(const std::filesystem::path& path, const sockaddr_un& address) {
  base::UniqueFd fd = unix_socket();
  if (!fd) return cannot_listen(path, errno);
  // The umask makes the socket private from the moment it exists. It is the whole process's, but workers make no files.
  const mode_t old = ::umask(0177);
  const int bound = ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = errno;
  ::umask(old);
  if (bound != 0) return cannot_listen(path, error);
  if (::listen(fd.get(), 64) != 0) return cannot_listen(path, errno);
  return fd;
}

HttpServer::UnixSocket file_at(const std::filesystem::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? HttpServer::UnixSocket{path, status.st_dev, status.st_ino}
                                             : HttpServer::UnixSocket{};
}

// libevent's listener would spin when descriptors run out: it is told to rest for a moment instead.
void enable_again(evutil_socket_t, short, void* listener) noexcept {
  evconnlistener_enable(static_cast<evconnlistener*>(listener));
}

void rest_on_error(evconnlistener* listener, void*) noexcept {
  evconnlistener_disable(listener);
  const timeval pause{0, 100'000};
  event_base_once(evconnlistener_get_base(listener), -1, EV_TIMEOUT, &enable_again, listener, &pause);
}

}  // namespace

void HttpServer::FreeHttp::operator()(evhttp* http) const noexcept {
  evhttp_free(http);
}

HttpServer::HttpServer(EventLoop& loop, Handler handler)
    : handler_(std::move(handler)), http_(evhttp_new(loop.base())) {
  if (!http_) throw std::runtime_error("cannot make the admin server: out of memory");
  evhttp_set_gencb(http_.get(), &HttpServer::on_request, this);
  evhttp_set_timeout(http_.get(), kRequestTimeoutSeconds);
  evhttp_set_max_headers_size(http_.get(), kLargestHead);
  evhttp_set_max_body_size(http_.get(), kLargestBody);
  // What is not allowed here would get libevent's 501; the handler has the better answer.
  evhttp_set_allowed_methods(http_.get(), EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
                                              EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE |
                                              EVHTTP_REQ_PATCH);
}

HttpServer::~HttpServer() {
  // The path may lead to another daemon's socket by now. An inode lives as long as its socket does, so ours is not
  // another's yet.
  for (const UnixSocket& socket : unix_sockets_) {
    if (file_at(socket.path) == socket) ::unlink(socket.path.c_str());
  }
}

base::Result<base::SocketAddress> HttpServer::listen(const base::SocketAddress& address) {
  auto fds = open_listen_sockets(address, 1);
  if (!fds) return base::Failure(fds.error());
  const base::SocketAddress bound = local_address(fds->front().get());
  if (auto served = serve(fds->front().get(), bound.to_string()); !served) return base::Failure(served.error());
  static_cast<void>(fds->front().release());
  return bound;
}

base::Result<void> HttpServer::listen_unix(const std::filesystem::path& path) {
  const auto address = unix_address(path);
  if (!address) return base::Failure(address.error());
  if (auto cleared = clear_stale(path, *address); !cleared) return cleared;
  auto fd = bound_unix_socket(path, *address);
  if (!fd) return base::Failure(fd.error());
  unix_sockets_.push_back(file_at(path));
  if (auto served = serve(fd->get(), path.string()); !served) return served;
  static_cast<void>(fd->release());
  return {};
}

base::Result<void> HttpServer::serve(int fd, const std::string& name) {
  evhttp_bound_socket* const bound = evhttp_accept_socket_with_handle(http_.get(), fd);
  if (bound == nullptr) return base::fail("cannot serve {}: out of memory", name);
  evconnlistener_set_error_cb(evhttp_bound_socket_get_listener(bound), &rest_on_error);
  return {};
}

void HttpServer::on_request(evhttp_request* request, void* self) noexcept {
  static_cast<HttpServer*>(self)->answer(request);
}

void HttpServer::answer(evhttp_request* request) noexcept {
  const HttpRequest::Method method = method_of(request);
  const HttpResponse response = handler_({method, decoded_path(request)});
  evkeyvalq* const headers = evhttp_request_get_output_headers(request);
  evhttp_add_header(headers, "Content-Type", response.content_type.c_str());
  evhttp_add_header(headers, "Cache-Control", "no-store");
  if (response.status == 405) evhttp_add_header(headers, "Allow", "GET, HEAD");  // RFC 9110 s15.5.6
  if (method == HttpRequest::Method::kHead) {
    // libevent would send a body here too, and no length (RFC 9110 s9.3.2 wants the opposite).
    evhttp_add_header(headers, "Content-Length", std::to_string(response.body.size()).c_str());
  } else {
    evbuffer_add(evhttp_request_get_output_buffer(request), response.body.data(), response.body.size());
  }
  evhttp_send_reply(request, response.status, nullptr, nullptr);
}

}  // namespace lb::net
