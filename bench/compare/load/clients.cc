#include "bench/compare/load/clients.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace bench::load {
namespace {

// More of them, and what is measured is not what was meant.
constexpr std::uint64_t kMostErrors = 1000;

void set_option(int fd, int level, int option, int value) noexcept {
  ::setsockopt(fd, level, option, &value, sizeof value);
}

base::UniqueFd begin_connect(const base::SocketAddress& target) {
  base::UniqueFd fd(::socket(target.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  // The handshake's last ACK goes with the request, which follows at once, and the answer's with what follows that.
  set_option(fd.get(), IPPROTO_TCP, TCP_QUICKACK, 0);
  if (!fd || (::connect(fd.get(), target.data(), target.size()) != 0 && errno != EINPROGRESS)) {
    throw std::system_error(errno, std::generic_category(), "connecting to " + target.to_string());
  }
  return fd;
}

}  // namespace

Requester::Requester(Poller& poller, Tally& tally, MessageRoom& room, const base::SocketAddress& target,
                     const Manner& manner)
    : poller_(poller),
      tally_(tally),
      room_(room),
      target_(target),
      message_(make_message(Wish::kAnswer, manner.size)),
      then_(manner.then) {}

void Requester::connect() {
  asked_ = std::chrono::steady_clock::now();
  fd_ = begin_connect(target_);
  ask();
  poller_.watch(fd_.get(), *this);
  if (then_ == Then::kAskAgain) set_option(fd_.get(), IPPROTO_TCP, TCP_NODELAY, 1);
}

void Requester::ask() {
  sent_ = received_ = 0;
  send_rest();
}

// A connection that does not stand yet takes nothing (EAGAIN), and says so when it does.
void Requester::send_rest() {
  const ssize_t n = ::send(fd_.get(), message_.data() + sent_, message_.size() - sent_, MSG_NOSIGNAL);
  if (n > 0) sent_ += static_cast<std::size_t>(n);
}

void Requester::on_ready(std::uint32_t events) {
  if (holds_) return;
  if (sent_ < message_.size() && (events & EPOLLOUT) != 0) send_rest();
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) receive();
}

void Requester::receive() {
  const ssize_t n = ::recv(fd_.get(), room_.bytes.data(), room_.bytes.size(), 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) return fail();
  if (received_ == 0) tally_.first_byte.record(std::chrono::steady_clock::now() - asked_);
  received_ += static_cast<std::size_t>(n);
  if (received_ >= message_.size()) after_answer();
}

void Requester::after_answer() {
  ++tally_.operations;
  switch (then_) {
    case Then::kResetAndReconnect: {
      const linger at_once{1, 0};
      ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      [[fallthrough]];
    }
    case Then::kCloseAndReconnect:
      fd_.reset();
      return connect();
    case Then::kAskAgain:
      asked_ = std::chrono::steady_clock::now();
      return ask();
    case Then::kHold:
      holds_ = true;
  }
}

void Requester::fail() {
  if (++tally_.errors > kMostErrors) throw std::runtime_error("too many connections failed");
  fd_.reset();
  connect();
}

BulkClient::BulkClient(Poller& poller, Tally& tally, const Bulk& bulk, const base::SocketAddress& target,
                       Direction direction)
    : tally_(tally), bulk_(bulk), direction_(direction), fd_(begin_connect(target)) {
  poller.watch(fd_.get(), *this);
  set_option(fd_.get(), IPPROTO_TCP, TCP_NODELAY, 1);
}

void BulkClient::on_ready(std::uint32_t events) {
  if (head_sent_ == 0 && (events & EPOLLOUT) != 0) {
    const auto head = make_message(direction_ == Direction::kUp ? Wish::kSwallow : Wish::kPour, 0);
    if (::send(fd_.get(), head.data(), head.size(), MSG_NOSIGNAL) > 0) head_sent_ = head.size();
  }
  bool alive = true;
  if (direction_ == Direction::kUp && head_sent_ > 0) alive = bulk_.pour(fd_.get());
  if (direction_ == Direction::kDown) {
    const auto [bytes, ended] = Bulk::swallow(fd_.get());
    tally_.bytes += bytes;
    alive = !ended;
  }
  if (!alive) throw std::runtime_error("a bulk connection ended");
}

}  // namespace bench::load
