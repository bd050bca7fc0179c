#include "provisioner/command/login.h"

#include <unistd.h>

#include <ostream>

#include "provisioner/access/ssh.h"
#include "provisioner/hypervisor/console.h"
#include "provisioner/hypervisor/machine_folder.h"

namespace provisioner::command {
namespace {

using hypervisor::ConsoleEnd;

// ssh_config(5): a value with spaces stands in double quotes.
std::string config_value(const std::string& value) {
  return value.find(' ') == std::string::npos ? value : "\"" + value + "\"";
}

base::ExitCode qemu_console(const cluster::Cluster& cluster, const LoginOptions& options,
                            const Surroundings& surroundings) {
  const Streams& streams = surroundings.streams;
  const hypervisor::MachineFolder folder(cluster, options.machine);
  const auto stream = surroundings.host.connect(folder.console());
  if (!stream) {
    return failed({fmt::format("{} has no console now: {}; status tells whether it runs", options.machine,
                               stream.error().message)},
                  streams.err);
  }
  streams.err << "at the console of " << options.machine << "; Ctrl-] leaves it, Enter shows the login\n" << std::flush;
  const auto end = hypervisor::attach_console(*stream, STDIN_FILENO, STDOUT_FILENO);
  if (!end) return failed(end.error(), streams.err);
  if (*end == ConsoleEnd::kMachineEnded) streams.err << "\n" << options.machine << " has ended\n";
  return base::kExitOk;
}

std::shared_ptr<LoginOptions> add_common(CLI::App& command, Chosen& chosen,
                                         base::ExitCode (*run)(const LoginOptions&, const Surroundings&)) {
  auto options = std::make_shared<LoginOptions>();
  add_config_option(command, options->config);
  command.callback([&chosen, options, run] {
    chosen.run = [options, run](const Surroundings& surroundings) { return run(*options, surroundings); };
  });
  return options;
}

}  // namespace

base::ExitCode ssh(const LoginOptions& options, const Surroundings& surroundings) {
  const auto cluster = load(options.config, surroundings.streams.err);
  if (!cluster) return base::kExitUsage;
  const cluster::Machine* const machine = find_machine(*cluster, options.machine, surroundings.streams.err);
  if (machine == nullptr) return base::kExitUsage;
  return surroundings.become(access::ssh_command(*cluster, *machine, options.words));
}

base::ExitCode ssh_config(const LoginOptions& options, const Surroundings& surroundings) {
  const auto cluster = load(options.config, surroundings.streams.err);
  if (!cluster) return base::kExitUsage;
  std::string text = "# Made by keepstate-provisioner ssh-config for cluster " + cluster->name + ".\n";
  for (const cluster::Machine& machine : cluster->machines) {
    text += "Host " + machine.name;
    if (!cluster->domain.empty()) text += " " + machine.name + "." + cluster->domain;
    text += "\n  HostName " + machine.address.to_string() + "\n";
    for (const access::SshOption& option : access::ssh_options(*cluster, machine)) {
      text += "  " + option.name + " " + config_value(option.value) + "\n";
    }
  }
  surroundings.streams.out << text;
  return base::kExitOk;
}

base::ExitCode console(const LoginOptions& options, const Surroundings& surroundings) {
  const auto cluster = load(options.config, surroundings.streams.err);
  if (!cluster) return base::kExitUsage;
  if (find_machine(*cluster, options.machine, surroundings.streams.err) == nullptr) return base::kExitUsage;
  const auto kind = plan::hypervisor_of(*cluster, surroundings.world.system);
  if (!kind) return failed(kind.error(), surroundings.streams.err);
  if (*kind == cluster::HypervisorKind::kQemu) return qemu_console(*cluster, options, surroundings);
  return surroundings.become({"cbsd", "blogin", options.machine});
}

void add_logins(CLI::App& app, Chosen& chosen) {
  CLI::App* const ssh_command = app.add_subcommand("ssh", "Log in to a machine, or run a command there");
  const auto login = add_common(*ssh_command, chosen, ssh);
  ssh_command->add_option("name", login->machine, "The machine")->type_name("NAME")->required();
  ssh_command->add_option("command", login->words, "What to run there; behind -- where it has options of its own")
      ->type_name("COMMAND");

  CLI::App* const config_command =
      app.add_subcommand("ssh-config", "Print what ~/.ssh/config needs, so that ssh, scp and rsync know the machines");
  add_common(*config_command, chosen, ssh_config);

  CLI::App* const console_command = app.add_subcommand("console", "Go to a machine's serial console; Ctrl-] leaves it");
  const auto at_console = add_common(*console_command, chosen, console);
  console_command->add_option("name", at_console->machine, "The machine")->type_name("NAME")->required();
}

}  // namespace provisioner::command
