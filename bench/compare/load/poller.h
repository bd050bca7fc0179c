// Poller: epoll, edge-triggered, registered once a descriptor. One thread.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include "lib/base/unique_fd.h"

namespace bench::load {

// What waits for a descriptor. It may destroy itself in on_ready(), and nothing else that is watched.
class Watcher {
 public:
  virtual void on_ready(std::uint32_t events) = 0;

 protected:
  ~Watcher() = default;
};

class Poller {
 public:
  Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  }

  // Until the descriptor is closed. Must not be moved meanwhile.
  void watch(int fd, Watcher& watcher) {
    epoll_event event{EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {.ptr = &watcher}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
      throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
  }

  // Handles what is ready; waits up to `milliseconds` when nothing is.
  void turn(int milliseconds) {
    const int count = ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), milliseconds);
    for (int i = 0; i < count; ++i) {
      static_cast<Watcher*>(events_[static_cast<std::size_t>(i)].data.ptr)
          ->on_ready(events_[static_cast<std::size_t>(i)].events);
    }
  }

 private:
  base::UniqueFd epoll_;
  std::array<epoll_event, 256> events_{};
};

}  // namespace bench::load
