#include "lb/control/listener_metrics.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "lb/control/imbalance.h"
#include "lb/control/rebalancer.h"
#include "lb/proxy/close_reason.h"
#include "lb/proxy/listener_state.h"

namespace lb::control {
namespace {

using Type = Exposition::Type;
using ListenerRow = proxy::ListenerCounters;
using proxy::CloseReason;

// Those of a listener's sessions that failed because of what stands behind it, or of lb itself.
constexpr std::array kFailures{CloseReason::kConnectFailed, CloseReason::kNoBackend, CloseReason::kBackendsFull,
                               CloseReason::kOutOfResources};

std::uint64_t closed_total(const proxy::ListenerState& listener) {
  std::uint64_t total = 0;
  for (std::size_t reason = 0; reason < proxy::kCloseReasons; ++reason) {
    total += listener.closed(static_cast<CloseReason>(reason));
  }
  return total;
}

std::uint64_t sum_of(const proxy::ListenerState& listener, base::Gauge ListenerRow::*gauge) {
  std::uint64_t sum = 0;
  for (const ListenerRow& row : listener.counters()) sum += (row.*gauge).value();
  return sum;
}

class ListenerFamilies {
 public:
  ListenerFamilies(Exposition& out, const Controller& controller) : out_(out) {
    for (const ListenerView& listener : controller.listeners()) {
      rows_.emplace_back(&listener, Labels{{"listener", listener.config.name}});
    }
  }

  void add_connections();
  void add_times();
  void add_failures();
  void add_tries();
  void add_hedges();
  void add_queue();
  void add_balance();

 private:
  // `tell(listener, labels)` adds the listener's samples.
  template <class Tell>
  void family(std::string_view name, Type type, std::string_view help, Tell tell) {
    out_.begin(name, type, help);
    for (const auto& [listener, labels] : rows_) tell(*listener, labels);
  }
  void count(std::string_view name, std::string_view help, base::Counter ListenerRow::*counter) {
    family(name, Type::kCounter, help, [&](const ListenerView& listener, const Labels& labels) {
      out_.add(labels, listener.state->total(counter));
    });
  }
  template <class Histogram>
  void times(std::string_view name, std::string_view help, Histogram ListenerRow::*histogram) {
    family(name, Type::kHistogram, help, [&](const ListenerView& listener, const Labels& labels) {
      const auto reading = listener.state->times(histogram);
      out_.add(labels, Histogram::bounds(), reading.counts, reading.sum);
    });
  }
  template <class Holds>
  [[nodiscard]] bool any(Holds holds) const {
    return std::ranges::any_of(rows_, [&](const auto& row) { return holds(*row.first); });
  }

  Exposition& out_;
  std::vector<std::pair<const ListenerView*, Labels>> rows_;
};

void ListenerFamilies::add_connections() {
  // Closed first: a session that ends in between counts as active. Other processors' counts may still come in another
  // order, and less than none would be 2^64.
  std::vector<std::uint64_t> closed;
  for (const auto& [listener, labels] : rows_) closed.push_back(closed_total(*listener->state));
  std::vector<std::uint64_t> accepted;
  for (const auto& [listener, labels] : rows_) accepted.push_back(listener->state->total(&ListenerRow::accepted));

  out_.begin("keepstate_lb_connections_total", Type::kCounter, "Connections accepted from clients.");
  for (std::size_t i = 0; i < rows_.size(); ++i) out_.add(rows_[i].second, accepted[i]);
  out_.begin("keepstate_lb_connections_active", Type::kGauge, "Sessions now.");
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    out_.add(rows_[i].second, accepted[i] - std::min(accepted[i], closed[i]));
  }
  family("keepstate_lb_connections_closed_total", Type::kCounter, "Sessions that ended, by cause.",
         [&](const ListenerView& listener, const Labels& labels) {
           for (std::size_t i = 0; i < proxy::kCloseReasons; ++i) {
             const auto reason = static_cast<CloseReason>(i);
             out_.add(labels, {"cause", to_string(reason)}, listener.state->closed(reason));
           }
         });
  family("keepstate_lb_bytes_total", Type::kCounter, "Bytes relayed, by direction.",
         [&](const ListenerView& listener, const Labels& labels) {
           out_.add(labels, {"direction", "to_backend"}, listener.state->total(&ListenerRow::bytes_to_backend));
           out_.add(labels, {"direction", "to_client"}, listener.state->total(&ListenerRow::bytes_to_client));
         });
}

void ListenerFamilies::add_times() {
  times("keepstate_lb_connect_duration_seconds", "From accepting a client until its backend stood.",
        &ListenerRow::connect_duration);
  times("keepstate_lb_first_byte_seconds", "From accepting a client until it was given its first byte.",
        &ListenerRow::first_byte);
  times("keepstate_lb_session_duration_seconds", "From accepting a client until its session ended.",
        &ListenerRow::session_duration);
}

void ListenerFamilies::add_failures() {
  family("keepstate_lb_connection_failures_total", Type::kCounter, "Sessions that got no backend, by reason.",
         [&](const ListenerView& listener, const Labels& labels) {
           for (const CloseReason reason : kFailures) {
             out_.add(labels, {"reason", to_string(reason)}, listener.state->closed(reason));
           }
         });
  family("keepstate_lb_refused_total", Type::kCounter,
         "Clients that were reset because they may not come or somebody was full, by reason.",
         [&](const ListenerView& listener, const Labels& labels) {
           out_.add(labels, {"reason", "denied"}, listener.state->total(&ListenerRow::denied));
           out_.add(labels, {"reason", "source_limit"}, listener.state->total(&ListenerRow::over_source_limit));
           out_.add(labels, {"reason", "backends_full"}, listener.state->closed(CloseReason::kBackendsFull));
         });
  family("keepstate_lb_fail_open", Type::kGauge, "1 while no backend is up and the others are tried.",
         [&](const ListenerView& listener, const Labels& labels) { out_.add(labels, listener.fail_open ? 1 : 0); });
}

void ListenerFamilies::add_tries() {
  count("keepstate_lb_retries_total", "Further backends tried because one could not be reached.",
        &ListenerRow::retries);
  count("keepstate_lb_redispatches_total", "Sessions that got another backend than the first that was tried.",
        &ListenerRow::redispatches);
  count("keepstate_lb_backend_sockets_reused_total", "Tries to connect that used the socket of a former session again.",
        &ListenerRow::reused_sockets);
}

void ListenerFamilies::add_hedges() {
  family("keepstate_lb_hedges_total", Type::kCounter,
         "Backends tried beside one that did not answer in time, by what it did not answer.",
         [&](const ListenerView& listener, const Labels& labels) {
           out_.add(labels, {"kind", "connect"}, listener.state->total(&ListenerRow::connect_hedges));
           out_.add(labels, {"kind", "first_flight"}, listener.state->total(&ListenerRow::first_flight_hedges));
         });
  count("keepstate_lb_hedge_wins_total", "Of those, the ones that got the session.", &ListenerRow::hedge_wins);
  count("keepstate_lb_hedges_denied_total", "First flights that were not said again: the budget was spent.",
        &ListenerRow::hedges_denied);
}

void ListenerFamilies::add_queue() {
  family("keepstate_lb_accept_queue_length", Type::kGauge, "Clients that are connected and not accepted yet.",
         [&](const ListenerView& listener, const Labels& labels) {
           out_.add(labels, sum_of(*listener.state, &ListenerRow::accept_queue));
         });
  family("keepstate_lb_accept_queue_limit", Type::kGauge, "How many may wait there; 0 where the system does not tell.",
         [&](const ListenerView& listener, const Labels& labels) {
           out_.add(labels, sum_of(*listener.state, &ListenerRow::accept_queue_limit));
         });
  if (!any([](const ListenerView& listener) { return listener.config.max_connections.has_value(); })) return;
  family("keepstate_lb_listener_connections_limit", Type::kGauge, "Sessions that the listener takes at a time.",
         [&](const ListenerView& listener, const Labels& labels) {
           if (listener.config.max_connections) out_.add(labels, *listener.config.max_connections);
         });
}

void ListenerFamilies::add_balance() {
  family("keepstate_lb_imbalance_ratio", Type::kGauge,
         "What the fullest backend has above the share that its weight gives it, in parts of that share.",
         [&](const ListenerView& listener, const Labels& labels) {
           out_.add(labels, imbalance_ratio(loads_of(listener)));
         });
  family("keepstate_lb_rebalance_sessions_total", Type::kCounter,
         "Sessions of backends that had too many, by what was done.",
         [&](const ListenerView& listener, const Labels& labels) {
           out_.add(labels, {"action", "closed"}, listener.state->total(&ListenerRow::rebalanced));
           out_.add(labels, {"action", "dry_run"}, listener.state->total(&ListenerRow::rebalance_wishes));
         });
  if (!any([](const ListenerView& listener) { return listener.sources.sticky != nullptr; })) return;
  family("keepstate_lb_sticky_entries", Type::kGauge, "Clients whose backend is remembered.",
         [&](const ListenerView& listener, const Labels& labels) {
           if (listener.sources.sticky) out_.add(labels, listener.sources.sticky->entries());
         });
}

}  // namespace

void add_listener_metrics(Exposition& out, const Controller& controller) {
  ListenerFamilies families(out, controller);
  families.add_connections();
  families.add_times();
  families.add_failures();
  families.add_tries();
  families.add_hedges();
  families.add_queue();
  families.add_balance();
}

}  // namespace lb::control
