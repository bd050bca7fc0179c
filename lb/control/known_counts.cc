#include "lb/control/known_counts.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <unordered_map>

#include "lb/control/known_json.h"

namespace lb::control {
namespace {

using nlohmann::json;

// What this process itself has open, and not what it has heard of others.
template <class State>
std::uint64_t open_of(const State& state) {
  std::uint64_t open = 0;
  for (const auto& row : state.counters()) open += row.active.value();
  return open;
}

json counts_of(const backend::BackendState& state) {
  json counts{{"open", open_of(state)}};
  for (const auto& [name, counter] : backend::kLastingBackendCounters) counts[name] = state.total(counter);
  return counts;
}

// With the bounds: another version may have others, and then nothing can be said of its buckets.
template <class Histogram>
json times_of(const typename Histogram::Reading& reading) {
  json bounds = json::array();
  for (const auto bound : Histogram::bounds()) bounds.push_back(bound.count());
  return {{"bounds", std::move(bounds)}, {"counts", reading.counts}, {"sum", reading.sum.count()}};
}

// Calls act(histogram, its lasting name) for each one of a listener.
template <class Act>
void for_each_histogram(Act act) {
  act(&proxy::ListenerCounters::connect_duration, "connect_duration");
  act(&proxy::ListenerCounters::first_byte, "first_byte");
  act(&proxy::ListenerCounters::session_duration, "session_duration");
}

// The ends first: a session that ends in between counts as open.
json counts_of(const proxy::ListenerState& state) {
  json counts;
  for (std::size_t i = 0; i < proxy::kCloseReasons; ++i) {
    const auto reason = static_cast<proxy::CloseReason>(i);
    counts["closed"][std::string(to_string(reason))] = state.closed(reason);
  }
  for (const auto& [name, counter] : proxy::kLastingListenerCounters) counts[name] = state.total(counter);
  counts["open"] = open_of(state);
  for_each_histogram([&]<class Histogram>(Histogram proxy::ListenerCounters::*histogram, const char* name) {
    counts["times"][name] = times_of<Histogram>(state.times(histogram));
  });
  return counts;
}

std::uint64_t count_in(const json& counts, const std::string& name) {
  return value_of<std::uint64_t>(counts, name.c_str()).value_or(0);
}

std::uint64_t growth(const json& now, const json& before, const std::string& name) {
  const std::uint64_t last = count_in(before, name);
  return std::max(count_in(now, name), last) - last;
}

// What was counted in a bucket; a bucket that is not there has none.
std::uint64_t count_at(const json& times, std::size_t bucket) {
  const json& counts = part_of(times, "counts");
  if (!counts.is_array() || bucket >= counts.size() || !counts[bucket].is_number_unsigned()) return 0;
  return counts[bucket].get<std::uint64_t>();
}

template <class Histogram>
void add_to(Histogram& histogram, const json& now, const json& before) {
  if (part_of(now, "bounds") != times_of<Histogram>({})["bounds"]) return;
  typename Histogram::Reading grown;
  for (std::size_t i = 0; i < Histogram::kBuckets; ++i) {
    const std::uint64_t last = count_at(before, i);
    grown.counts[i] = std::max(count_at(now, i), last) - last;
  }
  grown.sum = std::chrono::microseconds(static_cast<std::int64_t>(growth(now, before, "sum")));
  histogram.add(grown);
}

void add_to(backend::BackendState& state, const json& now, const json& before) {
  for (const auto& [name, counter] : backend::kLastingBackendCounters) {
    (state.inherited().*counter).add(growth(now, before, name));
  }
}

void add_to(proxy::ListenerState& state, const json& now, const json& before) {
  for (const auto& [name, counter] : proxy::kLastingListenerCounters) {
    (state.inherited().*counter).add(growth(now, before, name));
  }
  for (std::size_t i = 0; i < proxy::kCloseReasons; ++i) {
    const std::string name(to_string(static_cast<proxy::CloseReason>(i)));
    state.inherited().closed[i].add(growth(part_of(now, "closed"), part_of(before, "closed"), name));
  }
  const json& times_now = part_of(now, "times");
  const json& times_before = part_of(before, "times");
  for_each_histogram([&](auto histogram, const char* name) {
    add_to(state.inherited().*histogram, part_of(times_now, name), part_of(times_before, name));
  });
}

}  // namespace

json known_counts(const Controller& controller) {
  json listeners = json::array();
  for (const ListenerView& listener : controller.listeners()) {
    json backends = json::array();
    for (const BackendView& backend : listener.backends) {
      backends.push_back({{"name", backend.state->name()},
                          {"address", backend.state->address().to_string()},
                          {"counts", counts_of(*backend.state)}});
    }
    listeners.push_back({{"name", listener.config.name},
                         {"address", listener.config.address.to_string()},
                         {"counts", counts_of(*listener.state)},
                         {"backends", std::move(backends)}});
  }
  return listeners;
}

void add_counts(const json& now, const json& before, const Controller& controller) {
  const KnownList listeners_before(before);
  for_each_listener(now, controller, [&](std::size_t listener, const json& listener_now) {
    const json& listener_before = listeners_before.same_as(listener_now);
    const ListenerView& view = controller.listeners()[listener];
    add_to(*view.state, part_of(listener_now, "counts"), part_of(listener_before, "counts"));
    const KnownList backends_before(part_of(listener_before, "backends"));
    for_each_backend(part_of(listener_now, "backends"), controller, listener,
                     [&](BackendId id, const json& backend_now) {
                       add_to(*view.backends[id.backend].state, part_of(backend_now, "counts"),
                              part_of(backends_before.same_as(backend_now), "counts"));
                     });
  });
}

void hold_open_sessions(const std::vector<const json*>& told, const Controller& controller) {
  std::unordered_map<backend::BackendState*, std::uint64_t> open;  // none, where nobody tells of any
  for (const ListenerView& listener : controller.listeners()) {
    for (const BackendView& backend : listener.backends) open[backend.state.get()] = 0;
  }
  for (const json* const one : told) {
    for_each_listener(*one, controller, [&](std::size_t listener, const json& listener_json) {
      const auto& backends = controller.listeners()[listener].backends;
      for_each_backend(part_of(listener_json, "backends"), controller, listener,
                       [&](BackendId id, const json& backend_json) {
                         open[backends[id.backend].state.get()] += count_in(part_of(backend_json, "counts"), "open");
                       });
    });
  }
  for (const auto& [state, sum] : open) {
    base::Counter& active = state->inherited().active;
    active.subtract(active.value() - sum);  // also upward: modulo 2^64
  }
}

void end_open_sessions(const json& last, const Controller& controller) {
  for_each_listener(last, controller, [&](std::size_t listener, const json& listener_json) {
    const std::uint64_t open = count_in(part_of(listener_json, "counts"), "open");
    constexpr auto kShutdown = static_cast<std::size_t>(proxy::CloseReason::kShutdown);
    controller.listeners()[listener].state->inherited().closed[kShutdown].add(open);
  });
}

}  // namespace lb::control
