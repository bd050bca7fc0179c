#include "lb/options.h"

#include <CLI/CLI.hpp>
#include <sstream>

#include "lib/base/exit_code.h"

namespace lb {
namespace {

constexpr const char* kExamples = R"(
Examples:
  keepstate-lb run -c cluster.yaml
  keepstate-lb run --listen 0.0.0.0:6443 --backend 10.10.0.11:6443 --backend 10.10.0.12:6443,weight=2
  keepstate-lb check -c cluster.yaml
  keepstate-lb ruleset --format ipfw -c cluster.yaml > /etc/ipfw.keepstate

What has no option here stands in cluster.yaml (docs/cluster_yaml.md), a listener's keys: profile, healthCheck, onDown,
passive, hedge, firstFlight, firstByte, retries, timeouts, slowStart, sticky, maxConnections, maxConnectionsPerSource,
allow, deny, rebalance. `profile: kube-apiserver` sets what API servers want.

Exit status: 0 all went well, 1 failed while running, 2 wrong command line or configuration.)";

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
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = app.exit(error, out, err);
    return {std::nullopt, code == 0 ? base::kExitOk : base::kExitUsage, code == 0 ? out.str() : err.str()};
  }
  if (app.get_subcommands().empty()) {
    return {std::nullopt, base::kExitUsage, "keepstate-lb: give a command: run, check or ruleset; see --help\n"};
  }
  if (options.command == Options::Command::kRun && options.file.empty() && options.listen.empty()) {
    return {std::nullopt, base::kExitUsage,
            "keepstate-lb run: give a cluster.yaml with -c FILE, or --listen and --backend\n"};
  }
  return {options, base::kExitOk, {}};
}

}  // namespace lb
