// Race: how a session gets its backend. Begins with the accepted client and ends with one backend, or none.
//
//   connecting -> stands -> asked -> answered
//
// One backend is tried after the other; where one does not answer in time, a second is tried beside it. Mostly the
// first to stand wins. Where the client's first flight may be said twice (client_hello.h), a server that only accepts
// is not enough: it is said to each that stands, and the first to answer wins. The others are reset. What the client
// has said is kept until then, at most a TLS record, and the rest waits in the kernel: so nothing is lost by a retry.
//
// No backend is tried twice, and the last one is never given up for its silence. Worker's thread only.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lb/backend/lease.h"
#include "lb/net/deadline_wheel.h"
#include "lb/net/socket_pool.h"
#include "lb/net/stream.h"
#include "lb/proxy/attempt.h"
#include "lb/proxy/chooser.h"
#include "lb/proxy/client_hello.h"
#include "lb/proxy/close_reason.h"
#include "lb/proxy/relay.h"
#include "lb/proxy/session_place.h"
#include "lb/source/visit.h"
#include "lib/base/clock.h"
#include "lib/base/ip_address.h"

namespace lb::proxy {

class Race {
 public:
  enum class Outcome { kOpen, kWon, kLost };

  // `handler` is told by the streams, and is to call on_ready. `visit` is null where the listener keeps none. All
  // outlive the race, but `visit` need not once it is over. `accepted`: when the client was.
  Race(SessionPlace& place, net::Stream& client, net::Stream::Handler& handler, const base::IpAddress& source,
       base::SteadyTime accepted, source::Visit* visit) noexcept;
  ~Race();
  Race(const Race&) = delete;
  Race& operator=(const Race&) = delete;

  [[nodiscard]] Outcome start() noexcept;
  // The client or one of the backends has news.
  [[nodiscard]] Outcome on_ready(const net::Stream& stream) noexcept;
  // patience() is over.
  [[nodiscard]] Outcome on_deadline() noexcept;
  [[nodiscard]] std::chrono::milliseconds patience() const noexcept;
  // As Stream::rearm.
  void rearm() noexcept {
    for (Attempt& attempt : attempts()) attempt.stream->rearm();
  }

  // Once it is won: the backend, and what the client has said.
  struct Winner {
    net::SocketPool::Lent stream;
    backend::Lease lease;
    FirstBytes first;
  };
  [[nodiscard]] Winner take_winner() noexcept;
  // Once it is lost.
  [[nodiscard]] CloseReason reason() const noexcept { return reason_; }

  [[nodiscard]] unsigned tries() const noexcept { return tries_; }
  [[nodiscard]] base::SteadyTime accepted() const noexcept { return accepted_; }

 private:
  using Stage = Attempt::Stage;
  static constexpr std::size_t kMostAtOnce = 3;

  // the client
  [[nodiscard]] bool hear_client() noexcept;
  [[nodiscard]] bool read_client() noexcept;
  void judge_flight() noexcept;

  // one attempt
  [[nodiscard]] bool may_try() const noexcept;
  bool begin(Chooser::Reach reach) noexcept;
  [[nodiscard]] int connect(Attempt& attempt) noexcept;
  [[nodiscard]] backend::Lease choose(Chooser::Reach reach) noexcept;
  [[nodiscard]] bool was_tried(const backend::BackendState& backend) const noexcept;
  void look_at(Attempt& attempt) noexcept;
  [[nodiscard]] bool may_be_told(const Attempt& attempt) const noexcept;
  void tell(Attempt& attempt) noexcept;
  // These end the attempt: the ones behind it move up.
  void note_failure(Attempt& attempt, int error) noexcept;
  void note_unfit(Attempt& attempt) noexcept;
  void drop(Attempt& attempt) noexcept;

  // all of them
  [[nodiscard]] std::span<Attempt> attempts() noexcept { return std::span(attempts_).first(count_); }
  [[nodiscard]] std::span<const Attempt> attempts() const noexcept { return std::span(attempts_).first(count_); }
  [[nodiscard]] Outcome advance() noexcept;
  [[nodiscard]] Attempt* leader() noexcept;
  [[nodiscard]] bool wants_another() const noexcept;
  [[nodiscard]] bool go_beside() noexcept;
  [[nodiscard]] bool is_reserve(const Attempt& attempt) const noexcept;
  [[nodiscard]] bool may_go_beside() const noexcept;
  void drop_unfit(std::size_t but) noexcept;
  [[nodiscard]] bool begin_beside_unfit() noexcept;
  [[nodiscard]] Outcome settle_for_unfit() noexcept;
  [[nodiscard]] Outcome win(Attempt& attempt) noexcept;
  [[nodiscard]] Outcome lose(CloseReason reason) noexcept;

  // time
  void check_connecting(Attempt& attempt) noexcept;
  void check_asked(Attempt& attempt) noexcept;
  [[nodiscard]] bool is_overdue(const Attempt& attempt) const noexcept;
  [[nodiscard]] std::chrono::milliseconds since(net::Tick then) const noexcept {
    return (place_.wheel.now() - then) * net::kTick;
  }
  [[nodiscard]] std::chrono::milliseconds age() const noexcept { return since(began_); }
  [[nodiscard]] bool over() const noexcept { return age() >= place_.pool->connect_deadline; }

  SessionPlace& place_;
  net::Stream& client_;
  net::Stream::Handler& handler_;
  Chooser chooser_;
  base::SteadyTime accepted_;
  net::Tick began_;
  net::Tick again_at_ = 0;  // before this, no other is wished for
  std::uint16_t tries_ = 0;
  std::uint8_t count_ = 0;
  CloseReason reason_ = CloseReason::kNoBackend;
  FirstFlight flight_ = FirstFlight::kOther;  // kOther: need not be answered to win
  bool client_ended_ = false;
  bool exhausted_ = false;  // there is nobody left to try
  bool lacks_resources_ = false;
  std::vector<std::byte> bytes_;                  // what the client has said
  const backend::BackendState* first_ = nullptr;  // that was tried
  std::vector<const backend::BackendState*> failed_;
  std::array<Attempt, kMostAtOnce> attempts_;  // the oldest first
};

}  // namespace lb::proxy
