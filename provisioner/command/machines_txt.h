// machines.txt, the list that Kubernetes the Hard Way keeps (`ADDRESS FQDN HOST [POD-NETWORK]`, a line a machine), as
// a cluster.yaml. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace provisioner::command {

// A machine with a network for pods is a worker, every other one of the control plane. What the list does not tell (the
// VIP, the nodes' network) is left for the user to fill in and said so in comments. `name` is the file's, for errors,
// which name the line: all that are wrong, a line each.
[[nodiscard]] base::Result<std::string> cluster_yaml_of(std::string_view machines_txt, std::string_view name);

}  // namespace provisioner::command
