#include "lb/control/status_json.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "lb/control/exposition.h"
#include "lb/control/shares.h"
#include "lb/proxy/listener_state.h"

namespace lb::control {
namespace {

constexpr std::size_t kEventsShown = 50;

using backend::BackendCounters;
using proxy::CloseReason;

double seconds_between(base::SteadyTime from, base::SteadyTime to) {
  return std::chrono::duration<double>(to - from).count();
}

std::uint64_t checks_of(const BackendView& backend, CheckOutcome outcome) {
  return backend.checks[static_cast<std::size_t>(outcome)];
}

// Whatever it failed a client in: a try that did not connect or got no answer in time, a session without a byte.
std::uint64_t failures_of(const backend::BackendState& state) {
  return state.total(&BackendCounters::connect_refused) + state.total(&BackendCounters::connect_timeouts) +
         state.total(&BackendCounters::connect_errors) + state.total(&BackendCounters::silences) +
         state.total(&BackendCounters::early_ends);
}

Json bytes_json(std::uint64_t to_backend, std::uint64_t to_client) {
  return {{"toBackend", to_backend}, {"toClient", to_client}};
}

// What an operator has asked for; it may not show, as a backend that is down does not drain.
Json operator_state_of(const BackendView& backend) {
  if (backend.maintenance) return "maintenance";
  return backend.drain ? Json("drain") : Json(nullptr);
}

Json operator_reason_of(const BackendView& backend) {
  const std::string* const reason = backend.operator_reason();
  return reason == nullptr ? Json(nullptr) : Json(*reason);
}

Json one_backend(const ListenerView& listener, std::size_t index, double share, base::SteadyTime now) {
  const BackendView& backend = listener.backends[index];
  const backend::BackendState& state = *backend.state;
  return {{"name", state.name()},
          {"address", state.address().to_string()},
          {"state", to_string(backend.condition)},
          {"reason", backend.reason},
          {"operatorState", operator_state_of(backend)},
          {"operatorReason", operator_reason_of(backend)},
          {"sinceSeconds", seconds_between(backend.since, now)},
          {"weight", listener.config.backends[index].weight},
          {"configuredWeight", backend.configured_weight},
          {"share", share},
          {"connections",
           {{"active", state.total(&BackendCounters::active)}, {"total", state.total(&BackendCounters::sessions)}}},
          {"bytes",
           bytes_json(state.total(&BackendCounters::bytes_to_backend), state.total(&BackendCounters::bytes_to_client))},
          {"failures", failures_of(state)},
          {"checks",
           {{"passed", checks_of(backend, CheckOutcome::kPassed)},
            {"notReady", checks_of(backend, CheckOutcome::kNotReady)},
            {"failed", checks_of(backend, CheckOutcome::kFailed)}}}};
}

Json backends_of(const Controller& controller, std::size_t listener, base::SteadyTime now) {
  const ListenerView& view = controller.listeners()[listener];
  const Shares shares = shares_of(controller.snapshot()->pools[listener]);
  Json backends = Json::array();
  for (std::size_t i = 0; i < view.backends.size(); ++i) {
    backends.push_back(one_backend(view, i, shares.by_backend[i], now));
  }
  return backends;
}

Json connections_of(const ListenerView& listener) {
  // Closed first, as in the metrics: a session that ends in between counts as active.
  std::uint64_t ended = 0;
  for (std::size_t reason = 0; reason < proxy::kCloseReasons; ++reason) {
    ended += listener.state->closed(static_cast<CloseReason>(reason));
  }
  std::uint64_t failed = 0;
  for (const CloseReason reason : {CloseReason::kConnectFailed, CloseReason::kNoBackend, CloseReason::kBackendsFull,
                                   CloseReason::kOutOfResources}) {
    failed += listener.state->closed(reason);
  }
  const std::uint64_t total = listener.state->total(&proxy::ListenerCounters::accepted);
  return {{"active", total - std::min(total, ended)}, {"total", total}, {"failed", failed}};
}

// Cumulative, as in the metrics: how many took at most so many seconds; null: whatever they took.
template <class Histogram>
Json times_of(const proxy::ListenerState& listener, Histogram proxy::ListenerCounters::*histogram) {
  const auto reading = listener.times(histogram);
  Json buckets = Json::array();
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < Histogram::kBuckets; ++i) {
    count += reading.counts[i];
    const bool is_last = i + 1 == Histogram::kBuckets;
    buckets.push_back({is_last ? Json(nullptr) : Json(seconds(Histogram::bounds()[i])), count});
  }
  return {{"count", count}, {"sumSeconds", seconds(reading.sum)}, {"buckets", std::move(buckets)}};
}

Json one_listener(const Controller& controller, std::size_t index, base::SteadyTime now) {
  using proxy::ListenerCounters;
  const ListenerView& listener = controller.listeners()[index];
  const std::uint64_t to_backend = listener.state->total(&ListenerCounters::bytes_to_backend);
  const std::uint64_t to_client = listener.state->total(&ListenerCounters::bytes_to_client);
  return {{"name", listener.config.name},
          {"address", listener.config.address.to_string()},
          {"policy", cluster::name_of(listener.config.policy)},
          {"failOpen", listener.fail_open},
          {"connections", connections_of(listener)},
          {"bytes", bytes_json(to_backend, to_client)},
          {"latency",
           {{"connect", times_of(*listener.state, &ListenerCounters::connect_duration)},
            {"firstByte", times_of(*listener.state, &ListenerCounters::first_byte)}}},
          {"backends", backends_of(controller, index, now)}};
}

Json events_of(const Controller& controller, const DaemonFacts& facts) {
  Json events = Json::array();
  for (const Event& event : controller.events().newest(kEventsShown)) {
    const auto ago = std::chrono::duration_cast<base::WallTime::duration>(facts.now - event.time);
    events.push_back(
        {{"time", base::rfc3339(facts.wall - ago)}, {"level", to_string(event.level)}, {"text", event.text}});
  }
  return events;
}

Json reload_of(const ReloadStatus& reload) {
  return {{"lastSuccessful", reload.last_successful},
          {"time", reload.last ? Json(base::rfc3339(*reload.last)) : Json(nullptr)},
          {"message", reload.message}};
}

}  // namespace

Json status_json(const Controller& controller, const DaemonFacts& facts) {
  Json listeners = Json::array();
  for (std::size_t i = 0; i < controller.listeners().size(); ++i) {
    listeners.push_back(one_listener(controller, i, facts.now));
  }
  return {{"version", facts.version},
          {"pid", ::getpid()},
          {"time", base::rfc3339(facts.wall)},
          {"uptimeSeconds", seconds_between(facts.started, facts.now)},
          {"generation", controller.snapshot()->generation},
          {"ready", facts.ready},
          {"shuttingDown", facts.shutting_down},
          {"workers", facts.workers},
          {"oldProcesses", facts.old_processes},
          {"connections", {{"active", facts.active}, {"limit", facts.limit}}},
          {"reload", reload_of(facts.reload)},
          {"listeners", std::move(listeners)},
          {"events", events_of(controller, facts)}};
}

Json backends_json(const Controller& controller, base::SteadyTime now) {
  Json all = Json::array();
  for (std::size_t i = 0; i < controller.listeners().size(); ++i) {
    for (Json& backend : backends_of(controller, i, now)) {
      Json row{{"listener", controller.listeners()[i].config.name}};
      row.update(backend);
      all.push_back(std::move(row));
    }
  }
  return {{"backends", std::move(all)}};
}

Json backend_json(const Controller& controller, BackendId id, base::SteadyTime now) {
  const ListenerView& listener = controller.listeners()[id.listener];
  const Shares shares = shares_of(controller.snapshot()->pools[id.listener]);
  Json row{{"listener", listener.config.name}};
  row.update(one_backend(listener, id.backend, shares.by_backend[id.backend], now));
  return row;
}

}  // namespace lb::control
