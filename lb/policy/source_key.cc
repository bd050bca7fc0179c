#include "lb/policy/source_key.h"

#include "lib/base/hash.h"

namespace lb::policy {

std::uint64_t source_key(const base::IpAddress& client) noexcept {
  std::uint64_t state = client.is_v6() ? 6 : 4;
  const auto& bytes = client.bytes();
  for (std::size_t half = 0; half < bytes.size(); half += 8) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8; ++i) word = word << 8 | bytes[half + i];
    state = base::mix(state ^ word) + 0x9e3779b97f4a7c15U;
  }
  return base::mix(state);
}

}  // namespace lb::policy
