// SourceCount: how many sessions each client has at one listener, over all workers. A client is an IPv4 address, or an
// IPv6 network of 64 bits, of which one host may use every address. Knows only those who have a session now.
//
// Any thread; a call holds the mutex of one of kShards shards for the time of one look into a hash map.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <unordered_map>

#include "lb/source/source_hash.h"
#include "lib/base/counter.h"
#include "lib/base/ip_address.h"

namespace lb::source {

class SourceCount {
 public:
  // One session more; false, and nothing is counted, where the client has `limit` of them already.
  [[nodiscard]] bool enter(const base::IpAddress& client, unsigned limit);
  // One that had entered has ended.
  void leave(const base::IpAddress& client) noexcept;

  // How many sessions the client has.
  [[nodiscard]] unsigned sessions(const base::IpAddress& client) const;
  // How many clients have a session.
  [[nodiscard]] std::size_t clients() const;

  static constexpr std::size_t kShards = 32;

 private:
  struct alignas(base::kCacheLine) Shard {
    mutable std::mutex mutex;
    std::unordered_map<base::IpAddress, unsigned, SourceHash> sessions;  // never 0
  };
  [[nodiscard]] static std::size_t place_of(const base::IpAddress& source) noexcept;  // of its shard

  std::array<Shard, kShards> shards_;
};

}  // namespace lb::source
