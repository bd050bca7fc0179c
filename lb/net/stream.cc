#include "lb/net/stream.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace lb::net {
namespace {

constexpr short kEdgeEvents = EV_READ | EV_WRITE | EV_ET | EV_PERSIST;

Stream::Result result_of(ssize_t n, Stream::Outcome of_nothing) noexcept {
  if (n > 0) return {Stream::Outcome::kMoved, static_cast<std::size_t>(n)};
  if (n == 0) return {of_nothing};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {Stream::Outcome::kBlocked};
  return {Stream::Outcome::kFailed, 0, errno};
}

}  // namespace

bool Stream::open(EventLoop& loop, base::UniqueFd fd, Handler& handler, State state) noexcept {
  edge_triggered_ = loop.edge_triggered();
  handler_ = &handler;
  fd_ = fd.release();
  readable_ = read_ended_ = yielded_ = false;
  writable_ = state == State::kConnected;
  const auto events = static_cast<short>(edge_triggered_ ? kEdgeEvents : EV_READ | EV_WRITE | EV_PERSIST);
  event_assign(&event_, loop.base(), fd_, events, &Stream::on_event, this);
  if (event_add(&event_, nullptr) == 0) return true;
  close();
  return false;
}

Stream::Result Stream::read(std::span<std::byte> into) noexcept {
  const ssize_t n = ::recv(fd_, into.data(), into.size(), 0);
  const Result result = result_of(n, Outcome::kEnded);
  // Only EAGAIN proves that nothing more is there. After a short read there may be a reset that came together with the
  // bytes: it makes no second edge, and libevent tells it as room and bytes alone (epoll.c: EPOLLERR).
  note_read(result.outcome);
  return result;
}

Stream::Result Stream::write(std::span<const std::byte> from) noexcept {
  const ssize_t n = ::send(fd_, from.data(), from.size(), MSG_NOSIGNAL);
  const Result result = result_of(n, Outcome::kBlocked);
  note_write(result.outcome);
  if (result.count < from.size()) writable_ = false;
  return result;
}

void Stream::note_read(Outcome outcome) noexcept {
  if (outcome == Outcome::kMoved) return;
  readable_ = false;
  read_ended_ = outcome != Outcome::kBlocked;
}

void Stream::note_write(Outcome outcome) noexcept {
  if (outcome != Outcome::kMoved) writable_ = false;
}

int Stream::take_error() noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

void Stream::shutdown_write() noexcept {
  ::shutdown(fd_, SHUT_WR);
}

void Stream::close() noexcept {
  if (fd_ < 0) return;
  event_del(&event_);
  base::UniqueFd(std::exchange(fd_, -1)).reset();
  readable_ = writable_ = false;
}

void Stream::reset() noexcept {
  if (fd_ < 0) return;
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void Stream::yield() noexcept {
  yielded_ = true;
  event_active(&event_, readable_ ? EV_READ : EV_WRITE, 1);
}

void Stream::on_event(evutil_socket_t, short what, void* self) noexcept {
  auto& stream = *static_cast<Stream*>(self);
  stream.yielded_ = false;
  stream.note_ready(what);
  stream.handler_->on_ready(stream);
}

void Stream::note_ready(short what) noexcept {
  if ((what & EV_READ) != 0 && !read_ended_) readable_ = true;
  if ((what & EV_WRITE) != 0) writable_ = true;
}

void Stream::rearm_level() noexcept {
  // A stream that has yielded is called and rearmed soon; taking its event away now would take that call away too.
  if (fd_ < 0 || yielded_) return;
  // Level-triggered readiness that is known already must not be told again, or the loop would spin.
  const auto events =
      static_cast<short>((readable_ || read_ended_ ? 0 : EV_READ) | (writable_ ? 0 : EV_WRITE) | EV_PERSIST);
  if (events == event_get_events(&event_)) return;
  event_base* const loop = event_get_base(&event_);
  event_del(&event_);
  event_assign(&event_, loop, fd_, events, &Stream::on_event, this);
  if ((events & (EV_READ | EV_WRITE)) != 0) event_add(&event_, nullptr);
}

}  // namespace lb::net
