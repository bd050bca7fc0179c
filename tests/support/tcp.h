// TCP for tests: a few blocking calls, each with a deadline, that fail loudly (SocketError) and never by a signal.
// Sockets are close-on-exec. Any thread; one thread a direction of a socket.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "lib/base/socket_address.h"
#include "lib/base/unique_fd.h"
#include "tests/support/byte_pattern.h"

namespace tests::support {

class SocketError : public std::runtime_error {
 public:
  SocketError(const std::string& doing, int error);
  [[nodiscard]] int error() const noexcept { return error_; }  // an errno; ETIMEDOUT also for a missed deadline

 private:
  int error_;
};

// How long a call waits unless told otherwise: far beyond what any correct run needs, so that only a hang reaches it.
inline constexpr std::chrono::milliseconds kPatience{20'000};

[[nodiscard]] base::UniqueFd connect_to(const base::SocketAddress& address,
                                        std::chrono::milliseconds patience = kPatience);
// Port 0: the system chooses; local_address tells what.
[[nodiscard]] base::UniqueFd listen_on(const base::SocketAddress& address);
[[nodiscard]] base::SocketAddress local_address(const base::UniqueFd& socket);
// A port that was free a moment ago, for a program that has to be told one. Two calls never tell the same.
[[nodiscard]] base::SocketAddress free_address(std::string_view ip = "127.0.0.1");

// Waits for POLLIN or POLLOUT; throws at the deadline.
void wait_until_ready(const base::UniqueFd& socket, short events, std::chrono::steady_clock::time_point deadline,
                      std::string_view doing);

void send_all(const base::UniqueFd& socket, std::string_view bytes, std::chrono::milliseconds patience = kPatience);
// At least one byte; 0 is the end of the stream.
[[nodiscard]] std::size_t recv_some(const base::UniqueFd& socket, std::span<char> into,
                                    std::chrono::milliseconds patience = kPatience);
// Exactly `size` bytes; an earlier end is an error.
[[nodiscard]] std::string recv_exactly(const base::UniqueFd& socket, std::size_t size,
                                       std::chrono::milliseconds patience = kPatience);
// Until the peer has ended its stream.
[[nodiscard]] std::string recv_all(const base::UniqueFd& socket, std::chrono::milliseconds patience = kPatience);

// The pattern's bytes [from, to); the patience is that of each single call, so a slow transfer may take longer.
void send_pattern(const base::UniqueFd& socket, const BytePattern& pattern, std::uint64_t from, std::uint64_t to,
                  std::chrono::milliseconds patience = kPatience);
// Reads to the end of the stream and returns how many bytes came; a wrong byte is an error that names its position.
[[nodiscard]] std::uint64_t recv_pattern(const base::UniqueFd& socket, const BytePattern& pattern,
                                         std::chrono::milliseconds patience = kPatience);

void half_close(const base::UniqueFd& socket);  // our stream ends, theirs goes on
void reset(base::UniqueFd socket);              // closes with RST: what was in flight is thrown away

}  // namespace tests::support
