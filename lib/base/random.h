// Random: xoshiro256++ (Blackman and Vigna, 2019; period 2^256 - 1), seeded by splitmix64. Four words of state, about a
// nanosecond a number; not for secrets. One thread: every worker owns its own.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "lib/base/hash.h"

namespace base {

class Random {
 public:
  using result_type = std::uint64_t;  // a UniformRandomBitGenerator, so that <random> takes it too

  explicit Random(std::uint64_t seed) noexcept {
    for (auto& word : state_) {
      seed += 0x9e3779b97f4a7c15U;
      word = mix(seed);
    }
  }

  [[nodiscard]] static constexpr result_type min() noexcept { return 0; }
  [[nodiscard]] static constexpr result_type max() noexcept { return UINT64_MAX; }

  result_type operator()() noexcept {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace base
