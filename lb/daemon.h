// Daemon: keepstate-lb at work: the control loop with its controller, health checks and admin server, and the workers.
//
// start() and run() belong to one thread, which becomes the control thread; shutdown() may be called by any.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lb/config/config.h"
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
                                                                   const base::Clock& clock, const base::Log& log);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Serves until shutdown() or SIGTERM or SIGINT: nobody is accepted any more, sessions may finish for shutdownGrace, a
  // second signal cuts them at once.
  void run();
  // As SIGTERM does.
  void shutdown();

  // Where the listeners and the admin server really listen (a port 0 has become a number).
  [[nodiscard]] const std::vector<base::SocketAddress>& listener_addresses() const noexcept;
  [[nodiscard]] std::optional<base::SocketAddress> admin_address() const noexcept;

 private:
  class Parts;
  explicit Daemon(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace lb
