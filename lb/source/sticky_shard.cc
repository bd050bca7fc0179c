#include "lb/source/sticky_shard.h"

#include <bit>

namespace lb::source {

StickyShard::StickyShard(std::size_t capacity, std::chrono::milliseconds ttl)
    : capacity_(capacity), ttl_(ttl), buckets_(std::bit_ceil(capacity), kNowhere) {
  entries_.reserve(capacity);
}

std::optional<StickyShard::Known> StickyShard::look(const Source& source, base::SteadyTime now) const noexcept {
  const Place place = place_of(source);
  if (place == kNowhere || expired(entries_[place], now)) return std::nullopt;
  const Entry& entry = entries_[place];
  Known known{.backend = entry.backend, .open = entry.open};
  if (entry.open == 0) known.expires_in = entry.closed + ttl_ - now;
  return known;
}

std::optional<std::uint64_t> StickyShard::find(const Source& source, base::SteadyTime now) noexcept {
  const Place place = place_of(source);
  if (place == kNowhere) return std::nullopt;
  if (!expired(entries_[place], now)) return entries_[place].backend;
  remove(place);
  return std::nullopt;
}

void StickyShard::assign(const Source& source, std::uint64_t backend, base::SteadyTime now) noexcept {
  Place place = place_of(source);
  if (place == kNowhere) place = add(source, now);
  entries_[place].backend = backend;
  open(place);
}

bool StickyShard::hold(const Source& source) noexcept {
  const Place place = place_of(source);
  if (place == kNowhere) return false;
  open(place);
  return true;
}

void StickyShard::release(const Source& source, base::SteadyTime now) noexcept {
  const Place place = place_of(source);
  if (place == kNowhere) return;
  Entry& entry = entries_[place];
  if (entry.open != 1) {
    if (entry.open > 1) --entry.open;
    return;
  }
  leave_queue(place);
  entry.open = 0;
  entry.closed = now;
  join_queue(place);
}

void StickyShard::recall(const Source& source, std::uint64_t backend, base::SteadyTime closed) noexcept {
  if (place_of(source) == kNowhere) entries_[add(source, closed)].backend = backend;
}

void StickyShard::refresh(const Source& source, std::uint64_t backend, base::SteadyTime now) noexcept {
  Place place = place_of(source);
  if (place != kNowhere && entries_[place].open > 0) return;
  if (place == kNowhere || expired(entries_[place], now)) {
    if (place == kNowhere) place = add(source, now);
    entries_[place].backend = backend;
  }
  leave_queue(place);
  entries_[place].closed = now;
  join_queue(place);
}

// ---- which entries there are

StickyShard::Place StickyShard::place_of(const Source& source) const noexcept {
  Place place = buckets_[source.hash % buckets_.size()];
  while (place != kNowhere && entries_[place].address != source.address) place = entries_[place].next_in_bucket;
  return place;
}

StickyShard::Place StickyShard::add(const Source& source, base::SteadyTime now) noexcept {
  const Place place = make_room(now);
  Entry& entry = entries_[place];
  const auto bucket = static_cast<Place>(source.hash % buckets_.size());
  entry = {.address = source.address, .closed = now, .bucket = bucket, .next_in_bucket = buckets_[bucket]};
  buckets_[bucket] = place;
  join_queue(place);
  ++size_;
  return place;
}

StickyShard::Place StickyShard::make_room(base::SteadyTime now) noexcept {
  const bool has_expired = idle_.first != kNowhere && expired(entries_[idle_.first], now);
  const bool is_full = free_ == kNowhere && entries_.size() == capacity_;
  if (has_expired || is_full) remove(idle_.first != kNowhere ? idle_.first : busy_.first);
  if (free_ == kNowhere) {
    entries_.emplace_back();  // within what was reserved
    return static_cast<Place>(entries_.size() - 1);
  }
  const Place place = free_;
  free_ = entries_[place].next_in_bucket;
  return place;
}

void StickyShard::remove(Place place) noexcept {
  leave_queue(place);
  Entry& entry = entries_[place];
  Place* link = &buckets_[entry.bucket];
  while (*link != place) link = &entries_[*link].next_in_bucket;
  *link = entry.next_in_bucket;
  entry.next_in_bucket = free_;
  free_ = place;
  --size_;
}

bool StickyShard::expired(const Entry& entry, base::SteadyTime now) const noexcept {
  return entry.open == 0 && now - entry.closed >= ttl_;
}

// ---- which of them go first

void StickyShard::open(Place place) noexcept {
  leave_queue(place);
  ++entries_[place].open;
  join_queue(place);
}

void StickyShard::leave_queue(Place place) noexcept {
  const Entry& entry = entries_[place];
  Queue& queue = queue_of(entry);
  (entry.before == kNowhere ? queue.first : entries_[entry.before].behind) = entry.behind;
  (entry.behind == kNowhere ? queue.last : entries_[entry.behind].before) = entry.before;
}

void StickyShard::join_queue(Place place) noexcept {
  Entry& entry = entries_[place];
  Queue& queue = queue_of(entry);
  entry.before = queue.last;
  entry.behind = kNowhere;
  (queue.last == kNowhere ? queue.first : entries_[queue.last].behind) = place;
  queue.last = place;
}

}  // namespace lb::source
