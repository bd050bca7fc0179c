#include "lb/control/departure.h"

#include <cstdint>
#include <utility>

namespace lb::control {
namespace {

// So that answers which were given last reach those who asked.
constexpr std::chrono::milliseconds kLastWords{100};

}  // namespace

Departure::Departure(const Parts& parts)
    : parts_(parts),
      grace_(parts.loop, [this] { cut("the grace is over"); }),
      hard_stop_(parts.loop, [this] { end_some(); }),
      last_words_(parts.loop, [this] { parts_.loop.stop(); }) {}

void Departure::stop(std::chrono::milliseconds grace) {
  grace_.start(grace);
  leave([] {});
}

void Departure::retire(std::chrono::milliseconds hard_stop_after, std::function<void()> left) {
  hard_stop_.start(hard_stop_after);
  leave(std::move(left));
}

// The workers end before the mailbox does, so their letters always find it.
void Departure::leave(std::function<void()> left) {
  parts_.workers.drain([this, left = std::move(left)] { parts_.mailbox.post(left); },
                       [this] { parts_.mailbox.post([this] { last_words_.start(kLastWords); }); });
}

void Departure::cut(std::string_view why) {
  parts_.log.warn("cutting the sessions that are left: {}", why);
  parts_.workers.abort_sessions();
}

void Departure::end_some() {
  std::uint64_t sessions = 0;
  for (const auto& stats : parts_.workers.stats()) sessions += stats->active.value();
  if (at_a_time_ == 0) {
    parts_.log.warn("hardStopAfter is over: the {} sessions that are left are closed", sessions);
    at_a_time_ = static_cast<std::size_t>(sessions) / kPaces + 1;  // rounded up
  }
  parts_.workers.abort_sessions(at_a_time_);
  hard_stop_.start(kPace);
}

}  // namespace lb::control
