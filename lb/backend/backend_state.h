// BackendState: one backend of one listener: who it is, and what has been counted. Shared by every snapshot that names
// the backend, so counts and leases survive a publish. The identity is fixed; counters may be read by any thread, and
// each worker writes its own row. Where the backend takes a limited number of sessions, all workers count those in one
// place as well; where it does not, that place is never touched.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/counter.h"
#include "lib/base/hash.h"
#include "lib/base/socket_address.h"

namespace lb::backend {

class BackendState;

// What one worker has counted: what a good session touches in one cache line, what a bad one does in the next.
struct alignas(base::kCacheLine) BackendCounters {
  BackendState* backend = nullptr;  // whose row this is
  base::Counter active;             // leases held now
  base::Counter sessions;           // sessions that were connected to it, ever
  base::Counter answers;            // sessions that it has sent a byte
  base::Counter bytes_to_backend;
  base::Counter bytes_to_client;

  alignas(base::kCacheLine) base::Counter connect_refused;  // tries that ended with a refusal or a reset
  base::Counter connect_timeouts;                           // tries that got no answer in time
  base::Counter connect_errors;                             // tries that failed otherwise (no route, no descriptor)
  base::Counter silences;    // tries that got no answer, or no first byte, while another backend was tried beside it
  base::Counter early_ends;  // connections that ended, or said what is no TLS, before a first byte
};

// Those that are never taken back, by names that stay: for the process that comes after this one.
inline constexpr std::array<std::pair<const char*, base::Counter BackendCounters::*>, 9> kLastingBackendCounters{{
    {"sessions", &BackendCounters::sessions},
    {"answers", &BackendCounters::answers},
    {"bytes_to_backend", &BackendCounters::bytes_to_backend},
    {"bytes_to_client", &BackendCounters::bytes_to_client},
    {"connect_refused", &BackendCounters::connect_refused},
    {"connect_timeouts", &BackendCounters::connect_timeouts},
    {"connect_errors", &BackendCounters::connect_errors},
    {"silences", &BackendCounters::silences},
    {"early_ends", &BackendCounters::early_ends},
}};

class BackendState {
 public:
  // `most_sessions`: at a time, over all workers; 0: as many as come.
  BackendState(std::string name, const base::SocketAddress& address, std::size_t workers,
               std::uint32_t most_sessions = 0)
      : name_(std::move(name)),
        address_(address),
        key_(base::hash(address.to_string())),
        most_sessions_(most_sessions),
        counters_(workers) {
    for (BackendCounters& row : counters_) row.backend = this;
  }
  BackendState(const BackendState&) = delete;  // its rows point back to it
  BackendState& operator=(const BackendState&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const base::SocketAddress& address() const noexcept { return address_; }

  // Stands for the address: the same after a reload, a restart and on other hosts.
  [[nodiscard]] std::uint64_t key() const noexcept { return key_; }

  // What a session gets that asks for a place; sessions are counted only where they are limited.
  enum class Place { kNone, kUncounted, kCounted };
  // kNone where the backend is full. Any thread; exact.
  [[nodiscard]] Place take_place() noexcept {
    const std::uint32_t most = most_sessions();
    if (most == 0) return Place::kUncounted;
    std::uint32_t taken = taken_.load(std::memory_order_relaxed);
    while (taken < most) {
      if (taken_.compare_exchange_weak(taken, taken + 1, std::memory_order_relaxed)) return Place::kCounted;
    }
    return Place::kNone;
  }
  // Of a counted place.
  void give_place_back() noexcept { taken_.fetch_sub(1, std::memory_order_relaxed); }
  [[nodiscard]] bool full() const noexcept {
    const std::uint32_t most = most_sessions();
    return most != 0 && taken_.load(std::memory_order_relaxed) >= most;
  }
  [[nodiscard]] std::uint32_t most_sessions() const noexcept { return most_sessions_.load(std::memory_order_relaxed); }
  // The file has another limit now. Those that came while there was none are not counted.
  void limit_sessions(std::uint32_t most) noexcept { most_sessions_.store(most, std::memory_order_relaxed); }

  // The row of one worker, which alone may write it.
  [[nodiscard]] BackendCounters& counters(std::size_t worker) noexcept { return counters_[worker]; }
  [[nodiscard]] const std::vector<BackendCounters>& counters() const noexcept { return counters_; }
  // What processes before this one have counted; the control thread's row.
  [[nodiscard]] BackendCounters& inherited() noexcept { return inherited_; }
  // What all workers have counted together, and processes before this one; other threads' part may be a moment old.
  [[nodiscard]] std::uint64_t total(base::Counter BackendCounters::*counter) const noexcept {
    std::uint64_t sum = (inherited_.*counter).value();
    for (const BackendCounters& row : counters_) sum += (row.*counter).value();
    return sum;
  }

 private:
  std::string name_;
  base::SocketAddress address_;
  std::uint64_t key_;
  std::atomic<std::uint32_t> most_sessions_;
  std::vector<BackendCounters> counters_;
  BackendCounters inherited_;
  alignas(base::kCacheLine) std::atomic<std::uint32_t> taken_{0};
};

}  // namespace lb::backend
