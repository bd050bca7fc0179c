#include "provisioner/command/command_line.h"

#include <algorithm>
#include <ostream>

#include "lib/cluster/cluster_file.h"
#include "lib/cluster/spelling.h"

namespace provisioner::command {

void add_config_option(CLI::App& app, std::filesystem::path& config) {
  app.add_option("-c,--config", config, "The cluster.yaml to read")->type_name("FILE")->required();
}

std::optional<cluster::Cluster> load(const std::filesystem::path& config, std::ostream& err) {
  auto loaded = cluster::load_cluster(config);
  if (!loaded) {
    err << cluster::to_text(loaded.error(), config.string());
    return std::nullopt;
  }
  err << cluster::to_text(loaded->warnings, config.string());
  return std::move(loaded->cluster);
}

const cluster::Machine* find_machine(const cluster::Cluster& cluster, const std::string& name, std::ostream& err) {
  const auto found = std::find_if(cluster.machines.begin(), cluster.machines.end(),
                                  [&](const cluster::Machine& one) { return one.name == name; });
  if (found != cluster.machines.end()) return &*found;
  std::vector<std::string_view> known;
  for (const cluster::Machine& machine : cluster.machines) known.push_back(machine.name);
  err << fmt::format("keepstate-provisioner: cluster '{}' has no machine '{}'{}\n", cluster.name, name,
                     cluster::did_you_mean(name, known));
  return nullptr;
}

bool has_machines(const cluster::Cluster& cluster, const std::vector<std::string>& names, std::ostream& err) {
  return std::all_of(names.begin(), names.end(),
                     [&](const std::string& name) { return find_machine(cluster, name, err) != nullptr; });
}

base::ExitCode failed(const base::Error& error, std::ostream& err) {
  err << "keepstate-provisioner: " << error.message << "\n";
  return base::kExitFailed;
}

}  // namespace provisioner::command
