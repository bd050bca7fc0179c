// Controller: the one who knows what the daemon's backends are doing, and who alone makes snapshots of it. Health
// checks and, later, admin calls tell it what they want; it publishes. Control loop's thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lb/backend/backend_state.h"
#include "lb/config/config.h"
#include "lb/snapshot/snapshot.h"
#include "lib/base/log.h"

namespace lb::control {

// Which backend: its listener's place, and its own place in that listener's list.
struct BackendId {
  std::size_t listener = 0;
  std::size_t backend = 0;
};

struct BackendView {
  std::shared_ptr<backend::BackendState> state;
  bool up = true;  // until a check says otherwise
};

struct ListenerView {
  cluster::Listener config;
  std::vector<BackendView> backends;
  bool fail_open = false;  // none that may be picked is up, so all are tried
};

class Controller {
 public:
  using Publish = std::function<void(std::shared_ptr<const snapshot::Snapshot>)>;

  // `log` outlives the controller.
  Controller(const config::Config& config, std::size_t workers, std::uint64_t max_connections, const base::Log& log);

  // Calls `publish` with every snapshot from now on. The one that is current now is given to no one: ask snapshot().
  void publish_to(Publish publish) { publish_ = std::move(publish); }
  [[nodiscard]] std::shared_ptr<const snapshot::Snapshot> snapshot() const noexcept { return snapshot_; }
  [[nodiscard]] const std::vector<ListenerView>& listeners() const noexcept { return listeners_; }

  // What health checking has concluded; `reason` is for the log. Publishes when it changes anything.
  void set_up(BackendId id, std::string_view reason);
  void set_down(BackendId id, std::string_view reason);

 private:
  void rebuild();
  void note_fail_open();

  const base::Log& log_;
  std::uint64_t max_connections_;
  std::vector<ListenerView> listeners_;
  std::shared_ptr<const snapshot::Snapshot> snapshot_;
  Publish publish_;
};

}  // namespace lb::control
