#include "pki/command/explain.h"

#include <memory>
#include <ostream>

#include "pki/command/opened_pki.h"
#include "pki/plan/explanation.h"
#include "pki/plan/names.h"
#include "pki/plan/rotation.h"

namespace pki::command {

base::ExitCode explain(const ExplainOptions& options, const Surroundings& surroundings) {
  const auto spec = load_spec(options.config, surroundings);
  if (!spec) return spec.error();
  if (const auto text = plan::explain_rotation_file(options.name)) {
    surroundings.streams.out << *text;
    return base::kExitOk;
  }
  const auto target = plan::resolve(*spec, options.name);
  if (!target) {
    fail(surroundings, target.error().message);
    return base::kExitUsage;
  }
  surroundings.streams.out << plan::explain(*spec, *target);
  return base::kExitOk;
}

void add_explain(CLI::App& app, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand("explain", "Tell why a file is there, and each name in it");
  const auto options = std::make_shared<ExplainOptions>();
  command->add_option("FILE", options->name, "kubernetes.pem, worker-0.kubeconfig, encryption-config.yaml ...")
      ->required();
  command->add_option("-c,--config", options->config, "The cluster's description")->required()->type_name("FILE");
  command->footer(
      "Example:\n"
      "  keepstate-pki explain kubernetes.pem -c cluster.yaml");
  command->callback([options, &chosen] {
    chosen.run = [options](const Surroundings& surroundings) { return explain(*options, surroundings); };
  });
}

}  // namespace pki::command
