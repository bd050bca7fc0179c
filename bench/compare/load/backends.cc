#include "bench/compare/load/backends.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "bench/compare/load/message.h"

namespace bench::load {
namespace {

constexpr int kBacklog = 4096;

base::UniqueFd listen_on(const base::SocketAddress& address) {
  base::UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!fd || ::bind(fd.get(), address.data(), address.size()) != 0 || ::listen(fd.get(), kBacklog) != 0) {
    throw std::system_error(errno, std::generic_category(), "listening on " + address.to_string());
  }
  // A request is acknowledged with its answer: fewer packets, so that more of the work is the balancer's. Inherited by
  // what is accepted, as TCP_NODELAY is.
  const int off = 0;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
  return fd;
}

}  // namespace

// Has itself destroyed when its client is gone.
class Backends::Connection final : public Watcher {
 public:
  Connection(Backends& owner, base::UniqueFd fd) : owner_(owner), fd_(std::move(fd)) {
    owner_.poller_.watch(fd_.get(), *this);
  }

  void on_ready(std::uint32_t events) override {
    if (!serve(events)) owner_.connections_[static_cast<std::size_t>(fd_.get())].reset();
  }

 private:
  // False when there is nothing more to do.
  bool serve(std::uint32_t events) noexcept {
    if (to_answer_ > 0 && !answer()) return false;
    if (head_.wish == Wish::kPour) return owner_.bulk_.pour(fd_.get());
    if (head_.wish == Wish::kSwallow) return swallow();
    if ((events & EPOLLIN) == 0) return (events & (EPOLLHUP | EPOLLERR)) == 0;
    return read() && (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) == 0;
  }

  bool swallow() noexcept {
    const auto [bytes, ended] = Bulk::swallow(fd_.get());
    owner_.swallowed_ += bytes;
    return !ended;
  }

  bool read() noexcept {
    while (true) {
      auto& room = owner_.room_->bytes;
      const ssize_t n = ::recv(fd_.get(), room.data(), room.size(), 0);
      if (n == 0) return false;
      if (n < 0) return errno == EAGAIN;
      if (!take(static_cast<std::size_t>(n))) return false;
      if (head_.wish != Wish::kAnswer) return serve(EPOLLIN);
      if (static_cast<std::size_t>(n) < room.size()) return true;
    }
  }

  bool take(std::size_t count) noexcept {
    if (received_ == 0) std::memcpy(&head_, owner_.room_->bytes.data(), std::min(count, sizeof head_));
    received_ += count;
    if (head_.wish != Wish::kAnswer || received_ < head_.size) return true;
    received_ = 0;
    to_answer_ = head_.size;
    return answer();
  }

  bool answer() noexcept {
    const ssize_t n = ::send(fd_.get(), owner_.room_->bytes.data(), to_answer_, MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN;
    to_answer_ -= static_cast<std::size_t>(n);
    return true;
  }

  Backends& owner_;
  base::UniqueFd fd_;
  MessageHead head_;
  std::size_t received_ = 0;   // of the message that is coming in
  std::size_t to_answer_ = 0;  // of the answer that is going out
};

class Backends::Door final : public Watcher {
 public:
  Door(Backends& owner, const base::SocketAddress& address) : owner_(owner), fd_(listen_on(address)) {
    owner_.poller_.watch(fd_.get(), *this);
  }

  void on_ready(std::uint32_t) override {
    while (true) {
      base::UniqueFd fd(::accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!fd) return;
      const auto place = static_cast<std::size_t>(fd.get());
      if (owner_.connections_.size() <= place) owner_.connections_.resize(place + 1);
      owner_.connections_[place] = std::make_unique<Connection>(owner_, std::move(fd));
    }
  }

 private:
  Backends& owner_;
  base::UniqueFd fd_;
};

Backends::Backends(Poller& poller, const Bulk& bulk, const std::vector<base::SocketAddress>& addresses)
    : poller_(poller), bulk_(bulk), room_(new MessageRoom) {
  for (const auto& address : addresses) doors_.push_back(std::make_unique<Door>(*this, address));
}

Backends::~Backends() = default;

}  // namespace bench::load
