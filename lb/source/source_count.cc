#include "lb/source/source_count.h"

#include <bit>

namespace lb::source {
namespace {

constexpr unsigned kHostPrefix6 = 64;
constexpr int kShardShift = 64 - std::countr_zero(SourceCount::kShards);  // to the upper bits of a hash

base::IpAddress counted_as(const base::IpAddress& client) noexcept {
  const base::IpAddress address = client.unmapped();
  return address.is_v6() ? address.prefix(kHostPrefix6) : address;
}

}  // namespace

bool SourceCount::enter(const base::IpAddress& client, unsigned limit) {
  const base::IpAddress source = counted_as(client);
  Shard& shard = shards_[place_of(source)];
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.sessions.find(source);
  if (found == shard.sessions.end()) {
    if (limit == 0) return false;
    shard.sessions.emplace(source, 1);
    return true;
  }
  if (found->second >= limit) return false;
  ++found->second;
  return true;
}

void SourceCount::leave(const base::IpAddress& client) noexcept {
  const base::IpAddress source = counted_as(client);
  Shard& shard = shards_[place_of(source)];
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.sessions.find(source);
  if (found != shard.sessions.end() && --found->second == 0) shard.sessions.erase(found);
}

unsigned SourceCount::sessions(const base::IpAddress& client) const {
  const base::IpAddress source = counted_as(client);
  const Shard& shard = shards_[place_of(source)];
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.sessions.find(source);
  return found == shard.sessions.end() ? 0 : found->second;
}

std::size_t SourceCount::clients() const {
  std::size_t sum = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    sum += shard.sessions.size();
  }
  return sum;
}

std::size_t SourceCount::place_of(const base::IpAddress& source) noexcept {
  return SourceHash()(source) >> kShardShift;
}

}  // namespace lb::source
