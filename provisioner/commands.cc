#include "provisioner/commands.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

#include "lib/cluster/cluster_file.h"
#include "lib/cluster/spelling.h"
#include "provisioner/hypervisor/power.h"
#include "provisioner/step/system_host.h"

namespace provisioner {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  keepstate-provisioner check -c cluster.yaml    tell everything that is wrong with the file\n"
    "\n"
    "Exit codes: 0 all is well, 1 failed while running, 2 wrong usage or wrong cluster.yaml.";

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

base::ExitCode check(const std::string& file, std::ostream& out, std::ostream& err) {
  const auto loaded = cluster::load_cluster(file);
  if (!loaded) {
    err << cluster::to_text(loaded.error(), file);
    return base::kExitUsage;
  }
  err << cluster::to_text(loaded->warnings, file);
  out << file << ": " << summary(loaded->cluster) << "\n";
  return base::kExitOk;
}

// What systemd runs to end a machine, whose unit knows nothing but its folder.
base::ExitCode power_down(const std::string& folder, std::ostream& out, std::ostream& err) {
  step::SystemHost host;
  if (!host.exists(folder)) {
    err << "keepstate-provisioner: " << folder << " is no machine's folder; there is nothing at all\n";
    return base::kExitUsage;
  }
  const hypervisor::PowerWatch watch{.tell = [&](std::string_view what) { out << what << std::endl; },
                                     .is_interrupted = [] { return false; }};
  const auto ended = hypervisor::power_down(host, hypervisor::MachineFolder(std::filesystem::path(folder)), watch);
  if (ended) return base::kExitOk;
  err << "keepstate-provisioner: " << ended.error().message << "\n";
  return base::kExitFailed;
}

// Every name that the command line knows, to guess from what a misspelt one was meant to be.
std::vector<std::string> known_words(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    words.push_back(command->get_name());
    const auto below = known_words(*command);
    words.insert(words.end(), below.begin(), below.end());
  }
  return words;
}

// CLI11 complains about what is missing first, but a misspelt word is mostly the reason for that.
std::string complaint(const CLI::App& app, const CLI::ParseError& error) {
  const auto unknown = app.remaining(true);
  if (unknown.empty()) return error.what();
  const auto words = known_words(app);
  const std::vector<std::string_view> known(words.begin(), words.end());
  return fmt::format("'{}' is not known{}", unknown.front(), cluster::did_you_mean(unknown.front(), known));
}

base::ExitCode wrong_usage(const CLI::App& app, const CLI::ParseError& error, std::ostream& err) {
  err << "keepstate-provisioner: " << complaint(app, error) << "\nTry keepstate-provisioner --help.\n";
  return base::kExitUsage;
}

}  // namespace

base::ExitCode run_command_line(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  CLI::App app("Stands up the machines, names and routes of the cluster that a cluster.yaml describes.",
               "keepstate-provisioner");
  app.set_version_flag("--version", "keepstate-provisioner " KEEPSTATE_VERSION);
  app.footer(kExamples);
  app.require_subcommand(1);
  std::string file;
  CLI::App* const check_command = app.add_subcommand("check", "Tell everything that is wrong with a cluster.yaml");
  check_command->add_option("-c,--config", file, "The cluster.yaml to read")->type_name("FILE")->required();
  check_command->footer(kExamples);
  std::string folder;
  CLI::App* const power_down_command =
      app.add_subcommand("power-down", "Shut a QEMU machine down cleanly, or switch it off; systemd calls this");
  power_down_command->add_option("folder", folder, "The machine's folder: .../machines/NAME")
      ->type_name("FOLDER")
      ->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    app.exit(success, out, err);
    return base::kExitOk;
  } catch (const CLI::ParseError& error) {
    return wrong_usage(app, error, err);
  }
  return power_down_command->parsed() ? power_down(folder, out, err) : check(file, out, err);
}

}  // namespace provisioner
