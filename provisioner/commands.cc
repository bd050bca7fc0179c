#include "provisioner/commands.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>
#include <string_view>

#include "lib/cluster/spelling.h"
#include "provisioner/command/apply.h"
#include "provisioner/command/check.h"
#include "provisioner/command/import.h"
#include "provisioner/command/login.h"
#include "provisioner/command/plan.h"
#include "provisioner/command/power.h"
#include "provisioner/command/push.h"
#include "provisioner/command/render.h"
#include "provisioner/command/status.h"

namespace provisioner {
namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  keepstate-provisioner check -c cluster.yaml       tell everything that is wrong with the file\n"
    "  keepstate-provisioner plan -c cluster.yaml        what apply would do on this host, and why\n"
    "  keepstate-provisioner apply -c cluster.yaml       network, names and machines, until they are ready\n"
    "  keepstate-provisioner status -c cluster.yaml      how they are\n"
    "  keepstate-provisioner render -c cluster.yaml DIR  only the files, on any system\n"
    "COMMAND --help tells more of each.\n"
    "Exit codes: 0 all is well, 1 failed while running, 2 wrong usage or wrong cluster.yaml.";

void add_commands(CLI::App& app, command::Chosen& chosen) {
  command::add_check(app, chosen);
  command::add_plan(app, chosen);
  command::add_apply(app, chosen);
  command::add_status(app, chosen);
  command::add_logins(app, chosen);
  command::add_power(app, chosen);
  command::add_push(app, chosen);
  command::add_render(app, chosen);
  command::add_import(app, chosen);
  command::add_destroy(app, chosen);
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

base::ExitCode run(const std::vector<std::string>& arguments, const command::Surroundings& surroundings) {
  CLI::App app("Stands up the machines, names and routes of the cluster that a cluster.yaml describes.",
               "keepstate-provisioner");
  command::Chosen chosen;
  app.set_version_flag("--version", "keepstate-provisioner " KEEPSTATE_VERSION);
  app.footer(kFooter);
  app.require_subcommand(1);
  add_commands(app, chosen);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 takes them from the back
  } catch (const CLI::Success& success) {                                       // --help, --version
    app.exit(success, surroundings.streams.out, surroundings.streams.err);
    return base::kExitOk;
  } catch (const CLI::ParseError& error) {
    return wrong_usage(app, error, surroundings.streams.err);
  }
  return chosen.run(surroundings);
}

}  // namespace provisioner
