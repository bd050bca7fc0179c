#include "lb/net/connector.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "lb/net/socket.h"

namespace lb::net {
namespace {

timeval to_timeval(std::chrono::milliseconds time) noexcept {
  return {time.count() / 1000, static_cast<suseconds_t>(time.count() % 1000 * 1000)};
}

}  // namespace

Connector::Connector(EventLoop& loop, Done done) : loop_(loop), done_(std::move(done)) {
  event_assign(&event_, loop_.base(), -1, 0, &Connector::on_event, this);
}

Connector::~Connector() {
  cancel();
}

void Connector::start(const base::SocketAddress& address, std::chrono::milliseconds timeout) noexcept {
  cancel();
  SocketResult socket = tcp_socket(address.family());
  if (socket.fd) {
    delay_first_ack(socket.fd.get());
    socket.error = begin_connect(socket.fd.get(), address);
  }
  known_error_ = socket.error;
  if (known_error_ == 0) fd_ = std::move(socket.fd);
  const bool waits = static_cast<bool>(fd_);
  event_assign(&event_, loop_.base(), fd_.get(), static_cast<short>(waits ? EV_WRITE : 0), &Connector::on_event, this);
  const timeval limit = to_timeval(waits ? timeout : std::chrono::milliseconds{0});
  event_add(&event_, &limit);
}

void Connector::cancel() noexcept {
  event_del(&event_);
  close_by_reset();
}

void Connector::on_event(evutil_socket_t, short, void* self) noexcept {
  static_cast<Connector*>(self)->finish();
}

void Connector::finish() noexcept {
  const int error = fd_ ? connect_outcome(fd_.get()) : known_error_;
  close_by_reset();
  done_(error);
}

void Connector::close_by_reset() noexcept {
  if (!fd_) return;
  // Leaves no TIME_WAIT behind, and a server that has not accepted yet never sees the check.
  const linger at_once{1, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  fd_.reset();
}

}  // namespace lb::net
