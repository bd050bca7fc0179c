#include "lb/doctor/judge_daemon.h"

#include <fmt/format.h>

#include <cerrno>

#include "lib/base/result.h"

namespace lb::doctor {

Finding judge_daemon(const std::optional<std::string>& socket, int error) {
  if (!socket || *socket == "none")
    return skipped("daemon", "the file names no control socket, so whether a daemon runs is not known");
  if (error == 0) return fine("daemon", fmt::format("a daemon serves {}", *socket));
  if (error == EACCES || error == EPERM) {
    return skipped("daemon", fmt::format("only the user that the daemon runs as may ask by {}", *socket),
                   "sudo keepstate-lb doctor -c FILE");
  }
  if (error == EAGAIN) {
    return problem("daemon", fmt::format("the daemon that serves {} does not answer: its queue is full", *socket),
                   "journalctl -u keepstate-lb; systemctl restart keepstate-lb");
  }
  return warning("daemon", fmt::format("no daemon serves {}: {}", *socket, base::errno_text(error)),
                 "systemctl start keepstate-lb, or keepstate-lb run -c FILE");
}

Finding judge_admin(const cluster::LoadBalancer& balancer) {
  if (!balancer.admin) return fine("admin", "there is no admin address, only the control socket");
  const std::string address = balancer.admin->to_string();
  if (balancer.admin->ip().is_loopback())
    return fine("admin", fmt::format("the admin address {} stays on this host", address));
  const std::string seen = fmt::format(
      "whoever reaches {} sees the status page and the metrics, which clients there are and where each goes, and the "
      "configuration with its networks (allow, deny) and file paths, but no secret",
      address);
  const char* const remedy =
      "admin: {address: 127.0.0.1:9440} in the file, and ssh -L 9440:127.0.0.1:9440 to look at it; or let only "
      "Prometheus in by the firewall";
  if (balancer.admin_token_file.empty())
    return warning("admin", seen + "; without a token they change nothing", remedy);
  return warning("admin", seen + "; and who hears the network hears the token of who changes something (plain HTTP)",
                 remedy);
}

}  // namespace lb::doctor
