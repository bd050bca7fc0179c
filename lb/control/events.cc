#include "lb/control/events.h"

#include <algorithm>
#include <utility>

namespace lb::control {

std::string_view to_string(Event::Level level) noexcept {
  switch (level) {
    case Event::Level::kInfo:
      return "info";
    case Event::Level::kWarn:
      return "warn";
    case Event::Level::kError:
      return "error";
  }
  return {};  // no value of the enumeration comes here
}

void Events::note(Event::Level level, std::string text) {
  if (events_.size() == kKept) events_.pop_back();
  events_.push_front({clock_.now(), level, std::move(text)});
}

std::vector<Event> Events::newest(std::size_t most) const {
  const auto count = static_cast<std::ptrdiff_t>(std::min(most, events_.size()));
  return {events_.begin(), events_.begin() + count};
}

}  // namespace lb::control
