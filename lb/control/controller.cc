#include "lb/control/controller.h"

#include <optional>
#include <utility>

#include "lb/snapshot/build_snapshot.h"

namespace lb::control {
namespace {

using backend::Condition;

Condition what_counts(const BackendView& backend) noexcept {
  if (backend.maintenance) return Condition::kMaintenance;
  if (backend.ejection && backend.checked == Condition::kUp) return Condition::kDraining;
  return backend.checked;
}

const std::string& why_it_counts(const BackendView& backend) noexcept {
  if (backend.maintenance) return *backend.maintenance;
  if (backend.ejection && backend.checked == Condition::kUp) return *backend.ejection;
  return backend.checked_reason;
}

}  // namespace

Controller::Controller(const config::Config& config, std::size_t workers, std::uint64_t max_connections,
                       const base::Clock& clock, const base::Log& log)
    : clock_(clock), log_(log), max_connections_(max_connections) {
  for (const cluster::Listener& listener : config.listeners) {
    ListenerView view{.config = listener,
                      .backends = {},
                      .sources = source::make_sources(listener),
                      .slow_start = SlowStart(listener.backends.size(), listener.slow_start),
                      .fail_open = false};
    for (const cluster::Backend& backend : listener.backends) {
      BackendView& added = view.backends.emplace_back();
      added.state = std::make_shared<backend::BackendState>(backend.name, backend.address, workers,
                                                            backend.max_connections.value_or(0));
      added.since = clock_.now();
    }
    listeners_.push_back(std::move(view));
  }
  rebuild();
}

// ---- what others tell

void Controller::set_condition(BackendId id, Condition condition, std::string_view reason) {
  BackendView& backend = at(id);
  const Condition before = std::exchange(backend.checked, condition);
  backend.checked_reason = reason;
  // It went and came back, and checks have seen both: what it was ejected for is over.
  if (condition == Condition::kUp && before == Condition::kDown) backend.ejection.reset();
  const bool went_down = condition == Condition::kDown && before != Condition::kDown;
  const bool resets = listeners_[id.listener].config.on_down == cluster::OnDown::kReset;
  backend.owes_cut = condition == Condition::kDown && ((went_down && resets) || backend.owes_cut);
  backend.condemned = backend.condemned && backend.owes_cut;
  settle(id, reason);
}

void Controller::enter_maintenance(BackendId id, std::string_view reason) {
  at(id).maintenance = reason;
  settle(id, reason);
}

void Controller::leave_maintenance(BackendId id, std::string_view reason) {
  at(id).maintenance.reset();
  settle(id, reason);
}

void Controller::eject(BackendId id, std::string_view reason) {
  at(id).ejection = reason;
  ++at(id).ejections;
  settle(id, reason);
}

void Controller::readmit(BackendId id, std::string_view reason) {
  at(id).ejection.reset();
  settle(id, reason);
}

void Controller::note_check(BackendId id, CheckOutcome outcome) {
  ++at(id).checks[static_cast<std::size_t>(outcome)];
  if (outcome == CheckOutcome::kDiscarded) return;
  BackendView& backend = at(id);
  if (outcome != CheckOutcome::kFailed) backend.owes_cut = backend.condemned = false;
  if (backend.condemned && another_takes_over(id)) return cut_sessions(id);
  if (outcome != CheckOutcome::kPassed || !takes_over(id)) return;
  for (BackendView& other : listeners_[id.listener].backends) other.condemned = other.owes_cut;
}

// ---- what follows

void Controller::settle(BackendId id, std::string_view reason) {
  BackendView& backend = at(id);
  backend.reason = why_it_counts(backend);
  const Condition now = what_counts(backend);
  if (std::exchange(backend.condition, now) == now) return;
  backend.since = clock_.now();
  note_for_slow_start(id);
  // What brought it up may be the end of something else than checks: a maintenance, an ejection.
  log_change(id, now == Condition::kUp ? reason : backend.reason);
  rebuild();
}

// Who only drains is as warm as before.
void Controller::note_for_slow_start(BackendId id) {
  const BackendView& backend = at(id);
  SlowStart& slow_start = listeners_[id.listener].slow_start;
  if (backend.condition == Condition::kUp) {
    slow_start.note_up(id.backend, backend.since);
  } else if (backend.condition != Condition::kDraining || backend.ejection) {
    slow_start.note_gone(id.backend);
  }
}

void Controller::log_change(BackendId id, std::string_view reason) const {
  const ListenerView& listener = listeners_[id.listener];
  const BackendView& backend = listener.backends[id.backend];
  const std::string_view place = backend.condition == Condition::kMaintenance ? "in " : "";
  const std::string text = fmt::format("backend {} of listener {} is {}{}: {}", backend.state->name(),
                                       listener.config.name, place, to_string(backend.condition), reason);
  const bool alarming = backend.condition == Condition::kDraining || backend.condition == Condition::kDown;
  alarming ? log_.warn("{}", text) : log_.info("{}", text);
}

std::vector<BackendId> Controller::condemned(std::size_t listener) const {
  std::vector<BackendId> ids;
  const auto& backends = listeners_[listener].backends;
  for (std::size_t i = 0; i < backends.size(); ++i) {
    if (backends[i].condemned) ids.push_back({listener, i});
  }
  return ids;
}

bool Controller::takes_over(BackendId id) const {
  const ListenerView& listener = listeners_[id.listener];
  return listener.backends[id.backend].condition == Condition::kUp && listener.config.backends[id.backend].weight > 0;
}

bool Controller::another_takes_over(BackendId id) const {
  for (std::size_t i = 0; i < listeners_[id.listener].backends.size(); ++i) {
    if (i != id.backend && takes_over({id.listener, i})) return true;
  }
  return false;
}

void Controller::cut_sessions(BackendId id) {
  BackendView& backend = at(id);
  backend.owes_cut = backend.condemned = false;
  log_.info("sessions of backend {} of listener {} are reset: another one is up", backend.state->name(),
            listeners_[id.listener].config.name);
  rebuild({backend.state.get()});
}

void Controller::rebuild(const std::vector<const backend::BackendState*>& cut) {
  std::vector<snapshot::ListenerView> views;
  for (ListenerView& listener : listeners_) {
    snapshot::ListenerView view{.listener = listener.config,
                                .states = {},
                                .conditions = {},
                                .shares = listener.slow_start.shares(clock_.now()),
                                .sources = listener.sources};
    for (const BackendView& backend : listener.backends) {
      view.states.push_back(backend.state);
      view.conditions.push_back(backend.condition);
    }
    views.push_back(std::move(view));
  }
  const std::uint64_t generation = snapshot_ ? snapshot_->generation + 1 : 1;
  snapshot_ = snapshot::build_snapshot(generation, views, max_connections_, cut);
  note_fail_open();
  if (publish_) publish_(snapshot_);
  schedule_refresh();
}

void Controller::schedule_refresh() const {
  std::optional<std::chrono::milliseconds> soonest;
  for (const ListenerView& listener : listeners_) {
    const auto step = listener.slow_start.step();
    if (step && (!soonest || *step < *soonest)) soonest = step;
  }
  if (soonest && schedule_) schedule_(*soonest);
}

void Controller::note_fail_open() {
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    const bool now = snapshot_->pools[i].fail_open;
    const bool before = std::exchange(listeners_[i].fail_open, now);
    const std::string& name = listeners_[i].config.name;
    if (now && !before) {
      log_.warn("no backend of listener {} is up: those that drain are used, then those that are down (fail open)",
                name);
    }
    if (!now && before) log_.info("listener {} has a backend that is up again: health counts again", name);
  }
}

}  // namespace lb::control
