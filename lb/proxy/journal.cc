#include "lb/proxy/journal.h"

#include <algorithm>

#include "lb/proxy/session.h"

namespace lb::proxy {
namespace {

using access_log::Record;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

// So that many sessions that began together neither fill the ring nor hold up the others.
constexpr int kOpenOnesATurn = 256;
constexpr milliseconds kBetweenTurns{50};

}  // namespace

Journal::Journal(net::EventLoop& loop, const Settings& settings, const base::Clock& clock, const base::Log& log)
    : settings_(settings), clock_(clock), log_(log), timer_(loop, [this] { tell_open_ones(); }) {}

void Journal::open(const Session& session, const base::SocketAddress& client, base::SteadyTime accepted) {
  const base::SteadyTime due = accepted + settings_.every.value_or(milliseconds{0});
  entries_.push_back({.session = &session, .client = client, .accepted = accepted, .due = due});
  places_.emplace(&session, std::prev(entries_.end()));
  if (!timer_.pending()) plan();
}

void Journal::note_connected(const Session& session, unsigned tries, base::SteadyTime now) {
  Entry& entry = at(session);
  entry.tries = static_cast<std::uint16_t>(tries);
  entry.connected = now - entry.accepted;
  if (settings_.connected) settings_.ring->push(record_of(entry, Record::Event::kConnected, now));
}

void Journal::note_first_byte(const Session& session, base::SteadyTime now) {
  Entry& entry = at(session);
  entry.first_byte = now - entry.accepted;
}

void Journal::close(const Session& session, base::SteadyTime now) {
  const auto place = places_.find(&session);
  Entry& entry = *place->second;
  if (const Race* const race = session.race()) entry.tries = static_cast<std::uint16_t>(race->tries());
  Record record = record_of(entry, Record::Event::kClosed, now);
  record.cause = to_string(session.reason());
  if (settings_.ring != nullptr) settings_.ring->push(record);
  if (log_.debug_enabled()) {
    const std::string_view backend = record.backend.text();
    log_.debug("session closed: reason={} client={} backend={} tries={} to_backend={}B to_client={}B age={}ms",
               record.cause, entry.client.ip().to_string(), backend.empty() ? "-" : backend, record.tries,
               record.to_backend, record.to_client, duration_cast<milliseconds>(record.total).count());
  }
  entries_.erase(place->second);
  places_.erase(place);
}

unsigned Journal::tries(const Session& session) const {
  const auto place = places_.find(&session);
  return place == places_.end() ? 0 : place->second->tries;
}

Record Journal::record_of(const Entry& entry, Record::Event event, base::SteadyTime now) {
  const Session& session = *entry.session;
  const backend::BackendState* const backend = session.backend();
  return {.event = event,
          .tries = entry.tries,
          .time = now,
          .client = entry.client,
          .listener = session.place().name,
          .backend = backend == nullptr ? std::string_view() : std::string_view(backend->name()),
          .to_backend = session.bytes_to_backend(),
          .to_client = session.bytes_to_client(),
          .connected = entry.connected,
          .first_byte = entry.first_byte,
          .total = now - entry.accepted};
}

// ---- those that last

void Journal::tell_open_ones() noexcept {
  const base::SteadyTime now = clock_.now();
  for (int i = 0; i < kOpenOnesATurn && !entries_.empty() && entries_.front().due <= now; ++i) {
    Entry& entry = entries_.front();
    settings_.ring->push(record_of(entry, Record::Event::kOpen, now));
    entry.due = now + *settings_.every;
    entries_.splice(entries_.end(), entries_, entries_.begin());
  }
  plan();
}

void Journal::plan() noexcept {
  if (!settings_.every || settings_.ring == nullptr || entries_.empty()) return;
  const auto left = duration_cast<milliseconds>(entries_.front().due - clock_.now());
  timer_.start(std::max(left, kBetweenTurns));
}

}  // namespace lb::proxy
