#include "lib/cluster/cluster_file.h"

#include <utility>

#include "lib/base/file_system.h"
#include "lib/cluster/complete.h"
#include "lib/cluster/findings.h"
#include "lib/cluster/read_cluster.h"
#include "lib/cluster/validate.h"
#include "lib/cluster/yaml_node.h"

namespace cluster {

tl::expected<LoadedCluster, Diagnostics> parse_cluster(std::string_view yaml) {
  Findings findings;
  Diagnostics of_yaml;
  const auto top = parse_yaml(yaml, of_yaml);
  findings.add(of_yaml);
  if (!top) return tl::unexpected(findings.sorted());
  Cluster cluster = read_cluster(*top, findings);
  complete(cluster, findings);
  validate(cluster, findings);
  if (findings.has_errors()) return tl::unexpected(findings.sorted());
  return LoadedCluster{std::move(cluster), findings.sorted()};
}

tl::expected<LoadedCluster, Diagnostics> load_cluster(const std::filesystem::path& path) {
  const auto text = base::read_file(path);
  if (!text) return tl::unexpected(Diagnostics{{0, 0, text.error().message + "; give the path of a cluster.yaml"}});
  return parse_cluster(*text);
}

}  // namespace cluster
