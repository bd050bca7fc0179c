#include "lb/control/controller.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "lb/snapshot/build_snapshot.h"

namespace lb::control {
namespace {

using backend::Condition;

Condition what_counts(const BackendView& backend) noexcept {
  if (backend.maintenance) return Condition::kMaintenance;
  const bool is_out = backend.drain || (backend.ejection && backend.checked == Condition::kUp);
  return is_out && backend.checked != Condition::kDown ? Condition::kDraining : backend.checked;
}

const std::string& why_it_counts(const BackendView& backend) noexcept {
  if (backend.maintenance) return *backend.maintenance;
  if (backend.drain && backend.checked != Condition::kDown) return *backend.drain;
  if (backend.ejection && backend.checked == Condition::kUp) return *backend.ejection;
  return backend.checked_reason;
}

bool is_checked(const cluster::Listener& listener) noexcept {
  return listener.health_check.kind != cluster::HealthCheckKind::kNone;
}

void take_for_up(BackendView& backend) {
  const BackendView unchecked;
  backend.checked = unchecked.checked;
  backend.checked_reason = unchecked.checked_reason;
  backend.was_checked = backend.owes_cut = backend.condemned = false;
}

void keep_known(BackendView& backend, const BackendView& former) {
  auto known = former;
  known.configured_weight = backend.configured_weight;
  known.state->limit_sessions(backend.state->most_sessions());
  backend = std::move(known);
}

// The same table, or one of other settings with the same entries; unless a client is now a smaller network than the
// entries can tell.
void keep_sticky(ListenerView& listener, const ListenerView& former, base::SteadyTime now) {
  const auto& wanted = listener.config.sticky;
  const auto& had = former.config.sticky;
  if (wanted == had) listener.sources.sticky = former.sources.sticky;
  if (!wanted || !had || wanted == had) return;
  if (wanted->prefix4 > had->prefix4 || wanted->prefix6 > had->prefix6) return;
  listener.sources.sticky->follow(former.sources.sticky, now);
}

// Also who comes.
void keep_known(ListenerView& listener, const ListenerView& former, base::SteadyTime now) {
  if (listener.sources.count && former.sources.count) listener.sources.count = former.sources.count;
  keep_sticky(listener, former, now);
  for (std::size_t i = 0; i < listener.backends.size(); ++i) {
    BackendView& backend = listener.backends[i];
    const auto same = std::ranges::find_if(former.backends, [&](const BackendView& one) {
      return one.state->name() == backend.state->name() && one.state->address() == backend.state->address();
    });
    if (same == former.backends.end()) continue;
    const auto before = static_cast<std::size_t>(same - former.backends.begin());
    const bool says_the_same = backend.configured_weight == same->configured_weight;
    if (says_the_same) listener.config.backends[i].weight = former.config.backends[before].weight;
    keep_known(backend, *same);
    listener.slow_start.take_over(i, former.slow_start, before);
  }
}

}  // namespace

Controller::Controller(const config::Config& config, std::size_t workers, std::uint64_t max_connections,
                       const base::Clock& clock, const base::Log& log)
    : clock_(clock), log_(log), events_(clock), workers_(workers), max_connections_(max_connections) {
  for (const cluster::Listener& listener : config.listeners) listeners_.push_back(view_of(listener, nullptr));
  rebuild();
}

// ---- what the file says

void Controller::reload(const config::Config& config, std::uint64_t max_connections) {
  max_connections_ = max_connections;
  std::vector<ListenerView> former = std::exchange(listeners_, {});
  for (const cluster::Listener& listener : config.listeners) {
    const auto same = std::ranges::find_if(former, [&](const ListenerView& view) {
      return view.config.name == listener.name && view.config.address == listener.address;
    });
    listeners_.push_back(view_of(listener, same == former.end() ? nullptr : &*same));
  }
  forget_checks();
  rebuild();
}

ListenerView Controller::view_of(const cluster::Listener& listener, ListenerView* former) {
  auto state = former != nullptr ? former->state
                                 : std::make_shared<proxy::ListenerState>(++last_listener_, listener.name, workers_);
  ListenerView view{.state = std::move(state),
                    .config = listener,
                    .backends = {},
                    .sources = source::make_sources(listener),
                    .slow_start = SlowStart(listener.backends.size(), listener.slow_start),
                    .fail_open = former != nullptr && former->fail_open};
  for (const cluster::Backend& backend : listener.backends) view.backends.push_back(view_of(listener, backend));
  if (former != nullptr) keep_known(view, *former, clock_.now());
  return view;
}

// Taken for up until a check says otherwise; but one that joins others later has to show first that it is there.
BackendView Controller::view_of(const cluster::Listener& listener, const cluster::Backend& backend) const {
  BackendView view;
  view.state = std::make_shared<backend::BackendState>(backend.name, backend.address, workers_,
                                                       backend.max_connections.value_or(0));
  view.since = clock_.now();
  view.configured_weight = backend.weight;
  if (snapshot_ && is_checked(listener)) view.condition = view.checked = Condition::kDraining;
  return view;
}

// Nobody asks any more, so what was last heard says nothing: taken for up.
void Controller::forget_checks() {
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    if (is_checked(listeners_[i].config)) continue;
    for (std::size_t j = 0; j < listeners_[i].backends.size(); ++j) {
      take_for_up(listeners_[i].backends[j]);
      static_cast<void>(weigh_up({i, j}, "its health is not checked any more"));
    }
  }
}

// ---- what others tell

void Controller::publish_to(Publish publish) {
  publish_ = std::move(publish);
  adopted_ = snapshot_->generation;
}

void Controller::schedule_by(Schedule schedule) {
  schedule_ = std::move(schedule);
  schedule_refresh();
}

void Controller::set_condition(BackendId id, Condition condition, std::string_view reason) {
  BackendView& backend = at(id);
  const Condition before = std::exchange(backend.checked, condition);
  backend.checked_reason = reason;
  backend.was_checked = true;
  // It went and came back, and checks have seen both: what it was ejected for is over.
  if (condition == Condition::kUp && before == Condition::kDown) backend.ejection.reset();
  const bool went_down = condition == Condition::kDown && before != Condition::kDown;
  const bool resets = listeners_[id.listener].config.on_down == cluster::OnDown::kReset;
  backend.owes_cut = condition == Condition::kDown && ((went_down && resets) || backend.owes_cut);
  backend.condemned = backend.condemned && backend.owes_cut;
  settle(id, reason);
}

void Controller::set_operator_state(BackendId id, std::optional<Condition> condition, std::string_view reason) {
  BackendView& backend = at(id);
  const auto maintenance = std::exchange(backend.maintenance, std::nullopt);
  const auto drain = std::exchange(backend.drain, std::nullopt);
  if (condition == Condition::kMaintenance) backend.maintenance = reason;
  if (condition == Condition::kDraining) backend.drain = reason;
  const bool is_new = backend.maintenance != maintenance || backend.drain != drain;
  const bool has_changed = weigh_up(id, reason);
  const bool is_told = has_changed && (backend.condition == Condition::kUp || backend.reason == reason);
  if (is_new && !is_told) log_order(id, reason);
  if (has_changed) rebuild();
}

void Controller::set_weight(BackendId id, std::optional<std::uint32_t> weight) {
  const BackendView& backend = at(id);
  std::uint32_t& counts = listeners_[id.listener].config.backends[id.backend].weight;
  const std::uint32_t before = std::exchange(counts, weight.value_or(backend.configured_weight));
  if (counts == before) return;
  note_event(Event::Level::kInfo,
             fmt::format("backend {} of listener {} has weight {} now, after {}", backend.state->name(),
                         listeners_[id.listener].config.name, counts, before));
  rebuild();
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

void Controller::note_check(BackendId id, CheckOutcome outcome, const CheckFacts& facts) {
  BackendView& backend = at(id);
  ++backend.checks[static_cast<std::size_t>(outcome)];
  if (outcome == CheckOutcome::kDiscarded) return;
  backend.check_duration = facts.took;
  if (facts.failure) ++backend.check_failures[static_cast<std::size_t>(*facts.failure)];
  if (outcome != CheckOutcome::kFailed) backend.owes_cut = backend.condemned = false;
  if (backend.condemned && another_takes_over(id)) return cut_sessions(id);
  if (outcome != CheckOutcome::kPassed || !takes_over(id)) return;
  for (BackendView& other : listeners_[id.listener].backends) other.condemned = other.owes_cut;
}

void Controller::recall(BackendId id, const Known& known) {
  BackendView& backend = at(id);
  if (known.checked && is_checked(listeners_[id.listener].config)) {
    backend.checked = *known.checked;
    backend.checked_reason = known.checked_reason;
    backend.was_checked = true;
  }
  backend.maintenance = known.maintenance;
  backend.drain = known.drain;
  backend.ejection = known.ejection;
  if (known.weight) listeners_[id.listener].config.backends[id.backend].weight = *known.weight;
  backend.condition = what_counts(backend);
  backend.reason = why_it_counts(backend);
  backend.since = clock_.now() - known.age;
  if (backend.condition != Condition::kUp) note_for_slow_start(id);
  listeners_[id.listener].slow_start.resume(id.backend, known.slow_start, clock_.now());
}

void Controller::when_adopted(std::function<void()> act) {
  if (!publish_ || adopted_ >= snapshot_->generation) return act();
  waiting_.push_back({snapshot_->generation, std::move(act)});
}

void Controller::note_adopted(std::uint64_t generation) {
  adopted_ = std::max(adopted_, generation);
  std::vector<Waiting> over;
  std::erase_if(waiting_, [&](Waiting& one) {
    if (one.generation > adopted_) return false;
    over.push_back(std::move(one));
    return true;
  });
  for (const Waiting& one : over) one.act();
}

// ---- what follows

void Controller::settle(BackendId id, std::string_view reason) {
  if (weigh_up(id, reason)) rebuild();
}

// What counts by all that is known; whether that is something else than before.
bool Controller::weigh_up(BackendId id, std::string_view reason) {
  BackendView& backend = at(id);
  backend.reason = why_it_counts(backend);
  const Condition now = what_counts(backend);
  if (std::exchange(backend.condition, now) == now) return false;
  backend.since = clock_.now();
  note_for_slow_start(id);
  // What brought it up may be the end of something else than checks: a maintenance, an ejection.
  log_change(id, now == Condition::kUp ? reason : backend.reason);
  return true;
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

void Controller::log_change(BackendId id, std::string_view reason) {
  const ListenerView& listener = listeners_[id.listener];
  const BackendView& backend = listener.backends[id.backend];
  const std::string_view place = backend.condition == Condition::kMaintenance ? "in " : "";
  const std::string text = fmt::format("backend {} of listener {} is {}{}: {}", backend.state->name(),
                                       listener.config.name, place, to_string(backend.condition), reason);
  const bool alarming = backend.condition == Condition::kDraining || backend.condition == Condition::kDown;
  note_event(alarming ? Event::Level::kWarn : Event::Level::kInfo, text);
}

// An order that does not show, as what counts is another thing.
void Controller::log_order(BackendId id, std::string_view reason) {
  const ListenerView& listener = listeners_[id.listener];
  const BackendView& backend = listener.backends[id.backend];
  const char* const order = backend.maintenance ? "maintenance"
                            : backend.drain     ? "drain"
                                                : "the end of drain or maintenance";
  const char* const place = backend.condition == Condition::kMaintenance ? "in " : "";
  note_event(Event::Level::kInfo,
             fmt::format("backend {} of listener {} is {}{}, and an operator asks for {}: {}", backend.state->name(),
                         listener.config.name, place, to_string(backend.condition), order, reason));
}

void Controller::note_event(Event::Level level, std::string_view text) {
  switch (level) {
    case Event::Level::kInfo:
      log_.info("{}", text);
      break;
    case Event::Level::kWarn:
      log_.warn("{}", text);
      break;
    case Event::Level::kError:
      log_.error("{}", text);
      break;
  }
  events_.note(level, std::string(text));
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
  note_event(Event::Level::kInfo, fmt::format("sessions of backend {} of listener {} are reset: another one is up",
                                              backend.state->name(), listeners_[id.listener].config.name));
  rebuild({backend.state.get()});
}

void Controller::rebuild(const std::vector<const backend::BackendState*>& cut) {
  std::vector<snapshot::ListenerView> views;
  for (ListenerView& listener : listeners_) {
    snapshot::ListenerView view{.listener = listener.config,
                                .id = listener.state->id(),
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
      note_event(
          Event::Level::kWarn,
          fmt::format("no backend of listener {} is up: those that drain are used, then those that are down (fail "
                      "open)",
                      name));
    }
    if (now || !before) continue;
    note_event(Event::Level::kInfo,
               fmt::format("listener {} has a backend that is up again: health counts again", name));
  }
}

}  // namespace lb::control
