// Events: the last things that happened to this daemon, for whoever looks at it now; the log has them all. At most
// kKept; the oldest goes first. Control loop's thread only.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"

namespace lb::control {

struct Event {
  enum class Level { kInfo, kWarn, kError };

  base::SteadyTime time;
  Level level = Level::kInfo;
  std::string text;
};

[[nodiscard]] std::string_view to_string(Event::Level level) noexcept;

class Events {
 public:
  static constexpr std::size_t kKept = 100;

  // `clock` outlives the events.
  explicit Events(const base::Clock& clock) : clock_(clock) {}

  void note(Event::Level level, std::string text);
  // The newest first, at most so many.
  [[nodiscard]] std::vector<Event> newest(std::size_t most) const;

 private:
  const base::Clock& clock_;
  std::deque<Event> events_;  // the newest first
};

}  // namespace lb::control
