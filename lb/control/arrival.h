// Arrival: how a process came to serve, apart from its config: started by somebody, with or without sockets that are
// open already, or by the process that it is to take over from. A value; before there are other threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lb/config/config.h"
#include "lb/control/handover.h"
#include "lib/base/result.h"
#include "lib/base/supervisor.h"
#include "lib/base/unique_fd.h"

namespace lb::control {

struct Arrival {
  std::vector<std::string> argv;  // how to start it anew; empty: there is no upgrade
  base::Supervisor supervisor{"", std::nullopt};
  std::vector<base::UniqueFd> activated;  // listening sockets that the supervisor has opened
  base::UniqueFd channel{};               // to the process that this one takes over from; closed: there is none
  std::string pid_file{};                 // names the process that serves; "": there is none
};

// What it is given to begin with. Sockets of the supervisor count as if another process had handed them over. An error
// when the other process cannot be understood.
[[nodiscard]] base::Result<Handover> receive(Arrival& arrival, const config::Config& config);

// Tells the process before this one why this one cannot serve; nothing where there is none.
void refuse(const Arrival& arrival, std::string_view why);

}  // namespace lb::control
