// Histogram: how often a time was how long, in buckets whose bounds are fixed. One thread records, any thread reads;
// recording is a search in a small table and two plain stores (see counter.h).
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "lib/base/counter.h"

namespace base {

// kBounds: ascending; a time that equals a bound is counted below it, as in Prometheus ("le").
template <const auto& kBounds>
class Histogram {
 public:
  static constexpr std::size_t kBuckets = kBounds.size() + 1;  // the last one: above every bound
  [[nodiscard]] static constexpr const auto& bounds() noexcept { return kBounds; }

  void record(std::chrono::nanoseconds time) noexcept {
    const auto bucket = std::lower_bound(kBounds.begin(), kBounds.end(), time) - kBounds.begin();
    buckets_[static_cast<std::size_t>(bucket)].add(1);
    // Microseconds: a hundred thousand sessions of a day fit six thousand times.
    const auto rounded = std::chrono::duration_cast<std::chrono::microseconds>(time);
    sum_.add(static_cast<std::uint64_t>(std::max<std::int64_t>(rounded.count(), 0)));
  }

  // What several threads have recorded, added up.
  struct Reading;
  // As if all that had been recorded here; the recording thread.
  void add(const Reading& reading) noexcept {
    for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i].add(reading.counts[i]);
    sum_.add(static_cast<std::uint64_t>(reading.sum.count()));
  }

  struct Reading {
    std::array<std::uint64_t, kBuckets> counts{};  // of each bucket alone
    std::chrono::microseconds sum{0};

    void add(const Histogram& histogram) noexcept {
      for (std::size_t i = 0; i < kBuckets; ++i) counts[i] += histogram.buckets_[i].value();
      sum += std::chrono::microseconds(static_cast<std::int64_t>(histogram.sum_.value()));
    }
  };

 private:
  std::array<Counter, kBuckets> buckets_;
  Counter sum_;
};

}  // namespace base
