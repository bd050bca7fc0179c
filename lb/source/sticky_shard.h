// StickyShard: a part of a StickyTable: a hash table with chains whose entries stand in two queues as well, those of
// clients without an open session and those of clients with one, each with the entry that is to go first in front. All
// links are numbers of places in one array, so nothing is allocated after the constructor. Not locked; see
// sticky_table.h for what the operations mean.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/ip_address.h"

namespace lb::source {

class StickyShard {
 public:
  // At least one entry.
  StickyShard(std::size_t capacity, std::chrono::milliseconds ttl);

  // A client's address, cut to what counts of it, and SourceHash of that.
  struct Source {
    base::IpAddress address;
    std::uint64_t hash;
  };
  // What is known of a client.
  struct Known {
    std::uint64_t backend = 0;
    std::uint32_t open = 0;                                           // sessions
    std::optional<std::chrono::steady_clock::duration> expires_in{};  // unset while one is open
  };
  [[nodiscard]] std::optional<Known> look(const Source& source, base::SteadyTime now) const noexcept;
  [[nodiscard]] std::optional<std::uint64_t> find(const Source& source, base::SteadyTime now) noexcept;
  void assign(const Source& source, std::uint64_t backend, base::SteadyTime now) noexcept;
  [[nodiscard]] bool hold(const Source& source) noexcept;
  void release(const Source& source, base::SteadyTime now) noexcept;

  // An entry as another process may know it: its last session closed at `closed`, or is open still (then: now).
  struct Remembered {
    base::IpAddress address;
    std::uint64_t backend;
    base::SteadyTime closed;
  };
  enum class Which : std::uint8_t { kAll, kOpen };
  // All, or those with open sessions only; those that go first come first.
  template <class Visit>
  void for_each(Which which, base::SteadyTime now, Visit visit) const {
    if (which == Which::kAll) for_each_in(idle_, now, visit);
    for_each_in(busy_, now, visit);
  }
  // In the order in which for_each gave them; a client that is here already stays as it is.
  void recall(const Source& source, std::uint64_t backend, base::SteadyTime closed) noexcept;
  // The client has a session open somewhere else: it is as one whose last session closed now.
  void refresh(const Source& source, std::uint64_t backend, base::SteadyTime now) noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  using Place = std::uint32_t;
  static constexpr Place kNowhere = 0xffff'ffff;

  struct Entry {
    base::IpAddress address;
    std::uint32_t open = 0;  // sessions
    std::uint64_t backend = 0;
    base::SteadyTime closed;  // when the last session did; counts while none is open
    Place bucket = kNowhere;
    Place next_in_bucket = kNowhere;  // or the next free place
    Place before = kNowhere;          // in the queue
    Place behind = kNowhere;
  };
  struct Queue {
    Place first = kNowhere;  // the one to go first
    Place last = kNowhere;
  };

  template <class Visit>
  void for_each_in(const Queue& queue, base::SteadyTime now, Visit& visit) const {
    for (Place place = queue.first; place != kNowhere; place = entries_[place].behind) {
      const Entry& entry = entries_[place];
      visit(Remembered{entry.address, entry.backend, entry.open > 0 ? now : entry.closed});
    }
  }
  [[nodiscard]] Place place_of(const Source& source) const noexcept;
  [[nodiscard]] Place add(const Source& source, base::SteadyTime now) noexcept;
  [[nodiscard]] Place make_room(base::SteadyTime now) noexcept;
  void remove(Place place) noexcept;
  [[nodiscard]] bool expired(const Entry& entry, base::SteadyTime now) const noexcept;

  void open(Place place) noexcept;
  [[nodiscard]] Queue& queue_of(const Entry& entry) noexcept { return entry.open > 0 ? busy_ : idle_; }
  void leave_queue(Place place) noexcept;
  void join_queue(Place place) noexcept;

  std::size_t capacity_;
  std::chrono::milliseconds ttl_;
  std::vector<Place> buckets_;  // the first of each chain; a power of two
  std::vector<Entry> entries_;
  Place free_ = kNowhere;
  std::size_t size_ = 0;
  Queue idle_;  // by the time when the last session closed
  Queue busy_;  // by the time when the last session opened
};

}  // namespace lb::source
