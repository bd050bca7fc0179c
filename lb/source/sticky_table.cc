#include "lb/source/sticky_table.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <mutex>

#include "lb/source/source_hash.h"
#include "lib/base/counter.h"

namespace lb::source {
namespace {

constexpr int kHashBits = 64;

std::size_t shards_for(std::size_t entries) noexcept {
  return std::bit_floor(std::clamp(entries / StickyTable::kFewestInAShard, std::size_t{1}, StickyTable::kMostShards));
}

}  // namespace

class alignas(base::kCacheLine) StickyTable::Shard {
 public:
  Shard(std::size_t capacity, std::chrono::milliseconds ttl) : content_(capacity, ttl) {}

  template <class Act>
  auto use(Act act) noexcept {
    const std::lock_guard lock(mutex_);
    return act(content_);
  }

 private:
  std::mutex mutex_;
  StickyShard content_;
};

StickyTable::StickyTable(const cluster::Sticky& config) : prefix4_(config.prefix4), prefix6_(config.prefix6) {
  const std::size_t shards = shards_for(config.max_entries);
  while (shards_.size() < shards) {
    shards_.push_back(std::make_unique<Shard>(config.max_entries / shards, config.ttl));
  }
}

StickyTable::~StickyTable() = default;

std::optional<std::uint64_t> StickyTable::find(const base::IpAddress& client, base::SteadyTime now) noexcept {
  const StickyShard::Source source = source_of(client);
  Shard& shard = shard_of(source.hash);
  if (const auto backend = shard.use([&](StickyShard& content) { return content.find(source, now); })) return backend;
  const auto elsewhere = open_in_former(client, now);
  if (!elsewhere) return std::nullopt;
  shard.use([&](StickyShard& content) { content.refresh(source, elsewhere->backend, now); });
  return elsewhere->backend;
}

std::optional<StickyTable::Known> StickyTable::look(const base::IpAddress& client,
                                                    base::SteadyTime now) const noexcept {
  const StickyShard::Source source = source_of(client);
  const auto known = shard_of(source.hash).use([&](const StickyShard& shard) { return shard.look(source, now); });
  return known ? known : open_in_former(client, now);
}

void StickyTable::assign(const base::IpAddress& client, std::uint64_t backend, base::SteadyTime now) noexcept {
  const StickyShard::Source source = source_of(client);
  shard_of(source.hash).use([&](StickyShard& shard) { shard.assign(source, backend, now); });
}

bool StickyTable::hold(const base::IpAddress& client) noexcept {
  const StickyShard::Source source = source_of(client);
  return shard_of(source.hash).use([&](StickyShard& shard) { return shard.hold(source); });
}

void StickyTable::release(const base::IpAddress& client, base::SteadyTime now) noexcept {
  const StickyShard::Source source = source_of(client);
  shard_of(source.hash).use([&](StickyShard& shard) { shard.release(source, now); });
}

std::size_t StickyTable::entries() const noexcept {
  std::size_t sum = 0;
  for (const auto& shard : shards_) sum += shard->use([](const StickyShard& content) { return content.size(); });
  return sum;
}

std::vector<StickyShard::Remembered> StickyTable::known(base::SteadyTime now) const {
  return gather(StickyShard::Which::kAll, now);
}

void StickyTable::recall(const StickyShard::Remembered& entry) noexcept {
  const StickyShard::Source source = source_of(entry.address);
  shard_of(source.hash).use([&](StickyShard& shard) { shard.recall(source, entry.backend, entry.closed); });
}

std::vector<StickyShard::Remembered> StickyTable::open(base::SteadyTime now) const {
  return gather(StickyShard::Which::kOpen, now);
}

void StickyTable::refresh(const StickyShard::Remembered& entry) noexcept {
  const StickyShard::Source source = source_of(entry.address);
  shard_of(source.hash).use([&](StickyShard& shard) { shard.refresh(source, entry.backend, entry.closed); });
}

void StickyTable::follow(const std::shared_ptr<StickyTable>& former, base::SteadyTime now) {
  former_ = former;
  for (const auto& entry : former->known(now)) recall(entry);
}

std::optional<StickyTable::Known> StickyTable::open_in_former(const base::IpAddress& client,
                                                              base::SteadyTime now) const noexcept {
  const auto former = former_.lock();
  const auto known = former ? former->look(client, now) : std::nullopt;
  return known && known->open > 0 ? known : std::nullopt;
}

StickyShard::Source StickyTable::source_of(const base::IpAddress& client) const noexcept {
  const base::IpAddress address = client.unmapped();
  const base::IpAddress cut = address.prefix(address.is_v6() ? prefix6_ : prefix4_);
  return {.address = cut, .hash = SourceHash()(cut)};
}

std::vector<StickyShard::Remembered> StickyTable::gather(StickyShard::Which which, base::SteadyTime now) const {
  std::vector<StickyShard::Remembered> all;
  for (const auto& shard : shards_) {
    shard->use([&](const StickyShard& content) {
      content.for_each(which, now, [&](const StickyShard::Remembered& entry) { all.push_back(entry); });
    });
  }
  return all;
}

StickyTable::Shard& StickyTable::shard_of(std::uint64_t hash) const noexcept {
  // By the upper bits; the lower ones choose the bucket.
  return *shards_[(hash >> (kHashBits / 2)) % shards_.size()];
}

}  // namespace lb::source
