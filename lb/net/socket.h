// The socket calls that differ from system to system, each with its portable form. All descriptors that come out are
// non-blocking and close-on-exec. Any thread.
#pragma once

#include "lib/base/socket_address.h"
#include "lib/base/unique_fd.h"

namespace lb::net {

// Either a descriptor, or the errno value that says why there is none.
struct SocketResult {
  base::UniqueFd fd;
  int error = 0;
};

// A connection that waits at the listening socket, and who it is from. error EAGAIN: nobody waits.
struct Accepted {
  base::UniqueFd fd;
  base::SocketAddress peer;
  int error = 0;
};
[[nodiscard]] Accepted accept_connection(int listening_fd) noexcept;

// Closes with a reset: the peer cannot take this for a clean end, and nothing of the connection lingers.
void close_with_reset(base::UniqueFd fd) noexcept;

[[nodiscard]] SocketResult tcp_socket(int family) noexcept;

// Begins to connect. The descriptor turns writable when it is known how that ended; SO_ERROR tells then. An error that
// is known at once (refused by this host, no route, no descriptor left) comes back at once.
[[nodiscard]] SocketResult begin_connect(const base::SocketAddress& address) noexcept;
// The same with a socket that the caller has prepared; 0 or an errno value.
[[nodiscard]] int begin_connect(int fd, const base::SocketAddress& address) noexcept;

// The pending error (SO_ERROR), which asking clears; 0 is none.
[[nodiscard]] int socket_error(int fd) noexcept;

// How that ended by now: 0 when the connection stands, ETIMEDOUT while nothing is known, else what went wrong. A loop
// that was held up asks this when the time is over: the peer may have answered long ago.
[[nodiscard]] int connect_outcome(int fd) noexcept;

// Who is at the other end; 0.0.0.0:0 when nobody is any more.
[[nodiscard]] base::SocketAddress peer_address(int fd) noexcept;

// No waiting for more to send (TCP_NODELAY).
void set_no_delay(int fd) noexcept;
// A peer that vanished without a word is noticed after about a minute: first probe after 30 s of silence, then two more
// 10 s apart. An established connection whose peer answers is never touched by it.
void set_keepalive(int fd) noexcept;

// How it stands with the peer's acknowledgement of what it was sent. A peer whose window is closed acknowledges all
// that it had room for and answers probes: kNone, however long it takes no more.
enum class AckState {
  kNone,     // none is outstanding, or the system does not tell (TCP_INFO; elsewhere than on Linux)
  kAwaited,  // some is
  kMissing,  // some is, and nothing at all has come for more than a second though something was sent since
};
[[nodiscard]] AckState ack_state(int fd) noexcept;

// Holds back the ACK that would complete a handshake, where the system can (TCP_QUICKACK): a connection that is reset
// right after it stood is then never seen by the server's accept.
void delay_first_ack(int fd) noexcept;

// Whether an accept or connect failed for want of descriptors or socket memory, which waiting may mend.
[[nodiscard]] bool is_out_of_resources(int error) noexcept;

}  // namespace lb::net
