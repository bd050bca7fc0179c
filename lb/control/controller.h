// Controller: the one who knows what the daemon's backends are doing, and who alone makes snapshots of it. Health
// checks, operators and whoever sees backends fail tell it; it publishes. Control loop's thread only.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lb/backend/backend_state.h"
#include "lb/backend/condition.h"
#include "lb/config/config.h"
#include "lb/control/events.h"
#include "lb/control/slow_start.h"
#include "lb/net/probe_failure.h"
#include "lb/proxy/listener_state.h"
#include "lb/snapshot/snapshot.h"
#include "lb/source/sources.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

namespace lb::control {

// Which backend: its listener's place, and its own place in that listener's list.
struct BackendId {
  std::size_t listener = 0;
  std::size_t backend = 0;

  friend bool operator==(const BackendId&, const BackendId&) = default;
};

// What came of one check. kDiscarded: it said nothing, as this host was late or out of descriptors.
enum class CheckOutcome { kPassed, kNotReady, kFailed, kDiscarded };
inline constexpr std::size_t kCheckOutcomes = 4;
// And what else is told of it.
struct CheckFacts {
  std::chrono::nanoseconds took{0};
  std::optional<net::ProbeFailure> failure{};  // of those that said something and did not pass
};

struct BackendView {
  std::shared_ptr<backend::BackendState> state;

  // What counts, why, and since when: the operator's word, else the checks', else an ejection.
  backend::Condition condition = backend::Condition::kUp;
  std::string reason = "not checked yet";
  base::SteadyTime since{};

  // What it is made of.
  std::uint32_t configured_weight = 1;                   // the file's; the listener's `config` has what counts
  backend::Condition checked = backend::Condition::kUp;  // until a check says otherwise
  std::string checked_reason = "not checked yet";
  bool was_checked = false;
  std::optional<std::string> maintenance;  // the operator's reason, while it lasts
  std::optional<std::string> drain;        // the operator's as well
  std::optional<std::string> ejection;     // and that of an ejection

  // What an operator has said last and not taken back; null: nothing.
  [[nodiscard]] const std::string* operator_reason() const noexcept {
    return maintenance ? &*maintenance : drain ? &*drain : nullptr;
  }

  std::array<std::uint64_t, kCheckOutcomes> checks{};               // by CheckOutcome
  std::array<std::uint64_t, net::kProbeFailures> check_failures{};  // by net::ProbeFailure
  std::chrono::nanoseconds check_duration{0};                       // of the last one that said something
  std::uint64_t ejections = 0;                                      // that there were
  bool owes_cut = false;                                            // its sessions are to end, if it is at fault
  bool condemned = false;                                           // and will, if its next check fails
};

struct ListenerView {
  std::shared_ptr<proxy::ListenerState> state;
  cluster::Listener config;  // as the file has it, but for the operator's weights
  std::vector<BackendView> backends;
  source::Sources sources;  // handed on from snapshot to snapshot
  SlowStart slow_start;
  bool fail_open = false;  // none that may be picked is up, so the others are tried
};

class Controller {
 public:
  using Publish = std::function<void(std::shared_ptr<const snapshot::Snapshot>)>;
  using Schedule = std::function<void(std::chrono::milliseconds)>;

  // `clock` and `log` outlive the controller.
  Controller(const config::Config& config, std::size_t workers, std::uint64_t max_connections, const base::Clock& clock,
             const base::Log& log);

  // The file has changed. A listener or backend of the same name and address as before keeps all that is known of it;
  // what is new comes in, what is missing goes, and who is asked for a BackendId asks anew. Publishes. A weight that
  // the operator has set stays until the file gives another one than before.
  void reload(const config::Config& config, std::uint64_t max_connections);

  // What another process knew of a backend, before anybody works by a snapshot; refresh() follows when all is told.
  struct Known {
    std::optional<backend::Condition> checked;
    std::string checked_reason;
    std::optional<std::string> maintenance;
    std::optional<std::string> drain;
    std::optional<std::string> ejection;
    std::optional<std::uint32_t> weight;  // the operator's
    std::chrono::milliseconds age{0};     // of what counts
    SlowStart::Progress slow_start{};
  };
  void recall(BackendId id, const Known& known);

  // Calls `publish` with every snapshot from now on. The one that is current now is given to no one, as everybody
  // begins with it: ask snapshot().
  void publish_to(Publish publish);
  // Calls `schedule` with the time after which refresh() is to be called, now if there is one already, and whenever
  // there is; the last word counts.
  void schedule_by(Schedule schedule);
  // Publishes the shares that backends have by now that are coming back (slowStart).
  void refresh() { rebuild(); }
  [[nodiscard]] std::shared_ptr<const snapshot::Snapshot> snapshot() const noexcept { return snapshot_; }
  [[nodiscard]] const std::vector<ListenerView>& listeners() const noexcept { return listeners_; }

  // What happened lately; each line of it stands in the log as well.
  [[nodiscard]] const Events& events() const noexcept { return events_; }
  void note_event(Event::Level level, std::string_view text);

  // Each publishes when it changes what counts; `reason` is for the log and for whoever asks.
  //
  // What health checks have concluded: kUp, kDraining or kDown.
  void set_condition(BackendId id, backend::Condition condition, std::string_view reason);
  // The operator's word: kMaintenance is above all others, kDraining above all but down; none takes it back. It is
  // logged also where it changes nothing for now.
  void set_operator_state(BackendId id, std::optional<backend::Condition> condition, std::string_view reason);
  // Another weight than the file's; none takes it back.
  void set_weight(BackendId id, std::optional<std::uint32_t> weight);
  // An ejected backend counts as draining while its checks say up.
  void eject(BackendId id, std::string_view reason);
  void readmit(BackendId id, std::string_view reason);

  // Counts a check that is over, and sees to it that sessions of a backend that went down end (onDown: reset), but only
  // when it is certain that the backend is at fault and not this host's own network. First another backend that is up
  // passes a check; that condemns those that went down before. Whoever makes the checks then asks them once more, and
  // if that fails too, their sessions are reset. Any answer clears them.
  void note_check(BackendId id, CheckOutcome outcome, const CheckFacts& facts = {});
  // Calls `act` on the control loop once every worker works by the snapshot that is current now.
  void when_adopted(std::function<void()> act);
  // All of them do by this one, or a newer one.
  void note_adopted(std::uint64_t generation);

  // Those of the listener that are to be asked once more, by a check that begins now.
  [[nodiscard]] std::vector<BackendId> condemned(std::size_t listener) const;

 private:
  struct Waiting {
    std::uint64_t generation;
    std::function<void()> act;
  };

  [[nodiscard]] ListenerView view_of(const cluster::Listener& listener, ListenerView* former);
  [[nodiscard]] BackendView view_of(const cluster::Listener& listener, const cluster::Backend& backend) const;
  [[nodiscard]] BackendView& at(BackendId id) noexcept { return listeners_[id.listener].backends[id.backend]; }
  void settle(BackendId id, std::string_view reason);
  [[nodiscard]] bool weigh_up(BackendId id, std::string_view reason);
  void forget_checks();
  void log_order(BackendId id, std::string_view reason);
  void note_for_slow_start(BackendId id);
  void log_change(BackendId id, std::string_view reason);
  [[nodiscard]] bool takes_over(BackendId id) const;
  [[nodiscard]] bool another_takes_over(BackendId id) const;
  void cut_sessions(BackendId id);
  void rebuild(const std::vector<const backend::BackendState*>& cut = {});
  void note_fail_open();
  void schedule_refresh() const;

  const base::Clock& clock_;
  const base::Log& log_;
  Events events_;
  std::size_t workers_;
  std::uint64_t max_connections_;
  std::uint64_t last_listener_ = 0;  // its id
  std::vector<ListenerView> listeners_;
  std::shared_ptr<const snapshot::Snapshot> snapshot_;
  std::uint64_t adopted_ = 1;  // by all workers
  std::vector<Waiting> waiting_;
  Publish publish_;
  Schedule schedule_;
};

}  // namespace lb::control
