#include "pki/commands.h"

#include <CLI/CLI.hpp>
#include <ostream>
#include <string_view>

#include "lib/cluster/spelling.h"
#include "pki/command/bundle.h"
#include "pki/command/check.h"
#include "pki/command/command_line.h"
#include "pki/command/explain.h"
#include "pki/command/init.h"
#include "pki/command/inspect.h"
#include "pki/command/issue.h"
#include "pki/command/kubeconfig.h"
#include "pki/command/plan.h"
#include "pki/command/renew.h"
#include "pki/command/rotate.h"
#include "pki/command/verify.h"

namespace pki {
namespace {

void add_commands(CLI::App& app, command::Chosen& chosen) {
  command::add_init(app, chosen);
  command::add_plan(app, chosen);
  command::add_issue(app, chosen);
  command::add_renew(app, chosen);
  command::add_check(app, chosen);
  command::add_inspect(app, chosen);
  command::add_explain(app, chosen);
  command::add_kubeconfig(app, chosen);
  command::add_bundle(app, chosen);
  command::add_verify(app, chosen);
  command::add_rotations(app, chosen);
}

void describe(CLI::App& app) {
  app.set_version_flag("--version", "keepstate-pki " KEEPSTATE_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  keepstate-pki init -c cluster.yaml --out pki     make all files in ./pki; a second run changes nothing\n"
      "  keepstate-pki plan -c cluster.yaml --out pki     what a change of cluster.yaml means, and why\n"
      "  keepstate-pki renew -c cluster.yaml --out pki    what ends within 30 days\n"
      "  keepstate-pki check -c cluster.yaml --out pki    when each certificate ends\n"
      "COMMAND --help tells more of each.\n"
      "Exit codes: 0 done, 1 failed, or check found something due, 2 wrong command line or configuration.");
}

// CLI11 would only say that it did not expect the word.
std::string misspelt_command(const CLI::App& app, const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front().starts_with('-')) return "";
  std::vector<std::string> names;
  for (const CLI::App* const command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  if (std::find(names.begin(), names.end(), arguments.front()) != names.end()) return "";
  const std::vector<std::string_view> known(names.begin(), names.end());
  return fmt::format("keepstate-pki: there is no command '{}'{}; keepstate-pki --help lists them\n", arguments.front(),
                     cluster::did_you_mean(arguments.front(), known));
}

// The command that was chosen, or the program itself.
const CLI::App& chosen_of(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : *chosen.front();
}

// CLI11 complains about what is missing first, but a misspelt word is mostly the reason for that.
std::string complaint(const CLI::App& app, const CLI::ParseError& error) {
  const auto unknown = app.remaining(true);
  if (unknown.empty()) return error.what();
  std::vector<std::string> words;
  for (const CLI::Option* const option : chosen_of(app).get_options()) {
    for (const auto& name : option->get_lnames()) words.push_back("--" + name);
  }
  const std::vector<std::string_view> known(words.begin(), words.end());
  return fmt::format("'{}' is not known here{}", unknown.front(), cluster::did_you_mean(unknown.front(), known));
}

base::ExitCode wrong_usage(const CLI::App& app, const CLI::ParseError& error, std::ostream& err) {
  const CLI::App& chosen = chosen_of(app);
  const std::string name = &chosen == &app ? "" : " " + chosen.get_name();
  err << fmt::format("keepstate-pki: {}; keepstate-pki{} --help tells more\n", complaint(app, error), name);
  return base::kExitUsage;
}

// What nobody got is no success: a full disk, a pipe whose reader has gone.
base::ExitCode with_output_told(base::ExitCode code, const command::Surroundings& surroundings) {
  if (surroundings.streams.out.flush() || code != base::kExitOk) return code;
  surroundings.streams.err
      << "keepstate-pki: what is told here could not be written to standard output: its disk is full, "
         "or nobody reads it\n";
  return base::kExitFailed;
}

}  // namespace

base::ExitCode run(const std::vector<std::string>& arguments, const command::Surroundings& surroundings) {
  CLI::App app("Every key, certificate and kubeconfig of a Kubernetes cluster, from its cluster.yaml.",
               "keepstate-pki");
  command::Chosen chosen;
  describe(app);
  add_commands(app, chosen);
  if (const auto fault = misspelt_command(app, arguments); !fault.empty()) {
    surroundings.streams.err << fault;
    return base::kExitUsage;
  }
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 takes them from the back
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return wrong_usage(app, error, surroundings.streams.err);
    app.exit(error, surroundings.streams.out, surroundings.streams.err);  // --help, --version
    return with_output_told(base::kExitOk, surroundings);
  }
  return with_output_told(chosen.run(surroundings), surroundings);
}

}  // namespace pki
