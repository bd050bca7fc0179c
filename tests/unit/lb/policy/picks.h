// Many picks of one policy, counted.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lb/policy/policy.h"

namespace lb::policy {

inline constexpr int kPicks = 20'000;

// As many backends as there are weights, for one worker.
inline std::vector<std::shared_ptr<backend::BackendState>> make_backends(std::size_t count) {
  std::vector<std::shared_ptr<backend::BackendState>> backends;
  const auto address = *base::SocketAddress::parse("192.0.2.1:6443");
  for (std::size_t i = 0; i < count; ++i) {
    backends.push_back(std::make_shared<backend::BackendState>("b" + std::to_string(i), address, 1));
  }
  return backends;
}

// One of 2^64 clients.
inline base::IpAddress random_client(base::Random& random) {
  std::array<std::uint8_t, 16> bytes{0x20, 0x01};
  const std::uint64_t number = random();
  std::memcpy(bytes.data() + sizeof number, &number, sizeof number);
  return base::IpAddress::from_v6(bytes.data());
}

// How often each backend was picked. Nothing is held: every pick finds all backends empty.
inline std::vector<std::uint64_t> count_picks(const Policy& policy, std::size_t backends, std::uint64_t seed,
                                              std::span<const BackendIndex> excluded = {}) {
  const auto states = make_backends(backends);
  base::Random random(seed);
  std::uint32_t cursor = 0;
  std::vector<std::uint64_t> counts(backends);
  for (int i = 0; i < kPicks; ++i) {
    const base::IpAddress client = random_client(random);
    PickContext context{
        .random = random, .cursor = cursor, .client = &client, .backends = states, .excluded = excluded};
    if (const auto picked = policy.pick(context)) ++counts[static_cast<std::uint32_t>(*picked)];
  }
  return counts;
}

}  // namespace lb::policy
