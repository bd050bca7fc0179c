// doctor: looks at the host and the cluster that a cluster.yaml is for, and says what is wrong and what to do. Asks the
// Host, and leaves each judgement to a judge_*.h. Any thread.
#pragma once

#include <optional>
#include <string>

#include "lb/doctor/finding.h"
#include "lb/doctor/host.h"
#include "lib/cluster/cluster.h"

namespace lb::doctor {

// `cluster` has a loadBalancer with listeners. `socket` is the daemon's; nothing where there is no default place
// either.
[[nodiscard]] Findings examine(const cluster::Cluster& cluster, const std::optional<std::string>& socket, Host& host);

// For people: each finding with its remedy, and a line that counts them.
[[nodiscard]] std::string to_text(const Findings& findings);
// {"problems":1,"warnings":0,"findings":[{"severity":"problem","check":"..","text":"..","remedy":".."}]}
[[nodiscard]] std::string to_json(const Findings& findings);
[[nodiscard]] bool has_problem(const Findings& findings);

}  // namespace lb::doctor
