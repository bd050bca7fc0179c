#include "pki/command/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <ostream>

#include "pki/command/apply.h"
#include "pki/command/opened_pki.h"
#include "pki/plan/plan_init.h"
#include "pki/plan/roll_out.h"

namespace pki::command {
namespace {

struct Row {
  std::string file;
  std::string_view what;
  std::string why;
};

std::string_view word_of(plan::Weight weight) {
  switch (weight) {
    case plan::Weight::kRemark:
      return "note";
    case plan::Weight::kMake:
      return "make";
    case plan::Weight::kDue:
    case plan::Weight::kBroken:
      return "renew";
    case plan::Weight::kOperator:
      return "stop";
  }
  return "";
}

bool has_row(const std::vector<Row>& rows, const std::string& file) {
  return std::any_of(rows.begin(), rows.end(), [&](const Row& row) { return row.file == file; });
}

std::vector<Row> rows_of(const std::vector<plan::Assessment>& all, const plan::Steps& steps) {
  std::vector<Row> rows;
  for (const auto& assessment : all) {
    for (const auto& reason : assessment.reasons)
      rows.push_back({assessment.file, word_of(reason.weight), reason.text});
  }
  for (const auto& step : steps.kubeconfigs) {
    if (step.file == plan::Action::kKeep || has_row(rows, step.spec.file)) continue;
    rows.push_back({step.spec.file, "renew", fmt::format("it embeds {}.pem, which changes", step.spec.certificate)});
  }
  return rows;
}

std::size_t count(const std::vector<Row>& rows, std::string_view what) {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [&](const Row& row) { return row.what == what; }));
}

void tell_rows(const std::vector<Row>& rows, std::ostream& out) {
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row.file.size());
  for (const auto& row : rows) out << fmt::format("{:<{}}  {:<5}  {}\n", row.file, width, row.what, row.why);
}

// What stays to be said: which command does it.
void tell_remedies(const std::vector<Row>& rows, const OpenedPki& pki, std::ostream& out) {
  if (rows.empty()) {
    out << fmt::format("nothing to do: all {} files in {} are as they should be\n", pki.spec.files().size(),
                       pki.store.folder().string());
    return;
  }
  if (count(rows, "make") > 0) out << "`keepstate-pki init` makes what is missing\n";
  if (count(rows, "renew") > 0) out << "`keepstate-pki renew` renews the rest\n";
  if (count(rows, "stop") > 0) out << "what says stop has to be mended by you first\n";
}

}  // namespace

base::ExitCode plan(const PlanOptions& options, const Surroundings& surroundings) {
  const auto pki = open_pki(options.folder, Access::kRead, "plan", surroundings);
  if (!pki) return pki.error();
  const plan::Moment moment{surroundings.now, options.within};
  const auto& inventory = pki->contents.inventory;
  const auto steps = plan::plan_all(pki->spec, inventory, moment);
  const auto rows = rows_of(plan::assess(pki->spec, inventory, moment), steps);
  std::ostream& out = surroundings.streams.out;
  tell_rows(rows, out);
  tell_remedies(rows, *pki, out);
  out << plan::roll_out_text(steps.changed_files(), pki->spec);
  return count(rows, "stop") > 0 ? base::kExitFailed : base::kExitOk;
}

void add_plan(CLI::App& app, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand("plan", "Tell what would be made or renewed, and why; change nothing");
  const auto options = std::make_shared<PlanOptions>();
  add_folder_options(*command, options->folder);
  add_within_option(*command, options->within, "What ends so soon would be renewed");
  command->footer(
      "Run it after each change of cluster.yaml: it tells which certificates and kubeconfigs the change makes wrong, "
      "and\n"
      "which services are to be restarted on which machine.\n"
      "Example:\n"
      "  keepstate-pki plan -c cluster.yaml --out pki");
  command->callback([options, &chosen] {
    chosen.run = [options](const Surroundings& surroundings) { return plan(*options, surroundings); };
  });
}

}  // namespace pki::command
