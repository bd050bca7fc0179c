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
#include "lb/control/slow_start.h"
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

struct BackendView {
  std::shared_ptr<backend::BackendState> state;

  // What counts, why, and since when: the operator's word, else the checks', else an ejection.
  backend::Condition condition = backend::Condition::kUp;
  std::string reason = "not checked yet";
  base::SteadyTime since{};

  // What it is made of.
  backend::Condition checked = backend::Condition::kUp;  // until a check says otherwise
  std::string checked_reason = "not checked yet";
  std::optional<std::string> maintenance;  // the operator's reason, while it lasts
  std::optional<std::string> ejection;     // and that of an ejection

  std::array<std::uint64_t, kCheckOutcomes> checks{};  // by CheckOutcome
  std::uint64_t ejections = 0;                         // that there were
  bool owes_cut = false;                               // its sessions are to end, if it is at fault
  bool condemned = false;                              // and will, if its next check fails
};

struct ListenerView {
  cluster::Listener config;
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

  // Calls `publish` with every snapshot from now on. The one that is current now is given to no one: ask snapshot().
  void publish_to(Publish publish) { publish_ = std::move(publish); }
  // Calls `schedule` with the time after which refresh() is to be called, whenever there is one; the last word counts.
  void schedule_by(Schedule schedule) { schedule_ = std::move(schedule); }
  // Publishes the shares that backends have by now that are coming back (slowStart).
  void refresh() { rebuild(); }
  [[nodiscard]] std::shared_ptr<const snapshot::Snapshot> snapshot() const noexcept { return snapshot_; }
  [[nodiscard]] const std::vector<ListenerView>& listeners() const noexcept { return listeners_; }

  // Each publishes when it changes what counts; `reason` is for the log and for whoever asks.
  //
  // What health checks have concluded: kUp, kDraining or kDown.
  void set_condition(BackendId id, backend::Condition condition, std::string_view reason);
  // The operator's word, which is above all others.
  void enter_maintenance(BackendId id, std::string_view reason);
  void leave_maintenance(BackendId id, std::string_view reason);
  // An ejected backend counts as draining while its checks say up.
  void eject(BackendId id, std::string_view reason);
  void readmit(BackendId id, std::string_view reason);

  // Counts a check that is over, and sees to it that sessions of a backend that went down end (onDown: reset), but only
  // when it is certain that the backend is at fault and not this host's own network. First another backend that is up
  // passes a check; that condemns those that went down before. Whoever makes the checks then asks them once more, and
  // if that fails too, their sessions are reset. Any answer clears them.
  void note_check(BackendId id, CheckOutcome outcome);
  // Those of the listener that are to be asked once more, by a check that begins now.
  [[nodiscard]] std::vector<BackendId> condemned(std::size_t listener) const;

 private:
  [[nodiscard]] BackendView& at(BackendId id) noexcept { return listeners_[id.listener].backends[id.backend]; }
  void settle(BackendId id, std::string_view reason);
  void note_for_slow_start(BackendId id);
  void log_change(BackendId id, std::string_view reason) const;
  [[nodiscard]] bool takes_over(BackendId id) const;
  [[nodiscard]] bool another_takes_over(BackendId id) const;
  void cut_sessions(BackendId id);
  void rebuild(const std::vector<const backend::BackendState*>& cut = {});
  void note_fail_open();
  void schedule_refresh() const;

  const base::Clock& clock_;
  const base::Log& log_;
  std::uint64_t max_connections_;
  std::vector<ListenerView> listeners_;
  std::shared_ptr<const snapshot::Snapshot> snapshot_;
  Publish publish_;
  Schedule schedule_;
};

}  // namespace lb::control
