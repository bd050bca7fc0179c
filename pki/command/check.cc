#include "pki/command/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <ostream>

#include "lib/base/file_system.h"
#include "pki/command/opened_pki.h"
#include "pki/output/expiry_text.h"
#include "pki/plan/expiry.h"

namespace pki::command {
namespace {

using plan::ExpiryState;

constexpr mode_t kMetricsMode = 0644;  // node_exporter runs as somebody else

bool is_wrong(const plan::Expiry& row) {
  return row.state == ExpiryState::kEnding || row.state == ExpiryState::kEnded ||
         row.state == ExpiryState::kNotYetValid;
}

}  // namespace

base::ExitCode check(const CheckOptions& options, const Surroundings& surroundings) {
  const auto pki = open_pki(options.folder, Access::kRead, "check", surroundings);
  if (!pki) return pki.error();
  const auto all = plan::expiries(pki->spec, pki->contents.inventory, surroundings.now, options.within);
  const bool none =
      std::all_of(all.begin(), all.end(), [](const plan::Expiry& row) { return row.state == ExpiryState::kMissing; });
  if (none) {
    return fail(surroundings, fmt::format("there is no certificate in {}; give --out the folder that init has filled",
                                          pki->store.folder().string()));
  }
  surroundings.streams.out << (options.json ? output::expiry_json(all, surroundings.now, options.within)
                                            : output::expiry_table(all, surroundings.now));
  if (!options.metrics.empty()) {
    const auto text = output::expiry_metrics(all, surroundings.now);
    if (const auto written = base::write_file(options.metrics, text, kMetricsMode); !written) {
      return fail(surroundings, written.error().message);
    }
  }
  return std::any_of(all.begin(), all.end(), is_wrong) ? base::kExitFailed : base::kExitOk;
}

void add_check(CLI::App& app, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand("check", "Tell when each certificate ends; exit code 1 when one is due");
  const auto options = std::make_shared<CheckOptions>();
  add_folder_options(*command, options->folder);
  add_within_option(*command, options->within, "What ends so soon makes the exit code 1");
  command->add_flag("--json", options->json, "One JSON object instead of a table");
  command->add_option("--metrics", options->metrics, "Also write a file for node_exporter's textfile collector")
      ->type_name("FILE");
  command->footer(
      "Certificates in kubeconfigs and every authority in ca.pem are told too.\n"
      "Examples:\n"
      "  keepstate-pki check -c cluster.yaml --out pki --within 60d\n"
      "  keepstate-pki check -c cluster.yaml --out pki --metrics /var/lib/node_exporter/keepstate_pki.prom");
  command->callback([options, &chosen] {
    chosen.run = [options](const Surroundings& surroundings) { return check(*options, surroundings); };
  });
}

}  // namespace pki::command
