// SourceHash: where a client's address stands in the tables of this folder: its upper bits choose the shard, its lower
// ones the place inside. Any thread.
#pragma once

#include <cstdint>
#include <cstring>

#include "lib/base/hash.h"
#include "lib/base/ip_address.h"

namespace lb::source {

struct SourceHash {
  [[nodiscard]] std::uint64_t operator()(const base::IpAddress& source) const noexcept {
    std::uint64_t upper = 0;
    std::uint64_t lower = 0;
    std::memcpy(&upper, source.bytes().data(), sizeof upper);
    std::memcpy(&lower, source.bytes().data() + sizeof upper, sizeof lower);
    return base::mix(base::mix(upper + (source.is_v6() ? 1 : 0)) ^ lower);
  }
};

}  // namespace lb::source
