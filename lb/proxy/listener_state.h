// ListenerState: one listener: who it is, and what has been counted. Shared by control, which makes it, and by the
// workers' doors, so counts survive a reload as long as the listener does. The identity is fixed; counters may be read
// by any thread, and each worker writes its own row.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lb/proxy/close_reason.h"
#include "lib/base/counter.h"
#include "lib/base/histogram.h"

namespace lb::proxy {

inline constexpr std::array<std::chrono::nanoseconds, 15> kLatencyBounds = [] {
  using namespace std::chrono_literals;
  return std::array<std::chrono::nanoseconds, 15>{250us, 500us, 1ms,   2500us, 5ms,    10ms, 25ms, 50ms,
                                                  100ms, 250ms, 500ms, 1s,     2500ms, 5s,   10s};
}();
inline constexpr std::array<std::chrono::nanoseconds, 16> kSessionBounds = [] {
  using namespace std::chrono_literals;
  return std::array<std::chrono::nanoseconds, 16>{10ms, 50ms, 100ms, 500ms, 1s, 5s, 10s, 30s,
                                                  1min, 5min, 10min, 30min, 1h, 3h, 12h, 24h};
}();

struct alignas(base::kCacheLine) ListenerCounters {
  base::Counter accepted;             // connections taken from the listening socket, to be served
  base::Counter active;               // sessions now
  base::Counter denied;               // connections reset at once: their source may not connect
  base::Counter over_source_limit;    // and those whose source has as many sessions as it may
  base::Counter retries;              // further backends tried after one could not be reached
  base::Counter reused_sockets;       // tries that had a socket of a former session
  base::Counter connect_hedges;       // backends tried beside one that did not answer a SYN
  base::Counter first_flight_hedges;  // backends told a first flight beside one that did not answer it
  base::Counter hedge_wins;           // of both, those that got the session
  base::Counter rebalanced;           // sessions closed because their backend had too many
  base::Counter rebalance_wishes;     // and those that a dry run would have closed
  base::Counter hedges_denied;        // first flights for which the budget had nothing left
  base::Counter redispatches;         // sessions that got another backend than the first that was tried
  base::Counter bytes_to_backend;
  base::Counter bytes_to_client;
  base::Gauge accept_queue;                         // clients that wait to be accepted, a second ago at most
  base::Gauge accept_queue_limit;                   // and how many may
  std::array<base::Counter, kCloseReasons> closed;  // by CloseReason
  // From accepting the client until its backend stood, it was given its first byte, it was gone.
  base::Histogram<kLatencyBounds> connect_duration;
  base::Histogram<kLatencyBounds> first_byte;
  base::Histogram<kSessionBounds> session_duration;
};

// Those that are never taken back, but `closed`, by names that stay: for the process that comes after this one.
inline constexpr std::array<std::pair<const char*, base::Counter ListenerCounters::*>, 14> kLastingListenerCounters{{
    {"accepted", &ListenerCounters::accepted},
    {"denied", &ListenerCounters::denied},
    {"over_source_limit", &ListenerCounters::over_source_limit},
    {"retries", &ListenerCounters::retries},
    {"reused_sockets", &ListenerCounters::reused_sockets},
    {"connect_hedges", &ListenerCounters::connect_hedges},
    {"first_flight_hedges", &ListenerCounters::first_flight_hedges},
    {"hedge_wins", &ListenerCounters::hedge_wins},
    {"hedges_denied", &ListenerCounters::hedges_denied},
    {"rebalanced", &ListenerCounters::rebalanced},
    {"rebalance_wishes", &ListenerCounters::rebalance_wishes},
    {"redispatches", &ListenerCounters::redispatches},
    {"bytes_to_backend", &ListenerCounters::bytes_to_backend},
    {"bytes_to_client", &ListenerCounters::bytes_to_client},
}};

class ListenerState {
 public:
  // `id` is given once in the life of the daemon: snapshots name their listeners by it.
  ListenerState(std::uint64_t id, std::string name, std::size_t workers)
      : id_(id), name_(std::move(name)), counters_(workers) {}
  ListenerState(const ListenerState&) = delete;
  ListenerState& operator=(const ListenerState&) = delete;

  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  // The row of one worker, which alone may write it.
  [[nodiscard]] ListenerCounters& counters(std::size_t worker) noexcept { return counters_[worker]; }
  [[nodiscard]] const std::vector<ListenerCounters>& counters() const noexcept { return counters_; }
  // What processes before this one have counted; the control thread's row.
  [[nodiscard]] ListenerCounters& inherited() noexcept { return inherited_; }
  // What all workers have counted together, and processes before this one; other threads' part may be a moment old.
  [[nodiscard]] std::uint64_t total(base::Counter ListenerCounters::*counter) const noexcept {
    std::uint64_t sum = (inherited_.*counter).value();
    for (const ListenerCounters& row : counters_) sum += (row.*counter).value();
    return sum;
  }
  [[nodiscard]] std::uint64_t closed(CloseReason reason) const noexcept {
    const auto index = static_cast<std::size_t>(reason);
    std::uint64_t sum = inherited_.closed[index].value();
    for (const ListenerCounters& row : counters_) sum += row.closed[index].value();
    return sum;
  }
  template <class Histogram>
  [[nodiscard]] typename Histogram::Reading times(Histogram ListenerCounters::*histogram) const noexcept {
    typename Histogram::Reading reading;
    reading.add(inherited_.*histogram);
    for (const ListenerCounters& row : counters_) reading.add(row.*histogram);
    return reading;
  }

 private:
  std::uint64_t id_;
  std::string name_;
  std::vector<ListenerCounters> counters_;
  ListenerCounters inherited_;
};

}  // namespace lb::proxy
