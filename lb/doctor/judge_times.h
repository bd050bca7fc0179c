// Whether the file's times fit those of Kubernetes' clients. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lb/doctor/finding.h"
#include "lib/cluster/cluster.h"

namespace lb::doctor {

// timeouts.idle against the pings of clients.
[[nodiscard]] Finding judge_idle(const cluster::Listener& listener);
// How long a client may wait for a backend, against the 10 s that Go gives a TLS handshake.
[[nodiscard]] Finding judge_deadline(const cluster::Listener& listener);
// --goaway-chance, by the command lines of API servers on this host. `backends`: how many API servers there are; one
// alone needs none.
[[nodiscard]] Finding judge_goaway(const std::vector<std::vector<std::string>>& api_servers, std::size_t backends);

}  // namespace lb::doctor
