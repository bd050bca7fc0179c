// The keys of cluster.yaml: from the YAML tree to typed values, each judged for itself. A new key is one line here, and
// one in docs/cluster_yaml.md. Any thread.
#pragma once

#include "lib/cluster/cluster.h"
#include "lib/cluster/findings.h"
#include "lib/cluster/yaml_node.h"

namespace cluster {

// What cannot be read keeps its default and is among the findings. Lists keep their length and order.
[[nodiscard]] Cluster read_cluster(const YamlNode& top, Findings& findings);

}  // namespace cluster
