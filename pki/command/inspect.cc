#include "pki/command/inspect.h"

#include <memory>
#include <ostream>

#include "pki/command/opened_pki.h"
#include "pki/output/inspect.h"

namespace pki::command {

base::ExitCode inspect(const std::filesystem::path& file, const Surroundings& surroundings) {
  const auto text = output::inspect_file(file, surroundings.now);
  if (!text) return fail(surroundings, text.error().message);
  surroundings.streams.out << *text;
  return base::kExitOk;
}

void add_inspect(CLI::App& app, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand("inspect", "Tell what a file says, without its secrets");
  const auto file = std::make_shared<std::filesystem::path>();
  command->add_option("FILE", *file, "A certificate, key, kubeconfig or encryption configuration")->required();
  command->footer(
      "Needs no cluster.yaml; any tool may have made the file.\n"
      "Example:\n"
      "  keepstate-pki inspect pki/worker-0.kubeconfig");
  command->callback([file, &chosen] {
    chosen.run = [file](const Surroundings& surroundings) { return inspect(*file, surroundings); };
  });
}

}  // namespace pki::command
