#include "lb/control/backend_lookup.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "lib/cluster/spelling.h"

namespace lb::control {
namespace {

// There may be thousands, and a mistyped name is one of the first or near to one.
constexpr std::size_t kNamed = 20;

base::Failure unknown(std::string_view what, std::string_view name, const std::vector<std::string_view>& known) {
  const std::vector<std::string_view> named(
      known.begin(), known.begin() + static_cast<std::ptrdiff_t>(std::min(known.size(), kNamed)));
  const std::string more = known.size() > kNamed ? fmt::format(" and {} more", known.size() - kNamed) : "";
  return base::fail("there is no {} '{}'{}; known: {}{}", what, name, cluster::did_you_mean(name, known),
                    fmt::join(named, ", "), more);
}

}  // namespace

base::Result<std::size_t> find_listener(const Controller& controller, std::string_view name) {
  std::vector<std::string_view> known;
  for (const ListenerView& listener : controller.listeners()) {
    if (listener.config.name == name) return known.size();
    known.push_back(listener.config.name);
  }
  return unknown("listener", name, known);
}

base::Result<BackendId> find_backend(const Controller& controller, std::string_view listener,
                                     std::string_view backend) {
  const auto place = find_listener(controller, listener);
  if (!place) return base::Failure(place.error());
  std::vector<std::string_view> known;
  for (const BackendView& one : controller.listeners()[*place].backends) {
    if (one.state->name() == backend) return BackendId{*place, known.size()};
    known.push_back(one.state->name());
  }
  return unknown(fmt::format("backend of listener {}", listener), backend, known);
}

}  // namespace lb::control
