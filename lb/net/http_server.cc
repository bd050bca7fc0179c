#include "lb/net/http_server.h"

#include <event2/http.h>
#include <event2/listener.h>
#include <fcntl.h>

#include <stdexcept>
#include <utility>

#include "lb/net/http_request.h"
#include "lb/net/listen_socket.h"
#include "lib/base/unique_fd.h"

namespace lb::net {
namespace {

constexpr int kRequestTimeoutSeconds = 10;
constexpr ev_ssize_t kLargestHead = 16 * 1024;
constexpr ev_ssize_t kLargestBody = 64 * 1024;
constexpr std::chrono::milliseconds kRest{100};

// libevent's listener would spin when descriptors run out: it is told to rest for a moment instead.
void enable_again(evutil_socket_t, short, void* listener) noexcept {
  evconnlistener_enable(static_cast<evconnlistener*>(listener));
}

void rest_on_error(evconnlistener* listener, void*) noexcept {
  evconnlistener_disable(listener);
  const timeval pause{0, std::chrono::microseconds(kRest).count()};
  event_base_once(evconnlistener_get_base(listener), -1, EV_TIMEOUT, &enable_again, listener, &pause);
}

// For good: one without a callback is not enabled again.
void stop_accepting(evconnlistener* listener) noexcept {
  evconnlistener_disable(listener);
  evconnlistener_set_cb(listener, nullptr, nullptr);
}

evhttp* new_http(EventLoop& loop) {
  evhttp* const http = evhttp_new(loop.base());
  if (http == nullptr) throw std::runtime_error("cannot make the admin server: out of memory");
  return http;
}

}  // namespace

void HttpServer::FreeHttp::operator()(evhttp* http) const noexcept {
  evhttp_free(http);
}

HttpServer::HttpServer(EventLoop& loop, Handler handler, std::chrono::milliseconds patience)
    : handler_(std::move(handler)),
      http_(new_http(loop)),
      connections_(loop, http_.get()),
      pending_(std::make_shared<PendingReplies>(loop, connections_, patience)),
      closing_(loop, [this] { close_doors(); }) {
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
  pending_.reset();  // libevent gives up the requests that wait, together with their connections
  if (owns_files_) {
    for (const SocketFile& socket : unix_sockets_) remove_socket(socket);
  }
}

base::Result<base::SocketAddress> HttpServer::listen(const base::SocketAddress& address) {
  auto fds = open_listen_sockets(address, 1);
  if (!fds) return base::Failure(fds.error());
  return adopt(std::move(fds->front()));
}

base::Result<base::SocketAddress> HttpServer::adopt(base::UniqueFd fd) {
  const base::SocketAddress bound = local_address(fd.get());
  if (auto served = serve(fd.get(), bound.to_string()); !served) return base::Failure(served.error());
  static_cast<void>(fd.release());
  return bound;
}

base::Result<void> HttpServer::adopt_unix(base::UniqueFd fd, const std::filesystem::path& path) {
  unix_sockets_.push_back(socket_file_at(path));
  owns_files_ = false;
  if (auto served = serve(fd.get(), path.string()); !served) return served;
  static_cast<void>(fd.release());
  return {};
}

base::Result<void> HttpServer::adopt_activated(base::UniqueFd fd) {
  if (auto served = serve(fd.get(), unix_socket_path(fd.get()).string()); !served) return served;
  static_cast<void>(fd.release());
  return {};
}

HttpServer::Doors HttpServer::copy_doors() const {
  Doors doors;
  for (evhttp_bound_socket* const door : doors_) {
    const int fd = evhttp_bound_socket_get_fd(door);
    base::UniqueFd& copy = is_unix_socket(fd) ? doors.unix_socket : doors.tcp;
    if (!copy) copy.reset(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  }
  doors.unix_socket_activated = doors.unix_socket && unix_sockets_.empty();
  return doors;
}

void HttpServer::leave() noexcept {
  for (evhttp_bound_socket* const door : doors_) stop_accepting(evhttp_bound_socket_get_listener(door));
  closing_.start(2 * kRest);  // one that rests is looked at once more
  unix_sockets_.clear();
  pending_->close_connections();
  connections_.end_idle();
}

base::Result<void> HttpServer::listen_unix(const std::filesystem::path& path) {
  auto socket = open_unix_socket(path);
  if (!socket) return base::Failure(socket.error());
  unix_sockets_.push_back(socket->file);
  if (auto served = serve(socket->fd.get(), path.string()); !served) return served;
  static_cast<void>(socket->fd.release());
  return {};
}

base::Result<void> HttpServer::serve(int fd, const std::string& name) {
  evhttp_bound_socket* const bound = evhttp_accept_socket_with_handle(http_.get(), fd);
  if (bound == nullptr) return base::fail("cannot serve {}: out of memory", name);
  evconnlistener_set_error_cb(evhttp_bound_socket_get_listener(bound), &rest_on_error);
  doors_.push_back(bound);
  return {};
}

void HttpServer::close_doors() noexcept {
  for (evhttp_bound_socket* const door : doors_) evhttp_del_accept_socket(http_.get(), door);
  doors_.clear();
}

void HttpServer::on_request(evhttp_request* request, void* self) noexcept {
  auto& server = *static_cast<HttpServer*>(self);
  server.connections_.asks(evhttp_connection_get_bufferevent(evhttp_request_get_connection(request)));
  const HttpRequest asked = read_request(request);
  const auto patient = server.patient_.find(asked.path);
  server.handler_(asked, server.pending_->add(request, patient == server.patient_.end() ? 1 : patient->second));
}

}  // namespace lb::net
