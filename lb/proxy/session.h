// Session: one client and the backend it was given, from accept to close. Lives and dies on one worker.
//
//   choosing -> connecting -> relaying -> draining (one side has ended) -> closed
//        ^----------'  another backend, when this one cannot be reached
//
// What the client has sent when it is accepted (at most a TLS record) is held, the rest waits in the kernel until a
// backend stands; so nothing is lost by a retry. Worker's thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "lb/backend/lease.h"
#include "lb/net/deadline_wheel.h"
#include "lb/net/event_loop.h"
#include "lb/net/socket_pool.h"
#include "lb/net/spare_descriptor.h"
#include "lb/net/stream.h"
#include "lb/proxy/close_reason.h"
#include "lb/proxy/relay.h"
#include "lb/proxy/worker_stats.h"
#include "lb/snapshot/snapshot.h"
#include "lib/base/ip_address.h"
#include "lib/base/random.h"
#include "lib/base/unique_fd.h"

namespace lb::proxy {

class Session;

// Told once, as the session's very last act; it is to destroy the session.
class SessionOwner {
 public:
  virtual void on_closed(Session& session) noexcept = 0;

 protected:
  ~SessionOwner() = default;
};

// What the sessions of one listener on one worker work with. Outlives them; `pool` changes when a snapshot is adopted.
struct SessionPlace {
  net::EventLoop& loop;
  net::DeadlineWheel& wheel;
  RelayResources& relay;
  net::SocketPool& sockets;
  net::SpareDescriptor& spare;
  base::Random& random;
  ListenerCounters& counters;
  SessionOwner& owner;
  std::size_t worker;
  std::size_t listener;
  const snapshot::Pool* pool;
  bool keeps_beginnings;     // for the log
  std::uint32_t cursor = 0;  // of the policy
};

// How a session began: needed until its backend stands.
struct Beginning {
  base::IpAddress client;
  net::Tick at = 0;
  unsigned tries = 0;
  std::vector<const backend::BackendState*> failed;  // the backends that could not be reached
};

class Session final : private net::Stream::Handler, private net::Deadline {
 public:
  Session(SessionPlace& place, const base::IpAddress& client)
      : place_(place), beginning_(std::make_unique<Beginning>(Beginning{.client = client, .failed = {}})) {}

  // Takes the accepted descriptor and sets out for a backend. The session may be gone when this returns.
  void start(base::UniqueFd client) noexcept;
  // For the wheel of its place. The session may be gone when this returns.
  static void on_deadline(net::Deadline& session) noexcept;
  // Resets both sides; the session is gone when this returns.
  void abort(CloseReason reason) noexcept;

  // For the owner's last look.
  [[nodiscard]] CloseReason reason() const noexcept { return reason_; }
  [[nodiscard]] const SessionPlace& place() const noexcept { return place_; }
  // The backend that it was connected to; null before one was reached.
  [[nodiscard]] const backend::BackendState* backend() const noexcept;
  [[nodiscard]] std::uint64_t bytes_to_backend() const noexcept { return to_backend_.bytes(); }
  [[nodiscard]] std::uint64_t bytes_to_client() const noexcept { return to_client_.bytes(); }
  // Null once the backend stands, unless its place keeps it.
  [[nodiscard]] const Beginning* beginning() const noexcept { return beginning_.get(); }
  [[nodiscard]] std::chrono::milliseconds age() const noexcept;  // while the beginning is known

 private:
  enum class State : std::uint8_t { kChoosing, kConnecting, kRelaying, kDraining, kClosed };

  void on_ready(net::Stream& stream) noexcept override;

  void connect_to_next() noexcept;
  [[nodiscard]] std::optional<policy::BackendIndex> choose() const noexcept;
  [[nodiscard]] int begin_try(backend::BackendState& backend) noexcept;
  void on_connect_ready(const net::Stream& stream) noexcept;
  void on_connect_ended(int error) noexcept;
  void on_try_failed(int error) noexcept;
  void on_connected() noexcept;
  [[nodiscard]] std::chrono::milliseconds connect_time_left() const noexcept;

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
  void on_one_side_ended() noexcept;
  [[nodiscard]] std::chrono::milliseconds patience() const noexcept;  // how long no byte may come
  void look_after() noexcept;
  void on_deadline() noexcept;

  void finish(CloseReason reason) noexcept;
  void part_from_backend() noexcept;
  void settle() noexcept;

  // Thousands of sessions are idle: what is small stands where a larger neighbour leaves room for it.
  net::Tick last_byte_ = 0;
  SessionPlace& place_;
  [[no_unique_address]] net::Stream client_;
  State state_ = State::kChoosing;
  CloseReason reason_ = CloseReason::kFinished;
  net::SocketPool::Lent backend_;  // from the first try on
  [[no_unique_address]] Relay to_backend_;
  bool looked_before_ : 1 = false;
  bool keepalive_set_ : 1 = false;
  bool backend_told_end_ : 1 = false;  // the client's end is passed on
  bool lively_ : 1 = false;            // bytes came since the last look
  Relay to_client_;
  backend::Lease lease_;
  std::unique_ptr<Beginning> beginning_;
};

}  // namespace lb::proxy
