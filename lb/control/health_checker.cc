#include "lb/control/health_checker.h"

#include <algorithm>
#include <random>
#include <utility>

#include "lb/control/health_judge.h"
#include "lb/net/probe.h"

namespace lb::control {
namespace {

using std::chrono::milliseconds;
using ProbeKind = net::ProbeResult::Kind;

// Checks that keep in step would reach a server all at once.
constexpr int kJitterPart = 10;  // a tenth, up or down
constexpr int kFastPart = 4;
constexpr milliseconds kLeastFastInterval{100};

// What speaks against the verdict is looked into sooner.
milliseconds fast_interval_of(const cluster::HealthCheck& check) {
  const milliseconds usual = std::max(check.interval / kFastPart, kLeastFastInterval);
  return std::min(check.fast_interval.value_or(usual), check.interval);
}

std::optional<CheckResult> result_of(ProbeKind kind) noexcept {
  switch (kind) {
    case ProbeKind::kPassed:
      return CheckResult::kPassed;
    case ProbeKind::kNotReady:
      return CheckResult::kNotReady;
    case ProbeKind::kFailed:
      return CheckResult::kFailed;
    case ProbeKind::kOwnTrouble:
      break;
  }
  return std::nullopt;
}

// What checks have found before, if there were any.
std::optional<backend::Condition> known_verdict(const Controller& controller, BackendId id) {
  const BackendView& backend = controller.listeners()[id.listener].backends[id.backend];
  return backend.was_checked ? std::optional(backend.checked) : std::nullopt;
}

CheckOutcome outcome_of(CheckResult result) noexcept {
  if (result == CheckResult::kPassed) return CheckOutcome::kPassed;
  return result == CheckResult::kFailed ? CheckOutcome::kFailed : CheckOutcome::kNotReady;
}

}  // namespace

class HealthChecker::Check {
 public:
  Check(HealthChecker& all, BackendId id)
      : all_(all),
        id_(id),
        backend_(all.controller_.listeners()[id.listener].backends[id.backend].state),
        settings_(all.controller_.listeners()[id.listener].config.health_check),
        tls_(all.tls_[id.listener]),
        judge_(settings_.fall, settings_.rise, known_verdict(all.controller_, id)),
        probe_(all.loop_, settings_, tls_.get(), [this](const auto& result) { on_result(result); }),
        timer_(all.loop_, [this] { begin(); }) {
    begin();
  }

  [[nodiscard]] BackendId id() const noexcept { return id_; }
  [[nodiscard]] bool is_of(const backend::BackendState& backend, const cluster::HealthCheck& settings) const noexcept {
    return backend_.get() == &backend && settings_ == settings;
  }
  // Its backend has another place now. A check that is under way goes on with the files that it began with.
  void move_to(BackendId id) noexcept {
    id_ = id;
    next_tls_ = all_.tls_[id.listener];
  }
  // Does not wait for its next turn; but many that go down together do not make a storm of it.
  void hasten() noexcept {
    const auto ago = std::chrono::duration_cast<milliseconds>(all_.clock_.now() - begun_);
    if (timer_.pending()) timer_.start(std::max(kLeastFastInterval - ago, milliseconds{0}));
  }
  // A check that begins now; once, until it has said something.
  void ask_once_more() noexcept {
    if (asked_once_more_) return;
    asked_once_more_ = true;
    timer_.cancel();
    begin();
  }

 private:
  void begin() noexcept {
    begun_ = all_.clock_.now();
    if (next_tls_) tls_ = std::exchange(next_tls_, nullptr);
    probe_.use(tls_.get());
    probe_.start(backend_->address());
  }

  void on_result(const net::ProbeResult& told) noexcept {
    const auto result = result_of(told.kind);
    const bool late = result && *result != CheckResult::kPassed && all_.lateness_.any_since(begun_);
    if (!result || late) {
      all_.controller_.note_check(id_, CheckOutcome::kDiscarded);
      late ? timer_.start(milliseconds{0}) : plan_next(settings_.interval);
      return;
    }
    asked_once_more_ = false;
    const auto took = all_.clock_.now() - begun_;
    const auto verdict = judge_.judge(*result);
    plan_next(judge_.settled() ? settings_.interval : fast_interval_of(settings_));
    if (verdict) all_.controller_.set_condition(id_, *verdict, told.reason);
    all_.controller_.note_check(id_, outcome_of(*result), {.took = took, .failure = told.failure});
    if (*result == CheckResult::kPassed) all_.on_passed(id_.listener);
    if (verdict == backend::Condition::kDown) all_.on_down(id_);
  }

  // The interval goes from start to start; a check that took longer is followed by the next one at once.
  void plan_next(milliseconds interval) noexcept {
    const auto most = interval.count() / kJitterPart;
    const milliseconds jitter{std::uniform_int_distribution<milliseconds::rep>(-most, most)(all_.random_)};
    const auto took = std::chrono::duration_cast<milliseconds>(all_.clock_.now() - begun_);
    timer_.start(std::max(interval + jitter - took, milliseconds{0}));
  }

  HealthChecker& all_;
  BackendId id_;
  std::shared_ptr<const backend::BackendState> backend_;
  base::SteadyTime begun_;
  cluster::HealthCheck settings_;
  std::shared_ptr<const net::TlsContext> tls_;
  std::shared_ptr<const net::TlsContext> next_tls_;
  HealthJudge judge_;
  net::Probe probe_;
  net::Timer timer_;
  bool asked_once_more_ = false;
};

HealthChecker::HealthChecker(net::EventLoop& loop, Controller& controller, TlsContexts tls, base::Random random,
                             const base::Clock& clock)
    : loop_(loop), controller_(controller), clock_(clock), random_(random), lateness_(clock), heartbeat_(loop, [this] {
        beat();
      }) {
  reconcile(std::move(tls));
}

HealthChecker::~HealthChecker() = default;

void HealthChecker::reconcile(TlsContexts tls) {
  tls_ = std::move(tls);
  std::vector<std::unique_ptr<Check>> checks;
  const auto& listeners = controller_.listeners();
  for (std::size_t listener = 0; listener < listeners.size(); ++listener) {
    if (listeners[listener].config.health_check.kind == cluster::HealthCheckKind::kNone) continue;
    for (std::size_t backend = 0; backend < listeners[listener].backends.size(); ++backend) {
      checks.push_back(check_for({listener, backend}));
    }
  }
  checks_ = std::move(checks);
  if (!checks_.empty() && !heartbeat_.pending()) {
    lateness_.restart();
    heartbeat_.start(Lateness::kBeat);
  }
}

std::unique_ptr<HealthChecker::Check> HealthChecker::check_for(BackendId id) {
  const ListenerView& listener = controller_.listeners()[id.listener];
  const auto same = std::ranges::find_if(checks_, [&](const auto& check) {
    return check && check->is_of(*listener.backends[id.backend].state, listener.config.health_check);
  });
  if (same == checks_.end()) return std::make_unique<Check>(*this, id);
  (*same)->move_to(id);
  return std::move(*same);
}

// Whether its sessions are cut depends on the others (Controller::note_check), so those are asked now.
void HealthChecker::on_down(BackendId id) noexcept {
  for (const auto& check : checks_) {
    if (check->id().listener == id.listener && check->id().backend != id.backend) check->hasten();
  }
}

void HealthChecker::on_passed(std::size_t listener) noexcept {
  for (const BackendId condemned : controller_.condemned(listener)) {
    for (const auto& check : checks_) {
      if (check->id() == condemned) check->ask_once_more();
    }
  }
}

void HealthChecker::beat() noexcept {
  lateness_.beat();
  if (!checks_.empty()) heartbeat_.start(Lateness::kBeat);
}

}  // namespace lb::control
