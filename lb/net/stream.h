// Stream: one TCP side of a session: a non-blocking descriptor and what is known about its readiness.
//
// Owns the descriptor. Registered once with the loop, edge-triggered where the system can (epoll, kqueue); where it
// cannot, rearm() keeps the level-triggered registration in step with the same flags, so the code above sees no
// difference. Loop's thread only; must not move while open.
#pragma once

#include <event2/event.h>
#include <event2/event_struct.h>

#include <cstddef>
#include <span>

#include "lb/net/event_loop.h"
#include "lib/base/socket_address.h"
#include "lib/base/unique_fd.h"

namespace lb::net {

class Stream {
 public:
  class Handler {
   public:
    // Something changed: bytes, room, the peer's end, an error. May close or destroy the stream as its last act.
    virtual void on_ready(Stream& stream) noexcept = 0;

   protected:
    ~Handler() = default;
  };

  // What a read or write came to. `count` is 0 unless kMoved; `error` is an errno value, 0 unless kFailed.
  enum class Outcome { kMoved, kBlocked, kEnded, kFailed };
  struct Result {
    Outcome outcome;
    std::size_t count = 0;
    int error = 0;
  };

  Stream() noexcept = default;
  ~Stream() { close(); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Another session's from now on.
  void set_handler(Handler& handler) noexcept { handler_ = &handler; }

  // Takes a non-blocking descriptor. False when the loop could not register it (no memory, no descriptors in the
  // kernel): the stream is closed then. kConnecting: room to write is first told by the loop.
  enum class State { kConnected, kConnecting };
  [[nodiscard]] bool open(EventLoop& loop, base::UniqueFd fd, Handler& handler, State state) noexcept;
  [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
  [[nodiscard]] int fd() const noexcept { return fd_; }

  // Whether a read or a write is worth a try. Cleared when the kernel says that it would block.
  [[nodiscard]] bool readable() const noexcept { return readable_; }
  [[nodiscard]] bool writable() const noexcept { return writable_; }

  [[nodiscard]] Result read(std::span<std::byte> into) noexcept;
  // The next byte, which stays to be read.
  [[nodiscard]] Result peek(std::byte& first) noexcept;
  // No signal when the peer is gone: kFailed with EPIPE.
  [[nodiscard]] Result write(std::span<const std::byte> from) noexcept;
  // What is to be read may have come though the loop has not told it.
  void expect_bytes() noexcept {
    unsure_ = false;
    readable_ = !read_ended_;
  }
  // A read that did not fill its room has emptied the kernel's queue, so it counts as the last one until the loop tells
  // more; that saves a call for each message. Only a reset that came together with those bytes is missed: libevent
  // tells it as bytes and room (epoll.c: EPOLLERR). So whoever is unsure has to expect_bytes() after a while.
  [[nodiscard]] bool unsure() const noexcept { return unsure_; }

  // For those who read and write the descriptor themselves (splice): what the kernel said.
  void note_read(Outcome outcome) noexcept;
  void note_write(Outcome outcome) noexcept;

  // The socket's pending error (SO_ERROR), which reading clears; 0 is none. The kernel is asked only where the last
  // event may have meant one, as it told of bytes: before the connection stood, or not for the first time.
  [[nodiscard]] int take_error() noexcept;

  // Sends FIN; reading goes on.
  void shutdown_write() noexcept;
  // FIN in both directions.
  void close() noexcept;
  // RST: what is unsent is thrown away and the peer sees a reset.
  void reset() noexcept;

  // After a clean end of both directions: undoes the connection (connect(2) with AF_UNSPEC) and keeps the descriptor
  // and its registration for another one. False when the kernel still has something to deliver or an error to tell, or
  // the system cannot: then nothing has changed.
  [[nodiscard]] bool dissolve() noexcept;
  [[nodiscard]] static bool can_dissolve() noexcept;
  // What became of the old connection is still to be told by the loop; a new one would take it for its own.
  [[nodiscard]] bool has_event_waiting() const noexcept;
  // Begins to connect with a dissolved socket; 0 or an errno value.
  [[nodiscard]] int connect_again(const base::SocketAddress& address, Handler& handler) noexcept;

  // Calls the handler again after the others had their turn.
  void yield() noexcept;
  // To be called when the handler is done with this round. Free where the loop is edge-triggered.
  void rearm() noexcept {
    if (!edge_triggered_) rearm_level();
  }

 private:
  static void on_event(evutil_socket_t fd, short what, void* self) noexcept;
  void begin(State state) noexcept;
  void note_ready(short what) noexcept;
  void rearm_level() noexcept;

  event event_;  // assigned while fd_ >= 0
  Handler* handler_ = nullptr;
  int fd_ = -1;
  bool readable_ : 1 = false;
  bool writable_ : 1 = false;
  bool told_end_ : 1 = false;    // the loop has told that the peer has ended
  bool read_ended_ : 1 = false;  // the peer's end or its reset was read
  bool failed_ : 1 = false;      // a read or a write came to an error
  bool unsure_ : 1 = false;
  bool may_have_error_ : 1 = false;
  bool told_before_ : 1 = false;  // the first event tells what is known; bytes or room
  bool yielded_ : 1 = false;      // the handler's next call is under way
  bool edge_triggered_ : 1 = true;
  bool tells_ends_ : 1 = false;
};

}  // namespace lb::net
