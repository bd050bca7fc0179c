// Config: what the daemon runs, whether it came from cluster.yaml or from the command line. Values; any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/socket_address.h"
#include "lib/cluster/cluster.h"

namespace lb::config {

struct Config {
  std::vector<cluster::Listener> listeners;  // never empty
  std::optional<unsigned> workers;           // unset: one a core
  bool reuse_sockets = true;                 // of backends, for the next session (Linux)
  std::optional<unsigned> max_connections;   // sessions of the whole daemon; unset: what the descriptors allow
  std::chrono::milliseconds shutdown_grace{30'000};
  std::chrono::milliseconds hard_stop_after{std::chrono::hours{1}};  // of a process that was followed by another
  std::optional<base::SocketAddress> admin;
  std::string admin_token_file;       // "": none, so TCP is for reading alone
  std::optional<std::string> socket;  // path of the control socket; unset: the default place
  std::optional<cluster::AccessLog> access_log;
};

}  // namespace lb::config
