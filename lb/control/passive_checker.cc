#include "lb/control/passive_checker.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/duration.h"

namespace lb::control {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLookInterval{100};
// What piled up while the loop was held up says nothing about the order of things.
constexpr milliseconds kLateLook{500};
// Another backend that has answered within this time shows that it is not all of them, nor ourselves.
constexpr std::chrono::seconds kRecently{10};
constexpr std::size_t kPercent = 100;

PassiveJudge::Totals totals_of(const backend::BackendState& state) {
  using Counters = backend::BackendCounters;
  return {.answers = state.total(&Counters::answers),
          .silences = state.total(&Counters::silences),
          .failures = state.total(&Counters::connect_refused) + state.total(&Counters::early_ends)};
}

}  // namespace

PassiveChecker::PassiveChecker(net::EventLoop& loop, Controller& controller, const base::Clock& clock)
    : controller_(controller), clock_(clock), last_look_(clock.now()), timer_(loop, [this] { look(); }) {
  reconcile();
  timer_.start(kLookInterval);
}

void PassiveChecker::reconcile() {
  std::vector<Group> groups;
  for (const ListenerView& listener : controller_.listeners()) {
    Group& group = groups.emplace_back();
    for (const BackendView& backend : listener.backends) group.push_back(watch(listener, backend));
  }
  groups_ = std::move(groups);
}

// An ejection lasts as long as it was to last, whatever the file says now.
PassiveChecker::Watched PassiveChecker::watch(const ListenerView& listener, const BackendView& backend) const {
  const cluster::Passive& settings = listener.config.passive;
  for (const Group& group : groups_) {
    for (const Watched& known : group) {
      if (known.backend != backend.state) continue;
      Watched kept = known;
      if (settings == known.settings) return kept;
      kept.settings = settings;
      kept.ejection.set_first(settings.eject_for);
      kept.judge = PassiveJudge(settings);
      kept.judge.forget(totals_of(*backend.state));
      return kept;
    }
  }
  Watched fresh{.backend = backend.state,
                .settings = settings,
                .judge = PassiveJudge(settings),
                .ejection = Ejection(settings.eject_for),
                .answered_at = clock_.now() - 2 * kRecently};
  fresh.judge.forget(totals_of(*backend.state));
  return fresh;
}

std::chrono::milliseconds PassiveChecker::ejected_for(BackendId id) const {
  return groups_[id.listener][id.backend].ejection.left(clock_.now());
}

void PassiveChecker::resume(BackendId id, std::chrono::milliseconds left) {
  groups_[id.listener][id.backend].ejection.resume(clock_.now(), left);
}

void PassiveChecker::look() {
  const base::SteadyTime now = clock_.now();
  const bool late = now - std::exchange(last_look_, now) > kLateLook;
  for (std::size_t listener = 0; listener < groups_.size(); ++listener) look_at(listener, now, late);
  timer_.start(kLookInterval);
}

void PassiveChecker::look_at(std::size_t listener, base::SteadyTime now, bool late) {
  Group& group = groups_[listener];
  for (std::size_t i = 0; i < group.size(); ++i) {
    Watched& one = group[i];
    const BackendId id{listener, i};
    const BackendView& backend = controller_.listeners()[listener].backends[i];
    const PassiveJudge::Totals totals = totals_of(*backend.state);
    if (backend.ejection && one.ejection.is_over(now))
      controller_.readmit(id, fmt::format("it was out for {}", base::duration_text(one.ejection.duration())));
    if (late || backend.ejection) {
      one.judge.forget(totals);
      continue;
    }
    const auto reason = one.judge.observe(totals);
    if (one.judge.answered()) one.answered_at = now;
    if (!reason) continue;
    one.judge.forget(totals);  // also where nothing follows from it: later it would be an old story
    if (may_eject(listener, i, now)) eject(id, *reason, now);
  }
}

bool PassiveChecker::may_eject(std::size_t listener, std::size_t backend, base::SteadyTime now) const {
  const Group& group = groups_[listener];
  const ListenerView& view = controller_.listeners()[listener];
  if (view.backends[backend].condition != backend::Condition::kUp) return false;
  std::size_t out = 1;
  bool another_answers = false;
  for (std::size_t i = 0; i < group.size(); ++i) {
    // One that its checks hold out anyhow takes nobody's place.
    if (view.backends[i].ejection && view.backends[i].checked == backend::Condition::kUp) ++out;
    const bool is_up = view.backends[i].condition == backend::Condition::kUp;
    another_answers = another_answers || (i != backend && is_up && now - group[i].answered_at < kRecently);
  }
  return another_answers && out * kPercent <= group.size() * view.config.passive.max_ejected;
}

void PassiveChecker::eject(BackendId id, std::string_view reason, base::SteadyTime now) {
  Ejection& ejection = groups_[id.listener][id.backend].ejection;
  ejection.begin(now);
  controller_.eject(id, fmt::format("{}; out for {}", reason, base::duration_text(ejection.duration())));
}

}  // namespace lb::control
