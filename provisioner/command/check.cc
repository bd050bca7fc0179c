#include "provisioner/command/check.h"

#include <algorithm>
#include <ostream>

namespace provisioner::command {
namespace {

std::string count(std::size_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

std::string summary(const cluster::Cluster& cluster) {
  const auto controllers = static_cast<std::size_t>(
      std::count_if(cluster.machines.begin(), cluster.machines.end(),
                    [](const cluster::Machine& machine) { return machine.role == cluster::Role::kControlPlane; }));
  std::string text = fmt::format("cluster '{}' is sound: {}, {}", cluster.name,
                                 count(controllers, "control-plane machine", "control-plane machines"),
                                 count(cluster.machines.size() - controllers, "worker", "workers"));
  if (!cluster.load_balancer) return text;
  text += ", " + count(cluster.load_balancer->listeners.size(), "listener", "listeners");
  if (cluster.load_balancer->vip.is_unspecified()) return text;
  return text + ", VIP " + cluster.load_balancer->vip.to_string();
}

}  // namespace

base::ExitCode check(const std::filesystem::path& config, const Surroundings& surroundings) {
  const auto cluster = load(config, surroundings.streams.err);
  if (!cluster) return base::kExitUsage;
  surroundings.streams.out << config.string() << ": " << summary(*cluster) << "\n";
  return base::kExitOk;
}

void add_check(CLI::App& app, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand("check", "Tell everything that is wrong with a cluster.yaml");
  const auto config = std::make_shared<std::filesystem::path>();
  add_config_option(*command, *config);
  command->callback([&chosen, config] {
    chosen.run = [config](const Surroundings& surroundings) { return check(*config, surroundings); };
  });
}

}  // namespace provisioner::command
