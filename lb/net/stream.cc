#include "lb/net/stream.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <utility>

#include "lb/net/socket.h"

namespace lb::net {
namespace {

constexpr short kEdgeEvents = EV_READ | EV_WRITE | EV_ET | EV_PERSIST;

short first_events(const EventLoop& loop) noexcept {
  if (loop.tells_ends()) return static_cast<short>(kEdgeEvents | EV_CLOSED);
  return loop.edge_triggered() ? kEdgeEvents : static_cast<short>(EV_READ | EV_WRITE | EV_PERSIST);
}

Stream::Result result_of(ssize_t n, Stream::Outcome of_nothing) noexcept {
  if (n > 0) return {Stream::Outcome::kMoved, static_cast<std::size_t>(n)};
  if (n == 0) return {of_nothing};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {Stream::Outcome::kBlocked};
  return {Stream::Outcome::kFailed, 0, errno};
}

}  // namespace

bool Stream::open(EventLoop& loop, base::UniqueFd fd, Handler& handler, State state) noexcept {
  edge_triggered_ = loop.edge_triggered();
  tells_ends_ = loop.tells_ends();
  handler_ = &handler;
  fd_ = fd.release();
  begin(state);
  event_assign(&event_, loop.base(), fd_, first_events(loop), &Stream::on_event, this);
  if (event_add(&event_, nullptr) == 0) return true;
  close();
  return false;
}

void Stream::begin(State state) noexcept {
  readable_ = told_end_ = read_ended_ = failed_ = unsure_ = may_have_error_ = told_before_ = yielded_ = false;
  writable_ = state == State::kConnected;
}

Stream::Result Stream::read(std::span<std::byte> into) noexcept {
  const ssize_t n = ::recv(fd_, into.data(), into.size(), 0);
  const Result result = result_of(n, Outcome::kEnded);
  note_read(result.outcome);
  // Where an end comes without a word of its own, only EAGAIN proves that nothing more is there.
  if (result.count > 0 && result.count < into.size() && tells_ends_ && !told_end_) {
    readable_ = false;
    unsure_ = true;
  }
  return result;
}

Stream::Result Stream::peek(std::byte& first) noexcept {
  const Result result = result_of(::recv(fd_, &first, 1, MSG_PEEK), Outcome::kEnded);
  if (result.outcome != Outcome::kEnded) note_read(result.outcome);
  return result;
}

Stream::Result Stream::write(std::span<const std::byte> from) noexcept {
  const ssize_t n = ::send(fd_, from.data(), from.size(), MSG_NOSIGNAL);
  // Linux says EAGAIN as long as the connection does not stand, FreeBSD says this; how it ends is told by the loop.
  const bool too_early = n < 0 && errno == ENOTCONN && !told_before_;
  const Result result = too_early ? Result{Outcome::kBlocked} : result_of(n, Outcome::kBlocked);
  note_write(result.outcome);
  if (result.count < from.size()) writable_ = false;
  return result;
}

void Stream::note_read(Outcome outcome) noexcept {
  if (outcome == Outcome::kMoved) return;
  readable_ = false;
  read_ended_ = outcome != Outcome::kBlocked;
  failed_ = failed_ || outcome == Outcome::kFailed;
}

void Stream::note_write(Outcome outcome) noexcept {
  if (outcome != Outcome::kMoved) writable_ = false;
  failed_ = failed_ || outcome == Outcome::kFailed;
}

int Stream::take_error() noexcept {
  return may_have_error_ ? socket_error(fd_) : 0;
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

#if defined(__linux__) && !defined(KEEPSTATE_PORTABLE)
bool Stream::dissolve() noexcept {
  // In LAST_ACK the call would succeed and throw away what the peer has not acknowledged, the FIN as well. CLOSE means
  // that all was delivered (or that a reset came, and then there is an error).
  tcp_info info{};
  socklen_t size = offsetof(tcp_info, tcpi_ca_state);
  if (yielded_ || failed_ || !read_ended_ || ::getsockopt(fd_, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return false;
  if (info.tcpi_state != TCP_CLOSE || socket_error(fd_) != 0) return false;
  const sockaddr none{.sa_family = AF_UNSPEC, .sa_data = {}};
  return ::connect(fd_, &none, sizeof none) == 0;
}

bool Stream::can_dissolve() noexcept {
  return true;
}
#else
bool Stream::dissolve() noexcept {
  return false;
}

bool Stream::can_dissolve() noexcept {
  return false;
}
#endif

bool Stream::has_event_waiting() const noexcept {
  return (event_.ev_evcallback.evcb_flags & (EVLIST_ACTIVE | EVLIST_ACTIVE_LATER)) != 0;
}

int Stream::connect_again(const base::SocketAddress& address, Handler& handler) noexcept {
  handler_ = &handler;
  begin(State::kConnecting);
  return begin_connect(fd_, address);
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
  may_have_error_ = !tells_ends_ || ((what & EV_READ) != 0 && (told_before_ || !writable_));
  told_before_ = true;
  if ((what & EV_CLOSED) != 0) told_end_ = true;
  if ((what & (EV_READ | EV_CLOSED)) != 0 && !read_ended_) readable_ = true;
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
