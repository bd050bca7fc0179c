// StickyTable: which backend the clients of one listener came to, so that they come there again. Shared by all workers
// and held by every snapshot of its listener, so it outlives each of them. A client is the first bits of an address;
// a backend is named by BackendState::key(), which no reload changes.
//
// An entry is forgotten `ttl` after the last session of its client has closed. There are at most `max_entries`; where a
// new one finds no room, that whose client has been gone longest goes, and one with open sessions only where there is
// no other.
//
// Any thread. Entries lie in up to kMostShards shards, each with a mutex that is held for one look into a hash table;
// "longest" and "room" are meant within a shard. Memory is reserved at once and taken from the system as it is used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "lb/source/sticky_shard.h"
#include "lib/base/clock.h"
#include "lib/base/ip_address.h"
#include "lib/cluster/cluster.h"

namespace lb::source {

class StickyTable {
 public:
  explicit StickyTable(const cluster::Sticky& config);
  ~StickyTable();
  StickyTable(const StickyTable&) = delete;
  StickyTable& operator=(const StickyTable&) = delete;

  // The key of the client's backend. `now` may be coarse and a moment old.
  [[nodiscard]] std::optional<std::uint64_t> find(const base::IpAddress& client, base::SteadyTime now) noexcept;

  // The same and more, for whoever asks; changes nothing.
  using Known = StickyShard::Known;
  [[nodiscard]] std::optional<Known> look(const base::IpAddress& client, base::SteadyTime now) const noexcept;

  // A session of the client stands at this backend, and from now on its others are to come there too.
  void assign(const base::IpAddress& client, std::uint64_t backend, base::SteadyTime now) noexcept;
  // A session of the client stands at another backend than its own, which stays its own. False where it has none: then
  // nothing is counted.
  [[nodiscard]] bool hold(const base::IpAddress& client) noexcept;
  // A session that assign() or hold() has counted is closed. (Where its entry had to go meanwhile and a new one came,
  // that one's time begins too early.)
  void release(const base::IpAddress& client, base::SteadyTime now) noexcept;

  [[nodiscard]] std::size_t entries() const noexcept;

  // All entries, for the process that comes after this one, and how that one takes them in.
  [[nodiscard]] std::vector<StickyShard::Remembered> known(base::SteadyTime now) const;
  void recall(const StickyShard::Remembered& entry) noexcept;
  // Those with open sessions, and how a process learns of sessions that another one has open: told again within every
  // `ttl`, they are not forgotten.
  [[nodiscard]] std::vector<StickyShard::Remembered> open(base::SteadyTime now) const;
  void refresh(const StickyShard::Remembered& entry) noexcept;

  // Takes in the entries of the table that was there before, whose sessions will be closed in that one: as long as a
  // client has one open there, it is not forgotten here. Before anybody else has this table.
  void follow(const std::shared_ptr<StickyTable>& former, base::SteadyTime now);

  static constexpr std::size_t kMostShards = 64;
  static constexpr std::size_t kFewestInAShard = 64;  // so a small table has fewer shards, down to one

 private:
  class Shard;

  [[nodiscard]] StickyShard::Source source_of(const base::IpAddress& client) const noexcept;
  [[nodiscard]] std::vector<StickyShard::Remembered> gather(StickyShard::Which which, base::SteadyTime now) const;
  [[nodiscard]] Shard& shard_of(std::uint64_t hash) const noexcept;
  [[nodiscard]] std::optional<Known> open_in_former(const base::IpAddress& client, base::SteadyTime now) const noexcept;

  unsigned prefix4_;
  unsigned prefix6_;
  std::vector<std::unique_ptr<Shard>> shards_;  // a power of two
  std::weak_ptr<const StickyTable> former_;     // as long as sessions stand in it
};

}  // namespace lb::source
