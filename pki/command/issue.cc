#include "pki/command/issue.h"

#include <fmt/format.h>

#include <memory>

#include "pki/command/apply.h"
#include "pki/command/new_passphrase.h"
#include "pki/command/opened_pki.h"
#include "pki/plan/plan_issue.h"

namespace pki::command {

base::ExitCode issue(const IssueOptions& options, const Surroundings& surroundings) {
  auto spec = load_spec(options.folder.config, surroundings);
  if (!spec) return spec.error();
  const auto target = plan::resolve(*spec, options.name);
  if (!target) {
    fail(surroundings, target.error().message);
    return base::kExitUsage;
  }
  if (options.loss == plan::Loss::kAccept && !plan::can_be_lost(*target)) {
    fail(surroundings, fmt::format("--anew is for service-account and encryption-config alone; {} can be made again at "
                                   "any time",
                                   target->file));
    return base::kExitUsage;
  }
  auto pki = open_pki(std::move(*spec), options.folder, Access::kMake, "issue", surroundings);
  if (!pki) return pki.error();
  const auto steps =
      plan::plan_issue(pki->spec, pki->contents.inventory, {surroundings.now, {}}, *target, options.loss);
  if (!steps) return refuse(steps.error(), *pki, surroundings);
  const auto passphrase = new_passphrase(*steps, options.folder.passphrase_file, false, surroundings);
  if (!passphrase) return fail(surroundings, passphrase.error().message, kNothingChanged);
  return apply(*steps, *pki, options.folder, *passphrase ? &**passphrase : nullptr, Telling::kChangedFiles,
               surroundings);
}

void add_issue(CLI::App& app, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand("issue", "Make one certificate, kubeconfig or key that is missing");
  const auto options = std::make_shared<IssueOptions>();
  command->add_option("NAME", options->name, "worker-0, kubernetes.pem, admin.kubeconfig, encryption-config ...")
      ->required();
  add_folder_options(*command, options->folder);
  add_passphrase_option(*command, options->folder);
  command->add_flag_callback(
      "--anew", [options] { options->loss = plan::Loss::kAccept; },
      "A service-account pair or encryption-config.yaml that is lost for good: make another, and give up what the old "
      "one signed or encrypted");
  command->footer(
      "A certificate is made with its key, if that is missing, and with the kubeconfigs that embed it. What is there "
      "is\n"
      "not replaced.\n"
      "Examples:\n"
      "  keepstate-pki issue worker-3 -c cluster.yaml --out pki\n"
      "  keepstate-pki issue encryption-config --anew -c cluster.yaml --out pki     etcd holds nothing encrypted, or "
      "its "
      "key\n"
      "                                                                             is lost for good");
  command->callback([options, &chosen] {
    chosen.run = [options](const Surroundings& surroundings) { return issue(*options, surroundings); };
  });
}

}  // namespace pki::command
