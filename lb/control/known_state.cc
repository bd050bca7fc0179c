#include "lb/control/known_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lb/control/known_counts.h"
#include "lb/control/known_json.h"

namespace lb::control {
namespace {

using backend::Condition;
using nlohmann::json;
using std::chrono::milliseconds;

milliseconds::rep age_of(base::SteadyTime then, base::SteadyTime now) {
  return std::chrono::duration_cast<milliseconds>(now - then).count();
}

template <class Value>
json text_or_null(const std::optional<Value>& value) {
  return value ? json(*value) : json();
}

// ---- writing

// A line an entry, in one text: there may be millions, and each as JSON would take ten times as long.
std::string lines_of(const std::vector<source::StickyShard::Remembered>& entries, base::SteadyTime now) {
  std::string lines;
  for (const auto& entry : entries) {
    fmt::format_to(std::back_inserter(lines), "{} {} {}\n", entry.backend, age_of(entry.closed, now),
                   entry.address.to_string());
  }
  return lines;
}

json slow_start_json(const SlowStart::Progress& progress) {
  return {{"cold", progress.cold}, {"rampedFor", progress.ramped_for ? json(progress.ramped_for->count()) : json()}};
}

json backend_json(const ListenerView& listener, std::size_t index, milliseconds ejected_for, base::SteadyTime now) {
  const BackendView& backend = listener.backends[index];
  const std::uint32_t weight = listener.config.backends[index].weight;
  const bool has_own_weight = weight != backend.configured_weight;
  json object{{"name", backend.state->name()},
              {"address", backend.state->address().to_string()},
              {"checkedReason", backend.checked_reason},
              {"maintenance", text_or_null(backend.maintenance)},
              {"drain", text_or_null(backend.drain)},
              {"ejection", text_or_null(backend.ejection)},
              {"ejectedFor", ejected_for.count()},
              {"configuredWeight", backend.configured_weight},
              {"weight", has_own_weight ? json(weight) : json()},
              {"age", age_of(backend.since, now)},
              {"slowStart", slow_start_json(listener.slow_start.progress(index, now))}};
  if (backend.was_checked) object["checked"] = to_string(backend.checked);
  return object;
}

// ---- reading

std::optional<Condition> condition_of(const json& object) {
  const auto name = value_of<std::string>(object, "checked");
  if (!name) return std::nullopt;
  for (const Condition one : backend::kConditions) {
    if (to_string(one) == *name) return one;
  }
  return std::nullopt;
}

// Takes a number and the blank behind it off the front.
template <class Number>
bool take_number(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data() + text.size() || *end != ' ') return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

// Calls act(entry) for each line that is understood.
template <class Act>
void for_each_line(std::string_view lines, base::SteadyTime now, Act act) {
  while (!lines.empty()) {
    std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    std::uint64_t backend = 0;
    milliseconds::rep age = 0;
    if (!take_number(line, backend) || !take_number(line, age)) continue;
    if (const auto address = base::IpAddress::parse(line))
      act(source::StickyShard::Remembered{*address, backend, now - milliseconds{age}});
  }
}

SlowStart::Progress progress_of(const json& object) {
  SlowStart::Progress progress{.cold = value_of<bool>(object, "cold").value_or(false), .ramped_for = std::nullopt};
  if (const auto ramped_for = value_of<milliseconds::rep>(object, "rampedFor")) {
    progress.ramped_for = milliseconds{*ramped_for};
  }
  return progress;
}

Controller::Known known_of(const json& object, const BackendView& backend) {
  Controller::Known known{.checked = condition_of(object),
                          .checked_reason = value_of<std::string>(object, "checkedReason").value_or(""),
                          .maintenance = value_of<std::string>(object, "maintenance"),
                          .drain = value_of<std::string>(object, "drain"),
                          .ejection = value_of<std::string>(object, "ejection"),
                          .weight = std::nullopt,
                          .age = milliseconds{value_of<milliseconds::rep>(object, "age").value_or(0)},
                          .slow_start = progress_of(part_of(object, "slowStart"))};
  const bool file_says_the_same = value_of<std::uint32_t>(object, "configuredWeight") == backend.configured_weight;
  if (file_says_the_same) known.weight = value_of<std::uint32_t>(object, "weight");
  return known;
}

}  // namespace

json known_state(const Controller& controller, const PassiveChecker& passive_checker, base::SteadyTime now) {
  json listeners = json::array();
  for (std::size_t i = 0; i < controller.listeners().size(); ++i) {
    const ListenerView& listener = controller.listeners()[i];
    json object{
        {"name", listener.config.name}, {"address", listener.config.address.to_string()}, {"backends", json::array()}};
    for (std::size_t j = 0; j < listener.backends.size(); ++j) {
      object["backends"].push_back(backend_json(listener, j, passive_checker.ejected_for({i, j}), now));
    }
    if (listener.sources.sticky) object["sticky"] = lines_of(listener.sources.sticky->known(now), now);
    listeners.push_back(std::move(object));
  }
  return {{"listeners", std::move(listeners)}, {"counts", known_counts(controller)}};
}

void recall(const json& state, Controller& controller, base::SteadyTime now) {
  for_each_listener(part_of(state, "listeners"), controller, [&](std::size_t listener, const json& listener_json) {
    const ListenerView& view = controller.listeners()[listener];
    if (view.sources.sticky) {
      for_each_line(text_of(listener_json, "sticky"), now, [&](const auto& one) { view.sources.sticky->recall(one); });
    }
    for_each_backend(part_of(listener_json, "backends"), controller, listener,
                     [&](BackendId id, const json& backend_json) {
                       const BackendView& backend = view.backends[id.backend];
                       controller.recall(id, known_of(backend_json, backend));
                     });
  });
  add_counts(part_of(state, "counts"), json(), controller);
  controller.refresh();
}

void recall_ejections(const json& state, const Controller& controller, PassiveChecker& passive_checker) {
  for_each_listener(part_of(state, "listeners"), controller, [&](std::size_t listener, const json& listener_json) {
    for_each_backend(part_of(listener_json, "backends"), controller, listener,
                     [&](BackendId id, const json& backend_json) {
                       const milliseconds left{value_of<milliseconds::rep>(backend_json, "ejectedFor").value_or(0)};
                       const bool is_out = controller.listeners()[listener].backends[id.backend].ejection.has_value();
                       if (is_out) passive_checker.resume(id, left);
                     });
  });
}

void add_held(json& counts, const Controller& controller, base::SteadyTime now) {
  for (std::size_t i = 0; i < counts.size() && i < controller.listeners().size(); ++i) {
    const auto& sticky = controller.listeners()[i].sources.sticky;
    if (sticky) counts[i]["held"] = lines_of(sticky->open(now), now);
  }
}

void refresh_held(const json& counts, const Controller& controller, base::SteadyTime now) {
  for_each_listener(counts, controller, [&](std::size_t listener, const json& listener_json) {
    const auto& sticky = controller.listeners()[listener].sources.sticky;
    if (!sticky) return;
    for_each_line(text_of(listener_json, "held"), now, [&](const auto& one) { sticky->refresh(one); });
  });
}

milliseconds held_interval(const Controller& controller) {
  constexpr int kTimes = 3;                        // so that one of them may come late
  milliseconds shortest = std::chrono::hours{24};  // where no table is
  for (const ListenerView& listener : controller.listeners()) {
    if (listener.config.sticky) shortest = std::min(shortest, listener.config.sticky->ttl / kTimes);
  }
  return shortest;
}

}  // namespace lb::control
