#include "lb/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "lb/client/client_options.h"
#include "lib/base/exit_code.h"
#include "lib/cluster/spelling.h"

namespace lb {
namespace {

constexpr const char* kExamples = R"(
Examples:
  keepstate-lb run -c cluster.yaml
  keepstate-lb run --listen 0.0.0.0:6443 --backend 10.10.0.11:6443 --backend 10.10.0.12:6443,weight=2
  keepstate-lb check -c cluster.yaml
  keepstate-lb doctor -c cluster.yaml
  keepstate-lb ruleset --format ipfw -c cluster.yaml > /etc/ipfw.keepstate
  keepstate-lb status
  keepstate-lb drain controller-1 --reason "kernel update"
  keepstate-lb explain 10.10.0.77

What has no option here stands in cluster.yaml (docs/cluster_yaml.md), a listener's keys: profile, healthCheck, onDown,
passive, hedge, firstFlight, firstByte, retries, timeouts, slowStart, sticky, maxConnections, maxConnectionsPerSource,
allow, deny, rebalance. `profile: kube-apiserver` sets what API servers want. Beside the listeners: accessLog, a line a
session (docs/access_log.md).

Exit status: 0 all went well, 1 failed while running (no daemon was reached, doctor found a problem), 2 wrong command line
or configuration.)";

std::string log_level_of(base::Log::Level& level, const std::string& name) {
  const auto parsed = base::Log::parse_level(name);
  if (!parsed) return "unknown level '" + name + "'; known: debug, info, warn, error, off";
  level = *parsed;
  return {};
}

void add_run(CLI::App& app, Options& options) {
  CLI::App* const run = app.add_subcommand("run", "Serve: balance the listeners' connections over their backends");
  auto* const file = run->add_option("-c,--config", options.file, "cluster.yaml to read")->type_name("FILE");
  auto* const listen = run->add_option("--listen", options.listen, "Address of a single listener, instead of a file");
  listen->type_name("ADDRESS:PORT")->excludes(file);
  run->add_option("--backend", options.backends, "A backend of that listener; give it once for each")
      ->type_name("ADDRESS:PORT[,weight=N]")
      ->needs(listen)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  run->add_option("--policy", options.policy,
                  "How a backend is chosen: weighted-random, round-robin, least-connections, maglev")
      ->type_name("NAME")
      ->needs(listen);
  run->add_option("--workers", options.workers, "Worker threads; auto is one a core")->type_name("N|auto");
  run->add_option("--admin", options.admin, "Serve /metrics, /livez and /readyz here")->type_name("ADDRESS:PORT|none");
  run->add_option("--socket", options.socket, "Path of the control socket")->type_name("PATH|none");
  run->add_option("--pid-file", options.pid_file, "Names the process that serves, also after an upgrade")
      ->type_name("PATH");
  run->add_option_function<std::string>(
         "--log-level", [](const std::string&) {}, "debug (a line a session), info, warn, error or off")
      ->type_name("LEVEL")
      ->check([&options](const std::string& name) { return log_level_of(options.log_level, name); });
  run->callback([&options] { options.command = Options::Command::kRun; });
}

void add_check(CLI::App& app, Options& options) {
  CLI::App* const check = app.add_subcommand("check", "Tell everything that is wrong with a cluster.yaml");
  check->add_option("-c,--config", options.file, "cluster.yaml to read")->type_name("FILE")->required();
  check->callback([&options] { options.command = Options::Command::kCheck; });
}

void add_ruleset(CLI::App& app, Options& options) {
  CLI::App* const ruleset = app.add_subcommand("ruleset", "Print the firewall rules that do the same in the kernel");
  ruleset->add_option("-c,--config", options.file, "cluster.yaml to read")->type_name("FILE")->required();
  ruleset->add_option("--format", options.format, "Dialect of the rules: ipfw")
      ->type_name("NAME")
      ->capture_default_str();
  ruleset->callback([&options] { options.command = Options::Command::kRuleset; });
}

// What CLI11 would call an argument that was not expected.
std::string unknown_command(const CLI::App& app, std::string_view word) {
  std::vector<std::string> names;
  for (const CLI::App* const command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  if (word.starts_with('-') || std::ranges::count(names, word) > 0) return {};
  const std::vector<std::string_view> known(names.begin(), names.end());
  return fmt::format("keepstate-lb: unknown command '{}'{}; see --help\n", word, cluster::did_you_mean(word, known));
}

void add_doctor(CLI::App& app, Options& options) {
  CLI::App* const doctor =
      app.add_subcommand("doctor", "Tell what is wrong with this host and the cluster, and what to do");
  doctor->add_option("-c,--config", options.file, "cluster.yaml to read")->type_name("FILE")->required();
  doctor->add_option("--socket", options.socket, "Path of the daemon's control socket")->type_name("PATH|none");
  doctor->add_flag("--json", options.json, "As JSON, for programs");
  doctor->callback([&options] { options.command = Options::Command::kDoctor; });
}

}  // namespace

ParsedOptions parse_options(int argc, const char* const* argv) {
  Options options;
  CLI::App app("keepstate-lb: one address in front of several API servers", "keepstate-lb");
  app.set_version_flag("--version", "keepstate-lb " KEEPSTATE_VERSION);
  app.footer(kExamples);
  app.require_subcommand(0, 1);  // none is told below: CLI11 would not name a word that is no sub-command
  app.fallthrough(false);
  add_run(app, options);
  add_check(app, options);
  add_ruleset(app, options);
  add_doctor(app, options);
  client::add_client_commands(app, options.client, [&options] { options.command = Options::Command::kClient; });
  if (argc > 1) {
    if (std::string complaint = unknown_command(app, argv[1]); !complaint.empty()) {
      return {std::nullopt, base::kExitUsage, std::move(complaint)};
    }
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = app.exit(error, out, err);
    return {std::nullopt, code == 0 ? base::kExitOk : base::kExitUsage, code == 0 ? out.str() : err.str()};
  }
  if (app.get_subcommands().empty()) {
    return {std::nullopt, base::kExitUsage,
            "keepstate-lb: give a command: run, check, doctor, status, ...; see --help\n"};
  }
  if (options.command == Options::Command::kRun && options.file.empty() && options.listen.empty()) {
    return {std::nullopt, base::kExitUsage,
            "keepstate-lb run: give a cluster.yaml with -c FILE, or --listen and --backend\n"};
  }
  options.command_line.assign(argv, argv + argc);
  return {options, base::kExitOk, {}};
}

}  // namespace lb
