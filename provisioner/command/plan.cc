#include "provisioner/command/plan.h"

#include <ostream>

#include "provisioner/command/work.h"
#include "provisioner/plan/plan_text.h"

namespace provisioner::command {
base::ExitCode plan(const PlanOptions& options, const Surroundings& surroundings) {
  const auto cluster = load(options.config, surroundings.streams.err);
  if (!cluster) return base::kExitUsage;
  const auto world = look_at_world(*cluster, surroundings);
  if (!world) return failed(world.error(), surroundings.streams.err);
  const auto found = plan::plan_world(*cluster, *world, surroundings.world);
  if (!found) return failed(found.error(), surroundings.streams.err);
  surroundings.streams.out << (options.json ? plan::to_json(*found) : plan::to_text(*found, plan::Telling::kAll));
  if (!options.detailed_exit_code || plan::count(*found).nothing_to_do()) return base::kExitOk;
  return static_cast<base::ExitCode>(kExitDifferences);
}

void add_plan(CLI::App& app, Chosen& chosen) {
  CLI::App* const command =
      app.add_subcommand("plan", "Tell what apply would create, change and remove on this host, and why");
  const auto options = std::make_shared<PlanOptions>();
  add_config_option(*command, options->config);
  command->add_flag("--json", options->json, "For programs");
  command->add_flag("--detailed-exitcode", options->detailed_exit_code, "End with 3 where there is something to do");
  command->callback([&chosen, options] {
    chosen.run = [options](const Surroundings& surroundings) { return plan(*options, surroundings); };
  });
}

}  // namespace provisioner::command
