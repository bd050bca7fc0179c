// Lease: a counted claim of one session on one backend; given back by its destructor. Belongs to one worker, whose row
// it counts in. The worker keeps the BackendState alive while any of its sessions holds a lease on it.
#pragma once

#include <cstdint>
#include <utility>

#include "lb/backend/backend_state.h"

namespace lb::backend {

class Lease {
 public:
  Lease() noexcept = default;
  // Empty where the backend is full.
  Lease(BackendState& backend, std::size_t worker) noexcept {
    const BackendState::Place place = backend.take_place();
    if (place == BackendState::Place::kNone) return;
    row_ = reinterpret_cast<std::uintptr_t>(&backend.counters(worker));
    if (place == BackendState::Place::kCounted) row_ |= kCounted;
    counters().active.add(1);
  }
  Lease(Lease&& other) noexcept : row_(std::exchange(other.row_, 0)) {}
  Lease& operator=(Lease&& other) noexcept {
    if (this == &other) return *this;
    give_back();
    row_ = std::exchange(other.row_, 0);
    return *this;
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() { give_back(); }

  void give_back() noexcept {
    if (row_ == 0) return;
    counters().active.subtract(1);
    if ((row_ & kCounted) != 0) backend().give_place_back();
    row_ = 0;
  }
  [[nodiscard]] explicit operator bool() const noexcept { return row_ != 0; }
  // Only while it is held.
  [[nodiscard]] BackendState& backend() const noexcept { return *counters().backend; }
  [[nodiscard]] BackendCounters& counters() const noexcept {
    return *reinterpret_cast<BackendCounters*>(row_ & ~kCounted);  // NOLINT(performance-no-int-to-ptr)
  }

 private:
  // A session holds a lease for all its life, so it takes one word: the row's address, whose lowest bit is free, tells
  // whether the place is counted. (It may not be, although the backend is limited now: a reload brought the limit.)
  static constexpr std::uintptr_t kCounted = 1;
  static_assert(alignof(BackendCounters) > kCounted);

  std::uintptr_t row_ = 0;
};

}  // namespace lb::backend
