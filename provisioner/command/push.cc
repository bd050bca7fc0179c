#include "provisioner/command/push.h"

#include <algorithm>
#include <thread>

namespace provisioner::command {
namespace {

using units::PushTarget;

// All at once: each look is a way there and back.
base::Result<std::vector<PushTarget>> look_at(const cluster::Cluster& cluster, const std::vector<std::string>& names,
                                              step::Host& host) {
  std::vector<PushTarget> targets;
  for (const cluster::Machine& machine : cluster.machines) {
    if (!names.empty() && std::find(names.begin(), names.end(), machine.name) == names.end()) continue;
    auto wanted = units::machine_units(cluster, machine);
    if (!wanted) return base::Failure(wanted.error());
    targets.push_back({machine, *std::move(wanted), {}});
  }
  std::vector<std::optional<base::Error>> errors(targets.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < targets.size(); ++i) {
      threads.emplace_back([&, i] {
        auto state = units::observe_units(host, cluster, targets[i].machine, targets[i].units);
        if (state) {
          targets[i].state = *std::move(state);
        } else {
          errors[i] = state.error();
        }
      });
    }
  }
  for (const auto& error : errors) {
    if (error) return base::Failure(*error);
  }
  return targets;
}

// The one beside us, as both come from one package; else that of PATH.
std::string pki_program(const Surroundings& surroundings) {
  const auto beside = surroundings.world.qemu.program.parent_path() / "keepstate-pki";
  return surroundings.host.exists(beside) ? beside.string() : "keepstate-pki";
}

}  // namespace

base::ExitCode push(const PushCommandOptions& options, const Surroundings& surroundings) {
  const auto cluster = load(options.config, surroundings.streams.err);
  if (!cluster || !has_machines(*cluster, options.names, surroundings.streams.err)) return base::kExitUsage;
  units::PushOptions wanted = options.push;
  if (wanted.pki_program.empty()) wanted.pki_program = pki_program(surroundings);
  const Planner planner = [&](const step::Ledger& /*ledger*/) -> base::Result<step::Plan> {
    const auto targets = look_at(*cluster, options.names, surroundings.host);
    if (!targets) return base::Failure(targets.error());
    return units::plan_push(*cluster, *targets, wanted);
  };
  return work(*cluster, options.work, planner, surroundings);
}

void add_push(CLI::App& app, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand(
      "push", "Bring units, configuration and keys to machines, and restart there what reads something new");
  const auto options = std::make_shared<PushCommandOptions>();
  options->work.doing = "push";
  options->push.pki_program.clear();
  add_config_option(*command, options->config);
  add_work_options(*command, options->work);
  command->add_option("--pki", options->push.pki_folder, "keepstate-pki's folder")->type_name("DIR")->required();
  command
      ->add_option("--pki-program", options->push.pki_program,
                   "keepstate-pki itself; default: the one beside this program, else that in PATH")
      ->type_name("PROGRAM");
  command->add_option("names", options->names, "The machines; default: all")->type_name("NAME");
  command->callback([&chosen, options] {
    options->push.cluster_file = options->config;
    chosen.run = [options](const Surroundings& surroundings) { return push(*options, surroundings); };
  });
}

}  // namespace provisioner::command
