// Lease: a counted claim of one session on one backend; given back by its destructor. Belongs to one worker, whose row
// it counts in. The worker keeps the BackendState alive while any of its sessions holds a lease on it.
#pragma once

#include <utility>

#include "lb/backend/backend_state.h"

namespace lb::backend {

class Lease {
 public:
  Lease() noexcept = default;
  // Empty where the backend is full.
  Lease(BackendState& backend, std::size_t worker) noexcept
      : counters_(backend.take_place() ? &backend.counters(worker) : nullptr) {
    if (counters_ != nullptr) counters_->active.add(1);
  }
  Lease(Lease&& other) noexcept : counters_(std::exchange(other.counters_, nullptr)) {}
  Lease& operator=(Lease&& other) noexcept {
    if (this == &other) return *this;
    give_back();
    counters_ = std::exchange(other.counters_, nullptr);
    return *this;
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() { give_back(); }

  void give_back() noexcept {
    if (counters_ == nullptr) return;
    counters_->active.subtract(1);
    counters_->backend->give_place_back();
    counters_ = nullptr;
  }
  [[nodiscard]] explicit operator bool() const noexcept { return counters_ != nullptr; }
  // Only while it is held.
  [[nodiscard]] BackendState& backend() const noexcept { return *counters_->backend; }
  [[nodiscard]] BackendCounters& counters() const noexcept { return *counters_; }

 private:
  BackendCounters* counters_ = nullptr;
};

}  // namespace lb::backend
