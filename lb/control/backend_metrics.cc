#include "lb/control/backend_metrics.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "lb/backend/condition.h"
#include "lb/snapshot/slow_start.h"

namespace lb::control {
namespace {

using Type = Exposition::Type;
using BackendRow = backend::BackendCounters;
using backend::Condition;

// The condition of those that new sessions go to: the best that any backend of weight has.
std::optional<Condition> condition_that_is_picked(const ListenerView& listener) {
  for (const Condition condition : {Condition::kUp, Condition::kDraining, Condition::kDown}) {
    for (std::size_t i = 0; i < listener.backends.size(); ++i) {
      if (listener.backends[i].condition == condition && listener.config.backends[i].weight > 0) return condition;
    }
  }
  return std::nullopt;
}

// What each weighs now: nothing where others are healthier, and a part of its weight while it comes back.
std::vector<double> effective_weights(const ListenerView& listener, base::SteadyTime now) {
  const auto picked = condition_that_is_picked(listener);
  SlowStart ramp = listener.slow_start;  // a copy: asking it makes it forget who has arrived
  const std::vector<std::uint32_t> shares = ramp.shares(now);
  std::vector<double> weights;
  for (std::size_t i = 0; i < listener.backends.size(); ++i) {
    const double part = shares.empty() ? 1 : static_cast<double>(shares[i]) / snapshot::kFullShare;
    weights.push_back(listener.backends[i].condition == picked ? listener.config.backends[i].weight * part : 0);
  }
  return weights;
}

// Of all workers. Added up backend by backend, as the rows of one lie side by side.
struct Totals {
  explicit Totals(const backend::BackendState& state) noexcept
      : active(state.total(&BackendRow::active)),
        sessions(state.total(&BackendRow::sessions)),
        answers(state.total(&BackendRow::answers)),
        bytes_to_backend(state.total(&BackendRow::bytes_to_backend)),
        bytes_to_client(state.total(&BackendRow::bytes_to_client)),
        connect_refused(state.total(&BackendRow::connect_refused)),
        connect_timeouts(state.total(&BackendRow::connect_timeouts)),
        connect_errors(state.total(&BackendRow::connect_errors)),
        silences(state.total(&BackendRow::silences)),
        early_ends(state.total(&BackendRow::early_ends)) {}

  std::uint64_t active;
  std::uint64_t sessions;
  std::uint64_t answers;
  std::uint64_t bytes_to_backend;
  std::uint64_t bytes_to_client;
  std::uint64_t connect_refused;
  std::uint64_t connect_timeouts;
  std::uint64_t connect_errors;
  std::uint64_t silences;
  std::uint64_t early_ends;
};

struct Row {
  const BackendView* view;
  const cluster::Backend* config;
  double effective_weight;
  Totals totals;
  const Labels* labels;
};

class BackendFamilies {
 public:
  BackendFamilies(Exposition& out, std::vector<Row> rows) : out_(out), rows_(std::move(rows)) {}

  void add_state();
  void add_checks();
  void add_sessions();
  void add_passive();

 private:
  // `tell(row)` adds the backend's samples.
  template <class Tell>
  void family(std::string_view name, Type type, std::string_view help, Tell tell) {
    out_.begin(name, type, help);
    for (const Row& row : rows_) tell(row);
  }
  void count(std::string_view name, std::string_view help, std::uint64_t Totals::*count) {
    family(name, Type::kCounter, help, [&](const Row& row) { out_.add(*row.labels, row.totals.*count); });
  }

  Exposition& out_;
  std::vector<Row> rows_;
};

void BackendFamilies::add_state() {
  family("keepstate_lb_backend_up", Type::kGauge, "1 when health checks say that the backend is up.",
         [&](const Row& row) { out_.add(*row.labels, row.view->checked == Condition::kUp ? 1 : 0); });
  family("keepstate_lb_backend_state", Type::kGauge, "1 for the state that the backend is in, 0 for the others.",
         [&](const Row& row) {
           for (const Condition one : backend::kConditions) {
             out_.add(*row.labels, {"state", to_string(one)}, row.view->condition == one ? 1 : 0);
           }
         });
  family("keepstate_lb_backend_weight", Type::kGauge,
         "Weight: as configured, and what counts of it for new sessions now.", [&](const Row& row) {
           out_.add(*row.labels, {"kind", "configured"}, row.view->configured_weight);
           out_.add(*row.labels, {"kind", "effective"}, row.effective_weight);
         });
}

void BackendFamilies::add_checks() {
  const auto checked = [](const Row& row, CheckOutcome outcome) {
    return row.view->checks[static_cast<std::size_t>(outcome)];
  };
  family("keepstate_lb_health_checks_total", Type::kCounter, "Health checks that said something, by result.",
         [&](const Row& row) {
           out_.add(*row.labels, {"result", "passed"}, checked(row, CheckOutcome::kPassed));
           out_.add(*row.labels, {"result", "not_ready"}, checked(row, CheckOutcome::kNotReady));
           out_.add(*row.labels, {"result", "failed"}, checked(row, CheckOutcome::kFailed));
         });
  family("keepstate_lb_health_checks_discarded_total", Type::kCounter,
         "Health checks that said nothing, as this host was late or out of descriptors.",
         [&](const Row& row) { out_.add(*row.labels, checked(row, CheckOutcome::kDiscarded)); });
  family(
      "keepstate_lb_backend_check_failures_total", Type::kCounter, "Health checks that did not pass, by reason.",
      [&](const Row& row) {
        for (std::size_t i = 0; i < net::kProbeFailures; ++i) {
          out_.add(*row.labels, {"reason", to_string(static_cast<net::ProbeFailure>(i))}, row.view->check_failures[i]);
        }
      });
  family("keepstate_lb_backend_check_duration_seconds", Type::kGauge, "How long the last health check took.",
         [&](const Row& row) { out_.add(*row.labels, seconds(row.view->check_duration)); });
}

void BackendFamilies::add_sessions() {
  count("keepstate_lb_backend_sessions_total", "Sessions that were connected to the backend.", &Totals::sessions);
  family("keepstate_lb_backend_connections_active", Type::kGauge,
         "Sessions that hold the backend now, connecting ones included.",
         [&](const Row& row) { out_.add(*row.labels, row.totals.active); });
  family("keepstate_lb_backend_connect_failures_total", Type::kCounter, "Tries to connect that failed, by reason.",
         [&](const Row& row) {
           out_.add(*row.labels, {"reason", "refused"}, row.totals.connect_refused);
           out_.add(*row.labels, {"reason", "timeout"}, row.totals.connect_timeouts);
           out_.add(*row.labels, {"reason", "error"}, row.totals.connect_errors);
         });
  family("keepstate_lb_backend_bytes_total", Type::kCounter, "Bytes relayed, by direction.", [&](const Row& row) {
    out_.add(*row.labels, {"direction", "to_backend"}, row.totals.bytes_to_backend);
    out_.add(*row.labels, {"direction", "to_client"}, row.totals.bytes_to_client);
  });
  const auto limited = [](const Row& row) { return row.config->max_connections.has_value(); };
  if (!std::ranges::any_of(rows_, limited)) return;
  family("keepstate_lb_backend_connections_limit", Type::kGauge, "Sessions that the backend takes at a time.",
         [&](const Row& row) {
           if (limited(row)) out_.add(*row.labels, *row.config->max_connections);
         });
}

// What clients' own connections have told.
void BackendFamilies::add_passive() {
  count("keepstate_lb_backend_answers_total", "Sessions that the backend has sent a byte.", &Totals::answers);
  count("keepstate_lb_backend_silences_total", "Tries that got no answer or no first byte in time.", &Totals::silences);
  count("keepstate_lb_backend_early_ends_total", "Connections that ended, or said what is no TLS, before a first byte.",
        &Totals::early_ends);
  family("keepstate_lb_backend_ejections_total", Type::kCounter, "Times that the backend was ejected.",
         [&](const Row& row) { out_.add(*row.labels, row.view->ejections); });
}

}  // namespace

const Labels& BackendMetrics::labels_of(std::size_t row, const std::string& listener, const std::string& backend) {
  Name& name = names_[row];
  if (name.labels.text().empty() || name.listener != listener || name.backend != backend) {
    name = {listener, backend, Labels{{"listener", listener}, {"backend", backend}}};
  }
  return name.labels;
}

void BackendMetrics::add(Exposition& out, const Controller& controller, base::SteadyTime now) {
  std::size_t backends = 0;
  for (const ListenerView& listener : controller.listeners()) backends += listener.backends.size();
  names_.resize(backends);
  std::vector<Row> rows;
  rows.reserve(backends);
  for (const ListenerView& listener : controller.listeners()) {
    const std::vector<double> weights = effective_weights(listener, now);
    for (std::size_t i = 0; i < listener.backends.size(); ++i) {
      const BackendView& view = listener.backends[i];
      rows.push_back({&view, &listener.config.backends[i], weights[i], Totals(*view.state),
                      &labels_of(rows.size(), listener.config.name, view.state->name())});
    }
  }
  BackendFamilies families(out, std::move(rows));
  families.add_state();
  families.add_checks();
  families.add_sessions();
  families.add_passive();
}

}  // namespace lb::control
