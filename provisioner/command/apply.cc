#include "provisioner/command/apply.h"

#include <algorithm>
#include <ostream>

namespace provisioner::command {
namespace {

base::Result<step::Plan> plan_whole(const cluster::Cluster& cluster, const step::Ledger& ledger,
                                    const Surroundings& surroundings) {
  const auto world = plan::observe_world(surroundings.host, cluster, ledger, surroundings.world);
  if (!world) return base::Failure(world.error());
  if (auto fits = plan::check_room(cluster, world->machines); !fits) return base::Failure(fits.error());
  return plan::plan_world(cluster, *world, surroundings.world);
}

// Also those that cluster.yaml has no more, and the ledger still has: they can be removed alone.
bool knows_all(const cluster::Cluster& cluster, const std::vector<std::string>& names,
               const Surroundings& surroundings) {
  const auto ledger = ledger_of(surroundings.host, cluster);
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    if (ledger && (*ledger)->find(hypervisor::kMachineKind, name)) return true;
    return find_machine(cluster, name, surroundings.streams.err) != nullptr;
  });
}

std::shared_ptr<ApplyOptions> add_common(CLI::App& command, const std::string& doing) {
  auto options = std::make_shared<ApplyOptions>();
  options->work.doing = doing;
  add_config_option(command, options->config);
  add_work_options(command, options->work);
  return options;
}

}  // namespace

base::ExitCode apply(const ApplyOptions& options, const Surroundings& surroundings) {
  const auto cluster = load(options.config, surroundings.streams.err);
  if (!cluster || !knows_all(*cluster, options.only, surroundings)) return base::kExitUsage;
  const Planner planner = [&](const step::Ledger& ledger) {
    auto plan = plan_whole(*cluster, ledger, surroundings);
    if (plan && !options.only.empty()) plan::keep_only(*plan, options.only);
    return plan;
  };
  return work(*cluster, options.work, planner, surroundings);
}

base::ExitCode destroy(const ApplyOptions& options, const Surroundings& surroundings) {
  const auto cluster = load(options.config, surroundings.streams.err);
  if (!cluster) return base::kExitUsage;
  const cluster::Cluster nothing = plan::emptied(*cluster);
  const Planner planner = [&](const step::Ledger& ledger) { return plan_whole(nothing, ledger, surroundings); };
  return work(nothing, options.work, planner, surroundings);
}

void add_apply(CLI::App& app, Chosen& chosen) {
  CLI::App* const command =
      app.add_subcommand("apply", "Make what cluster.yaml wants: network, names, machines; a second time does nothing");
  const auto options = add_common(*command, "apply");
  command->add_option("--only", options->only, "Leave the other machines as they are; may be given more than once")
      ->type_name("NAME");
  command->callback([&chosen, options] {
    chosen.run = [options](const Surroundings& surroundings) { return apply(*options, surroundings); };
  });
}

void add_destroy(CLI::App& app, Chosen& chosen) {
  CLI::App* const command =
      app.add_subcommand("destroy", "Take away all that apply has made on this host, disks too, and nothing else");
  const auto options = add_common(*command, "destroy");
  command->callback([&chosen, options] {
    chosen.run = [options](const Surroundings& surroundings) { return destroy(*options, surroundings); };
  });
}

}  // namespace provisioner::command
