#include "lb/control/metrics_exporter.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <numeric>
#include <sstream>
#include <string_view>
#include <utility>

#include "lb/control/imbalance.h"
#include "lb/control/rebalancer.h"

namespace lb::control {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

class Family {
 public:
  Family(std::string name, std::string help, MetricType type)
      : family_{"keepstate_lb_" + std::move(name), std::move(help), type, {}} {}

  void add(std::vector<ClientMetric::Label> labels, std::uint64_t value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    (family_.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = static_cast<double>(value);
    family_.metric.push_back(std::move(metric));
  }
  [[nodiscard]] bool empty() const noexcept { return family_.metric.empty(); }
  [[nodiscard]] MetricFamily take() && { return std::move(family_); }

 private:
  MetricFamily family_;
};

using Workers = std::vector<std::unique_ptr<proxy::WorkerStats>>;

template <class Read>
std::uint64_t sum(const Workers& workers, Read read) {
  return std::accumulate(workers.begin(), workers.end(), std::uint64_t{0},
                         [&](std::uint64_t total, const auto& stats) { return total + read(*stats).value(); });
}

void add_daemon(std::vector<MetricFamily>& families, const Controller& controller, const Workers& workers,
                const std::string& version) {
  Family build("build_info", "Always 1; the version is a label.", MetricType::Gauge);
  build.add({{"version", version}}, 1);
  families.push_back(std::move(build).take());

  Family threads("workers", "Worker threads.", MetricType::Gauge);
  threads.add({}, workers.size());
  families.push_back(std::move(threads).take());

  Family generation("snapshot_generation", "Generation of the snapshot that is published now.", MetricType::Gauge);
  generation.add({}, controller.snapshot()->generation);
  families.push_back(std::move(generation).take());

  Family limit("connections_limit", "Sessions that the whole daemon takes at a time.", MetricType::Gauge);
  limit.add({}, controller.snapshot()->max_connections);
  families.push_back(std::move(limit).take());

  Family pauses("accept_pauses_total", "Times that accepting paused, by what had run out.", MetricType::Counter);
  pauses.add({{"reason", "descriptors"}},
             sum(workers, [](const auto& s) -> auto& { return s.pauses_for_descriptors; }));
  pauses.add({{"reason", "limit"}}, sum(workers, [](const auto& s) -> auto& { return s.pauses_for_limit; }));
  pauses.add({{"reason", "listener_limit"}},
             sum(workers, [](const auto& s) -> auto& { return s.pauses_for_listener_limit; }));
  families.push_back(std::move(pauses).take());

  Family pipes("small_pipes_total", "Pipes for bulk that the system made smaller than wanted (pipe-user-pages-soft).",
               MetricType::Counter);
  pipes.add({}, sum(workers, [](const auto& s) -> auto& { return s.small_pipes; }));
  families.push_back(std::move(pipes).take());
}

std::uint64_t closed_total(const Workers& workers, std::size_t listener) {
  std::uint64_t total = 0;
  for (std::size_t reason = 0; reason < proxy::kCloseReasons; ++reason) {
    total += sum(workers, [&](const auto& s) -> auto& { return s.by_listener[listener].closed[reason]; });
  }
  return total;
}

void add_listeners(std::vector<MetricFamily>& families, const Controller& controller, const Workers& workers) {
  Family accepted("connections_total", "Connections accepted from clients.", MetricType::Counter);
  Family active("connections_active", "Sessions now.", MetricType::Gauge);
  Family closed("connections_closed_total", "Sessions that ended, by cause.", MetricType::Counter);
  Family retries("retries_total", "Further backends tried because one could not be reached.", MetricType::Counter);
  Family reused("backend_sockets_reused_total", "Tries to connect that used the socket of a former session again.",
                MetricType::Counter);
  Family fail_open("fail_open", "1 while no backend is up and the others are tried.", MetricType::Gauge);
  for (std::size_t i = 0; i < controller.listeners().size(); ++i) {
    const auto& listener = controller.listeners()[i];
    const ClientMetric::Label label{"listener", listener.config.name};
    // Closed first: a session that ends in between counts as active. Other processors' counts may still come in another
    // order, and less than none would be 2^64.
    const std::uint64_t ended = closed_total(workers, i);
    const std::uint64_t taken = sum(workers, [&](const auto& s) -> auto& { return s.by_listener[i].accepted; });
    accepted.add({label}, taken);
    active.add({label}, taken - std::min(taken, ended));
    retries.add({label}, sum(workers, [&](const auto& s) -> auto& { return s.by_listener[i].retries; }));
    reused.add({label}, sum(workers, [&](const auto& s) -> auto& { return s.by_listener[i].reused_sockets; }));
    fail_open.add({label}, listener.fail_open ? 1 : 0);
    for (std::size_t reason = 0; reason < proxy::kCloseReasons; ++reason) {
      closed.add({label, {"cause", std::string(to_string(static_cast<proxy::CloseReason>(reason)))}},
                 sum(workers, [&](const auto& s) -> auto& { return s.by_listener[i].closed[reason]; }));
    }
  }
  for (Family* family : {&accepted, &active, &closed, &retries, &reused, &fail_open}) {
    families.push_back(std::move(*family).take());
  }
}

void add_sources(std::vector<MetricFamily>& families, const Controller& controller, const Workers& workers) {
  constexpr auto kFull = static_cast<std::size_t>(proxy::CloseReason::kBackendsFull);
  Family refused("refused_total", "Clients that were reset because they may not come or somebody was full, by reason.",
                 MetricType::Counter);
  Family sticky("sticky_entries", "Clients whose backend is remembered.", MetricType::Gauge);
  for (std::size_t i = 0; i < controller.listeners().size(); ++i) {
    const auto& listener = controller.listeners()[i];
    const ClientMetric::Label label{"listener", listener.config.name};
    refused.add({label, {"reason", "denied"}},
                sum(workers, [&](const auto& s) -> auto& { return s.by_listener[i].denied; }));
    refused.add({label, {"reason", "source_limit"}},
                sum(workers, [&](const auto& s) -> auto& { return s.by_listener[i].over_source_limit; }));
    refused.add({label, {"reason", "backends_full"}},
                sum(workers, [&](const auto& s) -> auto& { return s.by_listener[i].closed[kFull]; }));
    if (listener.sources.sticky) sticky.add({label}, listener.sources.sticky->entries());
  }
  families.push_back(std::move(refused).take());
  if (!sticky.empty()) families.push_back(std::move(sticky).take());
}

void add_hedges(std::vector<MetricFamily>& families, const Controller& controller, const Workers& workers) {
  Family hedges("hedges_total", "Backends tried beside one that did not answer in time, by what it did not answer.",
                MetricType::Counter);
  Family wins("hedge_wins_total", "Of those, the ones that got the session.", MetricType::Counter);
  Family denied("hedges_denied_total", "First flights that were not said again: the budget was spent.",
                MetricType::Counter);
  for (std::size_t i = 0; i < controller.listeners().size(); ++i) {
    const ClientMetric::Label label{"listener", controller.listeners()[i].config.name};
    hedges.add({label, {"kind", "connect"}},
               sum(workers, [&](const auto& s) -> auto& { return s.by_listener[i].connect_hedges; }));
    hedges.add({label, {"kind", "first_flight"}},
               sum(workers, [&](const auto& s) -> auto& { return s.by_listener[i].first_flight_hedges; }));
    wins.add({label}, sum(workers, [&](const auto& s) -> auto& { return s.by_listener[i].hedge_wins; }));
    denied.add({label}, sum(workers, [&](const auto& s) -> auto& { return s.by_listener[i].hedges_denied; }));
  }
  for (Family* family : {&hedges, &wins, &denied}) families.push_back(std::move(*family).take());
}

void add_balance(std::vector<MetricFamily>& families, const Controller& controller, const Workers& workers) {
  Family imbalance("imbalance_percent", "What the fullest backend has above the share that its weight gives it.",
                   MetricType::Gauge);
  Family closed("rebalance_sessions_total", "Sessions of backends that had too many, by what was done.",
                MetricType::Counter);
  for (std::size_t i = 0; i < controller.listeners().size(); ++i) {
    const ClientMetric::Label label{"listener", controller.listeners()[i].config.name};
    imbalance.add({label}, imbalance_percent(loads_of(controller.listeners()[i])));
    closed.add({label, {"action", "closed"}},
               sum(workers, [&](const auto& s) -> auto& { return s.by_listener[i].rebalanced; }));
    closed.add({label, {"action", "dry_run"}},
               sum(workers, [&](const auto& s) -> auto& { return s.by_listener[i].rebalance_wishes; }));
  }
  for (Family* family : {&imbalance, &closed}) families.push_back(std::move(*family).take());
}

// What clients' own connections have told.
void add_passive(std::vector<MetricFamily>& families, const Controller& controller) {
  using Counters = backend::BackendCounters;
  Family answers("backend_answers_total", "Sessions that the backend has sent a byte.", MetricType::Counter);
  Family silences("backend_silences_total", "Tries that got no answer or no first byte in time.", MetricType::Counter);
  Family early("backend_early_ends_total", "Connections that ended, or said what is no TLS, before a first byte.",
               MetricType::Counter);
  Family ejections("backend_ejections_total", "Times that the backend was ejected.", MetricType::Counter);
  for (const ListenerView& listener : controller.listeners()) {
    for (const BackendView& view : listener.backends) {
      const std::vector<ClientMetric::Label> labels{{"listener", listener.config.name},
                                                    {"backend", view.state->name()}};
      answers.add(labels, view.state->total(&Counters::answers));
      silences.add(labels, view.state->total(&Counters::silences));
      early.add(labels, view.state->total(&Counters::early_ends));
      ejections.add(labels, view.ejections);
    }
  }
  for (Family* family : {&answers, &silences, &early, &ejections}) families.push_back(std::move(*family).take());
}

void add_backends(std::vector<MetricFamily>& families, const Controller& controller) {
  using Counters = backend::BackendCounters;
  Family up("backend_up", "1 when health checks say that the backend is up.", MetricType::Gauge);
  Family condition("backend_state", "1 for the state that the backend is in, 0 for the others.", MetricType::Gauge);
  Family checks("health_checks_total", "Health checks that said something, by result.", MetricType::Counter);
  Family discarded("health_checks_discarded_total",
                   "Health checks that said nothing, as this host was late or out of descriptors.",
                   MetricType::Counter);
  Family weight("backend_weight", "Configured weight.", MetricType::Gauge);
  Family sessions("backend_sessions_total", "Sessions that were connected to the backend.", MetricType::Counter);
  Family active("backend_connections_active", "Sessions that hold the backend now, connecting ones included.",
                MetricType::Gauge);
  Family failures("backend_connect_failures_total", "Tries to connect that failed, by reason.", MetricType::Counter);
  Family bytes("backend_bytes_total", "Bytes relayed, by direction.", MetricType::Counter);
  for (const ListenerView& listener : controller.listeners()) {
    for (std::size_t i = 0; i < listener.backends.size(); ++i) {
      const backend::BackendState& state = *listener.backends[i].state;
      const std::vector<ClientMetric::Label> labels{{"listener", listener.config.name}, {"backend", state.name()}};
      const auto with = [&](const char* name, std::string_view value) {
        auto more = labels;
        more.push_back({name, std::string(value)});
        return more;
      };
      const BackendView& view = listener.backends[i];
      const auto checked = [&](CheckOutcome outcome) { return view.checks[static_cast<std::size_t>(outcome)]; };
      up.add(labels, view.checked == backend::Condition::kUp ? 1 : 0);
      for (const backend::Condition one : backend::kConditions) {
        condition.add(with("state", to_string(one)), view.condition == one ? 1 : 0);
      }
      checks.add(with("result", "passed"), checked(CheckOutcome::kPassed));
      checks.add(with("result", "not_ready"), checked(CheckOutcome::kNotReady));
      checks.add(with("result", "failed"), checked(CheckOutcome::kFailed));
      discarded.add(labels, checked(CheckOutcome::kDiscarded));
      weight.add(labels, listener.config.backends[i].weight);
      sessions.add(labels, state.total(&Counters::sessions));
      active.add(labels, state.total(&Counters::active));
      failures.add(with("reason", "refused"), state.total(&Counters::connect_refused));
      failures.add(with("reason", "timeout"), state.total(&Counters::connect_timeouts));
      failures.add(with("reason", "error"), state.total(&Counters::connect_errors));
      bytes.add(with("direction", "to_backend"), state.total(&Counters::bytes_to_backend));
      bytes.add(with("direction", "to_client"), state.total(&Counters::bytes_to_client));
    }
  }
  for (Family* family : {&up, &condition, &checks, &discarded, &weight, &sessions, &active, &failures, &bytes}) {
    families.push_back(std::move(*family).take());
  }
}

}  // namespace

MetricsExporter::MetricsExporter(const Controller& controller, const Workers& workers, std::string version)
    : controller_(controller), workers_(workers), version_(std::move(version)) {}

std::string MetricsExporter::render() const {
  std::vector<MetricFamily> families;
  add_daemon(families, controller_, workers_, version_);
  add_listeners(families, controller_, workers_);
  add_sources(families, controller_, workers_);
  add_hedges(families, controller_, workers_);
  add_balance(families, controller_, workers_);
  add_backends(families, controller_);
  add_passive(families, controller_);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace lb::control
