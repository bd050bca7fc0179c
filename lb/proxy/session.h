// Session: one client and the backend it was given, from accept to close. Lives and dies on one worker.
//
//   choosing (a Race) -> relaying -> draining (one side has ended) -> closed
//
// Worker's thread only.
#pragma once

#include <chrono>
#include <cstdint>

#include "lb/backend/lease.h"
#include "lb/net/deadline_wheel.h"
#include "lb/net/socket_pool.h"
#include "lb/net/stream.h"
#include "lb/proxy/close_reason.h"
#include "lb/proxy/origin.h"
#include "lb/proxy/race.h"
#include "lb/proxy/relay.h"
#include "lb/proxy/session_info.h"
#include "lb/proxy/session_place.h"
#include "lb/source/visit.h"
#include "lib/base/clock.h"
#include "lib/base/ip_address.h"
#include "lib/base/unique_fd.h"

namespace lb::proxy {

class Session final : private net::Stream::Handler, private net::Deadline {
 public:
  // `accepted`: when the client was. `visit` is null where the listener keeps none.
  Session(SessionPlace& place, const base::IpAddress& client, base::SteadyTime accepted,
          source::Visit* visit = nullptr);

  // Takes the accepted descriptor and sets out for a backend. The session may be gone when this returns.
  void start(base::UniqueFd client) noexcept;
  // For the wheel of its place. The session may be gone when this returns.
  static void on_deadline(net::Deadline& session) noexcept;
  // Resets both sides; the session is gone when this returns.
  void abort(CloseReason reason) noexcept;
  // The same, for a session that is calm; what the kernel has still to deliver is delivered.
  void retire(CloseReason reason) noexcept;

  // Nothing is on its way through it: no byte would be lost if it were retired.
  [[nodiscard]] bool calm() const noexcept;

  // For the owner's last look.
  [[nodiscard]] CloseReason reason() const noexcept { return reason_; }
  [[nodiscard]] const SessionPlace& place() const noexcept { return place_; }
  // The backend that it was connected to; null before one was reached.
  [[nodiscard]] const backend::BackendState* backend() const noexcept;
  [[nodiscard]] std::uint64_t bytes_to_backend() const noexcept { return to_backend_.bytes(); }
  [[nodiscard]] std::uint64_t bytes_to_client() const noexcept { return to_client_.bytes(); }
  // How it comes to its backend. Null once it is there.
  [[nodiscard]] const Race* race() const noexcept { return origin_.race(); }
  [[nodiscard]] base::SteadyTime accepted() const noexcept { return origin_.accepted(); }
  // For people; asks the kernel.
  [[nodiscard]] SessionInfo info(base::SteadyTime now) const;

 private:
  enum class State : std::uint8_t { kChoosing, kRelaying, kDraining, kClosed };

  void on_ready(net::Stream& stream) noexcept override;

  void follow(Race::Outcome outcome) noexcept;
  void begin_relaying() noexcept;

  void pump() noexcept;
  struct Direction {
    Relay& relay;
    Relay& back;  // the relay of the other direction
    net::Stream& from;
    net::Stream& to;
    CloseReason from_reset;  // what it means when `from`, respectively `to`, is reset
    CloseReason to_reset;
  };
  void pump_once(const Direction& way) noexcept;
  void count_bytes(std::uint64_t to_backend_before, std::uint64_t to_client_before) noexcept;
  void note_first_byte() noexcept;
  void on_one_side_ended() noexcept;
  [[nodiscard]] std::chrono::milliseconds patience() const noexcept;  // how long no byte may come
  void look_after() noexcept;
  [[nodiscard]] bool owes_first_byte(std::chrono::milliseconds silent) noexcept;
  [[nodiscard]] bool watch_peers() noexcept;
  void on_deadline() noexcept;

  void finish(CloseReason reason) noexcept;
  void part_from_backend() noexcept;
  void settle() noexcept;

  // Thousands of sessions are idle: what is small stands where a larger neighbour leaves room for it.
  net::Tick last_byte_ = 0;
  SessionPlace& place_;
  [[no_unique_address]] net::Stream client_;
  State state_ : 3 = State::kChoosing;
  CloseReason reason_ : 5 = CloseReason::kFinished;
  unsigned char looks_without_ack_ : 6 = 0;  // in a row
  bool silence_noted_ : 1 = false;           // of the backend's first byte
  net::SocketPool::Lent backend_;            // once the race is won
  [[no_unique_address]] Relay to_backend_;
  bool looked_before_ : 1 = false;
  bool keepalive_set_ : 1 = false;
  bool backend_told_end_ : 1 = false;  // the client's end is passed on
  bool lively_ : 1 = false;            // bytes came since the last look
  Relay to_client_;
  backend::Lease lease_;
  Origin origin_;
};

}  // namespace lb::proxy
