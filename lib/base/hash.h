// Hashes that are the same on every host and in every version: what is decided by them must not move. Not for secrets,
// nor against those who choose their input. Any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace base {

// The finalizer of splitmix64 (S. Vigna): one to one, and every bit of the input moves every bit of the result.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t z) noexcept {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

// FNV-1a, 64 bits (Fowler, Noll, Vo), mixed.
[[nodiscard]] constexpr std::uint64_t hash(std::string_view text) noexcept {
  std::uint64_t state = 0xcbf29ce484222325U;
  for (const char c : text) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return mix(state);
}

}  // namespace base
