#include "pki/command/init.h"

#include <memory>

#include "pki/command/apply.h"
#include "pki/command/new_passphrase.h"
#include "pki/command/opened_pki.h"
#include "pki/plan/plan_init.h"

namespace pki::command {

base::ExitCode init(const InitOptions& options, const Surroundings& surroundings) {
  auto pki = open_pki(options.folder, Access::kMake, "init", surroundings);
  if (!pki) return pki.error();
  const auto steps = plan::plan_init(pki->spec, pki->contents.inventory, {surroundings.now, {}});
  if (!steps) return refuse(steps.error(), *pki, surroundings);
  const auto passphrase = new_passphrase(*steps, options.folder.passphrase_file, options.ask_passphrase, surroundings);
  if (!passphrase) return fail(surroundings, passphrase.error().message, kNothingChanged);
  return apply(*steps, *pki, options.folder, *passphrase ? &**passphrase : nullptr, Telling::kAllFiles, surroundings);
}

void add_init(CLI::App& app, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand("init", "Make all that is missing; replace nothing");
  const auto options = std::make_shared<InitOptions>();
  add_folder_options(*command, options->folder);
  add_passphrase_option(*command, options->folder);
  command->add_flag("--ask-ca-passphrase", options->ask_passphrase,
                    "Put a new ca-key.pem under a passphrase that is asked for on the terminal");
  command->footer(
      "Makes the authority, every component's key and certificate, the kubeconfigs and encryption-config.yaml.\n"
      "Keys have mode 0600, a new folder has mode 0700. A file that is there is never replaced: a second run changes\n"
      "nothing and says so. With --ca-passphrase-file a new ca-key.pem is put under that passphrase.\n"
      "Example:\n"
      "  keepstate-pki init -c /etc/keepstate/cluster.yaml --out /etc/keepstate/pki");
  command->callback([options, &chosen] {
    chosen.run = [options](const Surroundings& surroundings) { return init(*options, surroundings); };
  });
}

}  // namespace pki::command
