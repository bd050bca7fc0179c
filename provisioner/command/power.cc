#include "provisioner/command/power.h"

#include <algorithm>
#include <ostream>

#include "provisioner/hypervisor/power.h"

namespace provisioner::command {
namespace {

using hypervisor::PowerWish;
using plan::MachinesState;
using PlanOf = std::function<step::Plan(const cluster::Cluster&, const MachinesState&)>;

// Two changes of one machine would each do all that the plan found to do.
bool has_twice(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

base::ExitCode work_on(const PowerOptions& options, const Surroundings& surroundings, const PlanOf& plan_of) {
  const auto cluster = load(options.config, surroundings.streams.err);
  if (!cluster || !has_machines(*cluster, options.names, surroundings.streams.err)) return base::kExitUsage;
  if (has_twice(options.names)) {
    surroundings.streams.err << "keepstate-provisioner: a machine is named twice; name each once\n";
    return base::kExitUsage;
  }
  const Planner planner = [&](const step::Ledger& ledger) -> base::Result<step::Plan> {
    const auto state = plan::observe_machines(surroundings.host, *cluster, ledger, surroundings.world);
    if (!state) return base::Failure(state.error());
    return plan_of(*cluster, *state);
  };
  return work(*cluster, options.work, planner, surroundings);
}

std::shared_ptr<PowerOptions> add_common(CLI::App& command) {
  auto options = std::make_shared<PowerOptions>();
  options->work.doing = command.get_name();
  add_config_option(command, options->config);
  add_work_options(command, options->work);
  command.add_option("names", options->names, "The machines")->type_name("NAME")->required();
  return options;
}

void add_wish(CLI::App& app, Chosen& chosen, const std::string& name, const std::string& meaning, PowerWish wish) {
  CLI::App* const command = app.add_subcommand(name, meaning);
  const auto options = add_common(*command);
  options->work.is_sure = wish == PowerWish::kOn;  // nothing is lost by it
  command->callback([&chosen, options, wish] {
    chosen.run = [options, wish](const Surroundings& surroundings) {
      return change_power(*options, wish, surroundings);
    };
  });
}

}  // namespace

base::ExitCode change_power(const PowerOptions& options, PowerWish wish, const Surroundings& surroundings) {
  return work_on(options, surroundings, [&](const cluster::Cluster& cluster, const MachinesState& state) {
    return plan::plan_power(cluster, state, surroundings.world, wish, options.names);
  });
}

base::ExitCode resize(const PowerOptions& options, const Surroundings& surroundings) {
  return work_on(options, surroundings, [&](const cluster::Cluster& cluster, const MachinesState& state) {
    return plan::plan_resize(cluster, state, surroundings.world, options.names);
  });
}

base::ExitCode power_down(const std::filesystem::path& folder, const Surroundings& surroundings) {
  const Streams& streams = surroundings.streams;
  if (!surroundings.host.exists(folder)) {
    streams.err << "keepstate-provisioner: " << folder.string() << " is no machine's folder; there is nothing at all\n";
    return base::kExitUsage;
  }
  const hypervisor::PowerWatch watch{.tell = [&](std::string_view what) { streams.out << what << std::endl; },
                                     .is_interrupted = [&] { return surroundings.interrupted.load(); }};
  const auto ended = hypervisor::power_down(surroundings.host, hypervisor::MachineFolder(folder), watch);
  return ended ? base::kExitOk : failed(ended.error(), streams.err);
}

void add_power(CLI::App& app, Chosen& chosen) {
  add_wish(app, chosen, "start", "Start machines, as cluster.yaml has them", PowerWish::kOn);
  add_wish(app, chosen, "stop", "Shut machines down cleanly", PowerWish::kOff);
  add_wish(app, chosen, "restart", "Shut machines down cleanly, and start them as cluster.yaml has them",
           PowerWish::kRestart);

  CLI::App* const resize_command =
      app.add_subcommand("resize", "Give machines the disk, processors and memory of cluster.yaml; disks only grow");
  const auto options = add_common(*resize_command);
  resize_command->callback([&chosen, options] {
    chosen.run = [options](const Surroundings& surroundings) { return resize(*options, surroundings); };
  });

  CLI::App* const down_command =
      app.add_subcommand("power-down", "Shut a QEMU machine down cleanly, or switch it off; systemd calls this");
  const auto folder = std::make_shared<std::filesystem::path>();
  down_command->add_option("folder", *folder, "The machine's folder: .../machines/NAME")
      ->type_name("FOLDER")
      ->required();
  down_command->callback([&chosen, folder] {
    chosen.run = [folder](const Surroundings& surroundings) { return power_down(*folder, surroundings); };
  });
}

}  // namespace provisioner::command
