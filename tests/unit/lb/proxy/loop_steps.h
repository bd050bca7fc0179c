// What the tests of lb/proxy share: a loop that is turned by hand, and socket pairs.
#pragma once

#include <event2/event.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>
#include <utility>

#include "lb/net/event_loop.h"
#include "lib/base/unique_fd.h"
#include "tests/unit/lb/manual_clock.h"

namespace lb::proxy {

// Handles all that is ready.
inline void turn(net::EventLoop& loop) {
  for (int i = 0; i < 8; ++i) event_base_loop(loop.base(), EVLOOP_NONBLOCK);
}

// Waits for events until `done`; a hang is ended by the test's time limit.
template <class Done>
void turn_until(net::EventLoop& loop, Done done) {
  while (!done()) event_base_loop(loop.base(), EVLOOP_ONCE);
}

// Two ends of a connected, non-blocking Unix stream.
inline std::pair<base::UniqueFd, base::UniqueFd> socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) throw std::runtime_error("no socket pair");
  for (const int end : ends) ::fcntl(end, F_SETFL, O_NONBLOCK);
  return {base::UniqueFd(ends[0]), base::UniqueFd(ends[1])};
}

// Writes until the kernel takes no more; how much it took.
inline std::size_t stuff(int fd, std::size_t limit) {
  const std::string block(64 * 1024, 's');
  std::size_t total = 0;
  while (total < limit) {
    const ssize_t n = ::send(fd, block.data(), std::min(block.size(), limit - total), MSG_NOSIGNAL);
    if (n <= 0) break;
    total += static_cast<std::size_t>(n);
  }
  return total;
}

// Reads what is there.
inline std::string take(int fd) {
  std::string all;
  std::array<char, 65536> piece{};
  for (ssize_t n = ::read(fd, piece.data(), piece.size()); n > 0; n = ::read(fd, piece.data(), piece.size())) {
    all.append(piece.data(), static_cast<std::size_t>(n));
  }
  return all;
}

}  // namespace lb::proxy
