// keepstate-chaos: three API servers fall ill in turn behind a balancer, and nobody may notice.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <map>

#include "lib/base/exit_code.h"
#include "lib/base/file_system.h"
#include "tests/chaos/chaos.h"

namespace {

using namespace tests::chaos;

struct Options {
  Subject lb_config = Subject::kKubeApiserver;
  std::string policy = Candidate{}.policy;
  bool haproxy = false;
  ScenarioKind scenario = ScenarioKind::kChaos;
  unsigned seconds = 120;
  std::uint64_t seed = 1;
  unsigned rss_mib = 4;
  bool measure_only = false;
  std::string json;
  std::vector<std::string> table;
};

int failed(const std::string& message) {
  fmt::print(stderr, "keepstate-chaos: {}\n", message);
  return base::kExitFailed;
}

// The other programs lie beside this one.
std::filesystem::path own_folder(const char* name) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return (error ? std::filesystem::absolute(name) : self).parent_path();
}

void describe(CLI::App& app, Options& options) {
  const std::map<std::string, Subject> configs{{"kube-apiserver", Subject::kKubeApiserver}, {"plain", Subject::kPlain}};
  const std::map<std::string, ScenarioKind> scenarios{
      {"chaos", ScenarioKind::kChaos}, {"quorum", ScenarioKind::kQuorum}, {"loss", ScenarioKind::kLoss}};
  app.footer(
      "Examples:\n  keepstate-chaos --seed 7\n  keepstate-chaos --scenario quorum\n"
      "  keepstate-chaos --haproxy --measure-only --json haproxy.json\n  keepstate-chaos --table lb.json haproxy.json\n"
      "Exit code: 0 every bound was kept, 1 one was broken or the run could not be made, 2 wrong usage.");
  app.set_version_flag("--version", KEEPSTATE_VERSION);
  app.add_option("--scenario", options.scenario, "chaos (one server at a time), quorum (20 s) or loss (30 s)")
      ->transform(CLI::CheckedTransformer(scenarios));
  app.add_option("--seconds", options.seconds, "How long chaos lasts (120)")->check(CLI::Range(15, 86'400));
  app.add_option("--seed", options.seed, "What draws the faults and their order (1)");
  app.add_option("--lb-config", options.lb_config, "kube-apiserver (the profile) or plain (TCP checks, no hedges)")
      ->transform(CLI::CheckedTransformer(configs));
  app.add_option("--policy", options.policy,
                 "keepstate-lb's policy (round-robin: each fault meets a third of the clients)");
  app.add_flag("--haproxy", options.haproxy, "Try HAProxy with kubeadm's settings instead of keepstate-lb");
  app.add_option("--rss-slack", options.rss_mib, "MiB that the balancer may have grown by in the end (4)");
  app.add_flag("--measure-only", options.measure_only, "Exit with 0 even where a bound is broken");
  app.add_option("--json", options.json, "Write the report to this file, too");
  app.add_option("--table", options.table, "Run nothing: print these reports side by side, in Markdown");
}

int print_table(const std::vector<std::string>& files) {
  std::vector<Report> reports;
  for (const std::string& file : files) {
    const auto content = base::read_file(file);
    if (!content) return failed(content.error().message);
    auto report = parse_report(*content);
    if (!report) return failed(file + ": " + report.error().message);
    reports.push_back(std::move(*report));
  }
  fmt::print("{}", table_of(reports));
  return base::kExitOk;
}

int run(const Options& options, const std::filesystem::path& folder) {
  const tests::support::Interrupts interrupts;
  const auto programs = tests::support::Programs::in(folder);
  if (!programs) return failed(programs.error().message);
  ChaosSettings settings{{options.haproxy ? Subject::kHaproxy : options.lb_config, options.policy},
                         options.seed,
                         make_scenario(options.scenario, options.seed, std::chrono::seconds{options.seconds})};
  constexpr std::size_t kKibInMib = 1024;
  settings.scenario.bounds.rss_kib = options.rss_mib * kKibInMib;
  Chaos chaos(*programs, std::move(settings), interrupts);
  const auto report = chaos.run();
  if (!report) return failed(report.error().message);
  fmt::print("\n{}", text_of(*report));
  if (!options.json.empty()) {
    if (auto written = base::write_file(options.json, json_of(*report), 0644); !written) {
      return failed(written.error().message);
    }
  }
  return report->broken.empty() || options.measure_only ? base::kExitOk : base::kExitFailed;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Three API servers fall ill in turn behind a balancer, and nobody may notice. Linux, root.",
               "keepstate-chaos");
  Options options;
  describe(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? base::kExitOk : base::kExitUsage;
  }
  if (!options.table.empty()) return print_table(options.table);
  return run(options, own_folder(argv[0]));
}
