#include "provisioner/command/status.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "provisioner/command/work.h"
#include "provisioner/network/host_network.h"
#include "provisioner/network/persistence.h"
#include "provisioner/plan/status.h"

namespace provisioner::command {
namespace {

base::ExitCode tell_missing(const std::vector<std::string>& missing, bool json, std::ostream& out) {
  if (json) {
    out << nlohmann::ordered_json{{"missingAfterReboot", missing}}.dump(2) << "\n";
  } else {
    for (const std::string& one : missing) out << one << "\n";
    if (missing.empty()) out << "nothing would be missing after a reboot\n";
  }
  return missing.empty() ? base::kExitOk : base::kExitFailed;
}

}  // namespace

base::ExitCode status(const StatusOptions& options, const Surroundings& surroundings) {
  const Streams& streams = surroundings.streams;
  const auto cluster = load(options.config, streams.err);
  if (!cluster) return base::kExitUsage;
  const auto world = look_at_world(*cluster, surroundings);
  if (!world) return failed(world.error(), streams.err);
  if (options.after_reboot) {
    const auto wanted = network::network_of(*cluster);
    return tell_missing(network::missing_after_reboot(wanted, world->network, surroundings.world.system), options.json,
                        streams.out);
  }
  const plan::Status found = plan::observe_status(surroundings.host, *cluster, *world, surroundings.world);
  streams.out << (options.json ? plan::to_json(found) : plan::to_text(found));
  return found.is_well() ? base::kExitOk : base::kExitFailed;
}

void add_status(CLI::App& app, Chosen& chosen) {
  CLI::App* const command =
      app.add_subcommand("status", "Tell how machines, names and the VIP are; ends with 1 where something is wrong");
  const auto options = std::make_shared<StatusOptions>();
  add_config_option(*command, options->config);
  command->add_flag("--json", options->json, "For programs");
  command->add_flag("--after-reboot", options->after_reboot, "Tell what of the host's network a reboot would lose");
  command->callback([&chosen, options] {
    chosen.run = [options](const Surroundings& surroundings) { return status(*options, surroundings); };
  });
}

}  // namespace provisioner::command
