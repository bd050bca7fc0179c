// What the tests beside and above lb/net share: a loop that runs until something is true, and connected sockets on
// loopback.
#pragma once

#include <event2/event.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <string>

#include "lb/net/event_loop.h"
#include "lb/net/listen_socket.h"
#include "lb/net/socket.h"
#include "lb/net/timer.h"
#include "lib/base/socket_address.h"
#include "lib/base/unique_fd.h"

namespace lb::net {

inline base::SocketAddress loopback(std::uint16_t port = 0) {
  return {*base::IpAddress::parse("127.0.0.1"), port};
}

class LoopTest : public ::testing::Test {
 protected:
  LoopTest() { static_cast<void>(std::signal(SIGPIPE, SIG_IGN)); }  // as the daemon does

  // Turns the loop until `holds`; false when that takes so long that it would never come. The condition is asked now
  // and then even if the loop has nothing to tell, as it may look at the far end of a connection.
  template <class Condition>
  [[nodiscard]] bool run_until(Condition holds) {
    constexpr int kLooks = 2000;
    int looks = 0;
    Timer look(loop_, [&looks] { ++looks; });
    for (; !holds(); event_base_loop(loop_.base(), EVLOOP_ONCE)) {
      if (looks == kLooks) return false;
      if (!look.pending()) look.start(std::chrono::milliseconds{10});
    }
    return true;
  }
  // Runs what is ready already, some turns long, and waits for nothing.
  void run_ready() {
    for (int turn = 0; turn < 10; ++turn) event_base_loop(loop_.base(), EVLOOP_NONBLOCK);
  }

  EventLoop loop_;
};

// `near` is non-blocking, as the product's sockets are; `far` is the peer in the test's hand and blocks.
struct TcpPair {
  base::UniqueFd near;
  base::UniqueFd far;
};

// Waits in the kernel until one of `events` has come to the descriptor.
inline bool await_events(int fd, short events) {
  pollfd one{fd, events, 0};
  return ::poll(&one, 1, 20'000) == 1;
}

inline base::UniqueFd blocking_client(const base::SocketAddress& address) {
  base::UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(fd.get(), address.data(), address.size()) != 0) fd.reset();
  return fd;
}

inline TcpPair connected_pair() {
  const auto listening = open_listen_sockets(loopback(), 1);
  TcpPair pair;
  pair.far = blocking_client(local_address(listening->front().get()));
  await_events(listening->front().get(), POLLIN);
  pair.near = accept_connection(listening->front().get()).fd;
  return pair;
}

inline void send_text(int fd, std::string_view text) {
  ASSERT_EQ(::send(fd, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
}

// One read; the text, or the errno value as "errno N".
inline std::string receive_text(int fd) {
  std::array<char, 4096> room{};
  const ssize_t n = ::recv(fd, room.data(), room.size(), 0);
  return n < 0 ? "errno " + std::to_string(errno) : std::string(room.data(), static_cast<std::size_t>(n));
}

// Closes by RST.
inline void reset_connection(base::UniqueFd fd) {
  const linger at_once{1, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace lb::net
