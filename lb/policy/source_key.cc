#include "lb/policy/source_key.h"

#include <bit>
#include <cstring>

#include "lib/base/hash.h"

namespace lb::policy {
namespace {

// Eight bytes as they are written, the first one on top.
std::uint64_t word_at(const std::uint8_t* bytes) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return std::endian::native == std::endian::big ? word : __builtin_bswap64(word);
}

}  // namespace

std::uint64_t source_key(const base::IpAddress& client) noexcept {
  std::uint64_t state = client.is_v6() ? 6 : 4;
  const auto& bytes = client.bytes();
  for (std::size_t half = 0; half < bytes.size(); half += 8) {
    state = base::mix(state ^ word_at(bytes.data() + half)) + 0x9e3779b97f4a7c15U;
  }
  return base::mix(state);
}

}  // namespace lb::policy
