// Supervisor: what a daemon and the one that started it say to each other: systemd, or whoever speaks its protocol
// (sd_notify(3), sd_listen_fds(3)). Where nobody does, everything here is silent. Any one thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/unique_fd.h"

namespace base {

class Supervisor {
 public:
  // As the environment says: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID.
  [[nodiscard]] static Supervisor of_environment();
  // `socket`: a path, or '@' and an abstract name (Linux); empty: nobody listens.
  Supervisor(std::string socket, std::optional<std::chrono::microseconds> watchdog)
      : socket_(std::move(socket)), watchdog_(watchdog) {}

  [[nodiscard]] bool listens() const noexcept { return !socket_.empty(); }

  // Lines like "READY=1"; what cannot be delivered is lost, as the daemon can do nothing about it.
  void tell(std::string_view lines) const noexcept;
  void tell_ready() const noexcept { tell("READY=1"); }
  // With the time that Type=notify-reload wants.
  void tell_reloading() const noexcept;
  void tell_stopping() const noexcept { tell("STOPPING=1"); }
  void tell_alive() const noexcept { tell("WATCHDOG=1"); }

  // How often it wants to hear that the daemon is alive: half of what it would tolerate. Unset: it does not.
  [[nodiscard]] std::optional<std::chrono::milliseconds> heartbeat() const noexcept;

 private:
  std::string socket_;
  std::optional<std::chrono::microseconds> watchdog_;
};

// Descriptors that the supervisor has opened for this process (LISTEN_FDS, LISTEN_PID): from 3 on. They are made
// close-on-exec and the variables are taken out of the environment, so a second call gives nothing. To be called before
// there are other threads.
[[nodiscard]] std::vector<UniqueFd> take_activated_descriptors();

}  // namespace base
