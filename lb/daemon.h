// Daemon: keepstate-lb at work: the control loop with its controller, health checks and admin server, and the workers.
//
// start() and run() belong to one thread, which becomes the control thread; reload(), upgrade() and shutdown() may be
// called by any.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lb/config/config.h"
#include "lb/control/arrival.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/result.h"
#include "lib/base/socket_address.h"

namespace lb {

class Daemon {
 public:
  // Listens everywhere; clients are served from now on, also before run(). An address that cannot be had and a
  // file that cannot be read are errors, and nothing is left behind. `seed` is of all random numbers. `clock` and `log`
  // outlive the daemon.
  [[nodiscard]] static base::Result<std::unique_ptr<Daemon>> start(const config::Config& config, std::uint64_t seed,
                                                                   const base::Clock& clock, const base::Log& log,
                                                                   control::Arrival arrival = {});
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Where a new config comes from when the operator says that the file has changed (SIGHUP, the admin API). Called on
  // the control thread.
  using Load = std::function<base::Result<config::Config>()>;
  void reload_by(Load load);
  // As SIGHUP does. The daemon goes on as before when the new config cannot be had. `done` is called on the control
  // thread, with what has changed, once every worker works by it, or with what was wrong.
  using Reloaded = std::function<void(const base::Result<std::string>&)>;
  void reload(Reloaded done = {});

  // As SIGUSR2 does: another process takes over. `done` is called on the control thread.
  void upgrade(Reloaded done = {});

  // Serves until shutdown() or SIGTERM or SIGINT: nobody is accepted any more, sessions may finish for shutdownGrace, a
  // second signal cuts them at once. SIGUSR1 opens the access log again.
  void run();
  // As SIGTERM does.
  void shutdown();

  // Where the listeners and the admin server really listen (a port 0 has become a number).
  [[nodiscard]] std::vector<base::SocketAddress> listener_addresses() const;
  [[nodiscard]] std::optional<base::SocketAddress> admin_address() const noexcept;

 private:
  class Parts;
  explicit Daemon(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace lb
