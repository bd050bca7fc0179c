// Ring: the way of records from one worker to the writer. It never makes the worker wait: a record for which there is
// no room is dropped and counted.
//
// push() belongs to one thread, take_all() to one other; dropped() may be called by any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "lb/access_log/record.h"
#include "lib/base/counter.h"

namespace lb::access_log {

class Ring {
 public:
  static constexpr std::size_t kRecords = 8192;  // a power of two: places are told by the low bits

  void push(const Record& record) noexcept {
    const std::uint64_t written = written_.load(std::memory_order_relaxed);
    if (written - taken_as_seen_ == kRecords) taken_as_seen_ = taken_.load(std::memory_order_acquire);
    if (written - taken_as_seen_ == kRecords) return dropped_.add(1);
    places_[written % kRecords] = record;
    written_.store(written + 1, std::memory_order_release);
  }

  // Calls `take` with each record that is there now, the oldest first; gives their number.
  template <class Take>
  std::size_t take_all(Take take) {
    const std::uint64_t written = written_.load(std::memory_order_acquire);
    const std::uint64_t begin = taken_.load(std::memory_order_relaxed);
    for (std::uint64_t next = begin; next != written; ++next) {
      take(places_[next % kRecords]);
      taken_.store(next + 1, std::memory_order_release);
    }
    return written - begin;
  }

  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_.value(); }

 private:
  // Two megabytes.
  std::unique_ptr<Record[]> places_ = std::make_unique<Record[]>(kRecords);
  alignas(base::kCacheLine) std::atomic<std::uint64_t> written_{0};
  std::uint64_t taken_as_seen_ = 0;  // by push(): asks the other side only when it has to
  base::Counter dropped_;
  alignas(base::kCacheLine) std::atomic<std::uint64_t> taken_{0};
};

}  // namespace lb::access_log
