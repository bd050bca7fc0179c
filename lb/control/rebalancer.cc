#include "lb/control/rebalancer.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace lb::control {
namespace {

constexpr std::chrono::seconds kRebalanceInterval{1};
constexpr int kLooksToComeBack = 30;  // then they have gone for good

// The next worker that has sessions of the backend: the fullest one's may all be too young.
std::size_t worker_after(std::size_t last, const backend::BackendState& backend) {
  const auto& rows = backend.counters();
  for (std::size_t i = 1; i <= rows.size(); ++i) {
    const std::size_t worker = (last + i) % rows.size();
    if (rows[worker].active.value() > 0) return worker;
  }
  return last;
}

}  // namespace

std::vector<Load> loads_of(const ListenerView& listener) {
  std::vector<Load> loads;
  for (std::size_t i = 0; i < listener.backends.size(); ++i) {
    const BackendView& backend = listener.backends[i];
    const bool takes_sessions = backend.condition == backend::Condition::kUp;
    loads.push_back({.active = backend.state->total(&backend::BackendCounters::active),
                     .weight = takes_sessions ? listener.config.backends[i].weight : 0});
  }
  return loads;
}

Rebalancer::Rebalancer(net::EventLoop& loop, const Controller& controller, std::size_t workers, Ask ask)
    : controller_(controller), workers_(workers), ask_(std::move(ask)), timer_(loop, [this] { look(); }) {
  reconcile();
}

void Rebalancer::reconcile() {
  const auto wants = [](const ListenerView& view) { return view.config.rebalance.enabled; };
  const bool wanted = std::ranges::any_of(controller_.listeners(), wants);
  if (!wanted) {
    timer_.cancel();
  } else if (!timer_.pending()) {
    timer_.start(kRebalanceInterval);
  }
  std::erase_if(waits_, [&](const auto& wait) {
    return std::ranges::none_of(controller_.listeners(),
                                [&](const ListenerView& view) { return view.state->id() == wait.first; });
  });
}

void Rebalancer::look() {
  for (std::size_t i = 0; i < controller_.listeners().size(); ++i) {
    if (controller_.listeners()[i].config.rebalance.enabled) look_at(i);
  }
  timer_.start(kRebalanceInterval);
}

void Rebalancer::look_at(std::size_t listener) {
  const ListenerView& view = controller_.listeners()[listener];
  const cluster::Rebalance& settings = view.config.rebalance;
  const std::vector<Load> loads = loads_of(view);
  std::uint64_t sessions = 0;
  for (const Load& load : loads) sessions += load.active;
  // A backend that is on its way (slowStart) is not to get its share yet.
  const bool may_look = !view.slow_start.step() && have_come_back(view.state->id(), sessions);
  const auto surplus = may_look ? worst_surplus(loads, settings.threshold) : std::nullopt;
  if (surplus && !settings.dry_run) waits_[view.state->id()] = {.sessions = sessions, .looks_left = kLooksToComeBack};
  const backend::BackendState* const backend = surplus ? view.backends[surplus->backend].state.get() : nullptr;
  if (surplus) asked_last_ = worker_after(asked_last_, *backend);
  const std::size_t chosen = surplus ? asked_last_ : workers_;
  for (std::size_t worker = 0; worker < workers_; ++worker) {
    proxy::SurplusOrder order{.listener = view.state->id(), .least_age = settings.min_age, .dry_run = settings.dry_run};
    if (worker == chosen) {
      order.backend = backend;
      order.sessions = std::min<std::uint64_t>(surplus->sessions, settings.rate);
    }
    ask_(worker, order);
  }
}

bool Rebalancer::have_come_back(std::uint64_t listener, std::uint64_t sessions) {
  Wait& wait = waits_[listener];
  if (sessions >= wait.sessions || wait.looks_left == 0) return true;
  --wait.looks_left;
  return false;
}

}  // namespace lb::control
