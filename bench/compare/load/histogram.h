// Histogram: how long things took, in buckets of at most 3 % width; recording is a few instructions. One thread.
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

namespace bench::load {

class Histogram {
 public:
  void record(std::chrono::nanoseconds time) noexcept {
    ++buckets_[bucket_of(static_cast<std::uint64_t>(time.count()))];
    ++total_;
  }
  void clear() noexcept { *this = Histogram(); }

  // The time that `share` (0 to 1) of all records did not exceed, as the upper end of its bucket; 0 without records.
  [[nodiscard]] std::chrono::nanoseconds quantile(double share) const noexcept {
    const auto rank = static_cast<std::uint64_t>(share * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen > rank) return std::chrono::nanoseconds(upper_end(i));
    }
    return std::chrono::nanoseconds{0};
  }

 private:
  // 32 buckets for every doubling: the five bits behind the leading one choose among them.
  static constexpr unsigned kFineBits = 5;
  static constexpr std::size_t kFine = 1U << kFineBits;

  static std::size_t bucket_of(std::uint64_t n) noexcept {
    if (n < kFine) return n;
    const auto shift = static_cast<unsigned>(std::bit_width(n)) - 1 - kFineBits;
    return (shift + 1) * kFine + ((n >> shift) - kFine);
  }
  static std::uint64_t upper_end(std::size_t bucket) noexcept {
    if (bucket < kFine) return bucket;
    const auto shift = bucket / kFine - 1;
    return ((kFine + bucket % kFine + 1) << shift) - 1;
  }

  std::array<std::uint64_t, (64 - kFineBits + 1) * kFine> buckets_{};
  std::uint64_t total_ = 0;
};

}  // namespace bench::load
