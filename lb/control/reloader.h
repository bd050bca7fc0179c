// Reloader: makes the running daemon follow a file that has changed. All that can fail comes first, so a reload that is
// refused has changed nothing. Control loop's thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lb/config/config.h"
#include "lb/control/controller.h"
#include "lb/control/health_checker.h"
#include "lb/control/passive_checker.h"
#include "lb/control/rebalancer.h"
#include "lb/control/reload_status.h"
#include "lb/proxy/listening.h"
#include "lb/proxy/worker_group.h"
#include "lib/base/log.h"
#include "lib/base/result.h"

namespace lb::control {

class Reloader {
 public:
  // What follows the file. All outlive the reloader.
  struct Parts {
    Controller& controller;
    HealthChecker& checker;
    PassiveChecker& passive_checker;
    Rebalancer& rebalancer;
    proxy::Listening& listening;
  };
  // How many sessions a config allows on this host.
  using Limit = std::function<std::uint64_t(const config::Config&)>;

  // `running` is what the daemon was started with.
  Reloader(Parts parts, config::Config running, Limit limit, const base::Log& log);

  // Gives what has changed, in words.
  [[nodiscard]] base::Result<std::string> apply(const config::Config& config);
  // The file could not even be read.
  void note_refusal(const std::string& why);

  // The sockets of listeners that begin with the snapshot that is published now.
  [[nodiscard]] std::vector<proxy::WorkerGroup::Opened> take_opened();

  [[nodiscard]] const ReloadStatus& status() const noexcept { return status_; }
  [[nodiscard]] const config::Config& running() const noexcept { return running_; }

 private:
  [[nodiscard]] base::Result<std::string> follow(const config::Config& config);
  [[nodiscard]] base::Result<std::vector<proxy::Listening::Sockets>> open_new(const config::Config& config) const;
  void warn_of_what_waits(const config::Config& config) const;

  Parts parts_;
  config::Config running_;
  Limit limit_;
  const base::Log& log_;
  ReloadStatus status_;
  std::vector<proxy::Listening::Sockets> begun_;  // of listeners that no snapshot has named yet
};

}  // namespace lb::control
