// Succession: how one process of lb follows another without refusing a client. The old one starts the new one and hands
// over its sockets and what it knows (control/handover.h); when the new one serves, the old one accepts nobody any
// more, goes on with the sessions that it has and looks after their backends, and ends with the last of them, at the
// latest after hardStopAfter. Until then it tells the new one what it counts. Control loop's thread only.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lb/control/controller.h"
#include "lb/control/elders.h"
#include "lb/control/handover.h"
#include "lb/control/passive_checker.h"
#include "lb/control/upgrader.h"
#include "lb/net/http_server.h"
#include "lb/net/timer.h"
#include "lib/base/log.h"
#include "lib/base/result.h"
#include "lib/base/supervisor.h"
#include "lib/base/unique_fd.h"

namespace lb::control {

class Succession {
 public:
  // All outlive it.
  struct Parts {
    net::EventLoop& loop;
    Controller& controller;
    PassiveChecker& passive_checker;
    const proxy::Listening& listening;
    const net::HttpServer& server;
    const base::Clock& clock;
    const base::Log& log;
  };
  Succession(Parts parts, base::Supervisor supervisor);

  // How this process was started; without it there is no upgrade.
  void start_by(std::vector<std::string> argv);
  // Called once, when another process serves: this one is to accept nobody any more, and to call `left` on this thread
  // when that is so; only then is the upgrade done.
  using Retire = std::function<void(std::function<void()> left)>;
  void followed_by(Retire retire) { retire_ = std::move(retire); }
  // Called when old_processes() has changed.
  void elders_changed(std::function<void()> changed) { elders_.on_change(std::move(changed)); }

  // This process follows another, over this channel: it speaks for the elders from now on.
  void follow(base::UniqueFd channel, Handover& handover);
  // Tells whoever waits for it that this process serves: the one before it, the supervisor.
  void announce();

  using Done = std::function<void(const base::Result<std::string>&)>;
  void upgrade(const Done& done);
  // Until then nothing should change here: the next process has been told already how things are.
  [[nodiscard]] bool is_upgrading() const noexcept { return upgrader_ && upgrader_->is_under_way(); }
  void cancel_upgrade(const std::string& why);
  [[nodiscard]] bool is_followed() const noexcept { return successor_.has_value(); }
  // Signals the process that serves now, as long as it lives.
  void pass_on(int signal) const noexcept;
  // Tells the process that serves now what this one has counted; it does so once a second, and this process does when
  // it ends.
  void report();
  // Processes before this one that still have sessions.
  [[nodiscard]] std::size_t old_processes() const noexcept { return elders_.size(); }
  [[nodiscard]] const base::Supervisor& supervisor() const noexcept { return supervisor_; }

 private:
  [[nodiscard]] base::Result<Handover> handover();
  void on_followed(pid_t successor, const Done& done);

  Parts parts_;
  base::Supervisor supervisor_;
  Elders elders_;
  std::unique_ptr<Upgrader> upgrader_;
  net::Timer report_timer_;
  base::UniqueFd channel_;  // to the one before, until it was told that this one serves
  nlohmann::json counted_;  // what that one had counted
  Retire retire_ = [](const std::function<void()>& left) { left(); };
  std::optional<pid_t> successor_;
  std::optional<base::SteadyTime> held_told_;  // when the successor was told last which clients have sessions here
};

}  // namespace lb::control
