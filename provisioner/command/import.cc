#include "provisioner/command/import.h"

#include <ostream>

#include "provisioner/command/machines_txt.h"

namespace provisioner::command {

base::ExitCode import_machines(const std::filesystem::path& list, const Surroundings& surroundings) {
  const Streams& streams = surroundings.streams;
  const auto file = surroundings.host.read(list);
  if (!file) return failed(file.error(), streams.err);
  if (!*file) {
    streams.err << "keepstate-provisioner: " << list.string() << " is not there\n";
    return base::kExitUsage;
  }
  const auto yaml = cluster_yaml_of((*file)->content, list.string());
  if (!yaml) {
    streams.err << yaml.error().message << "\n";
    return base::kExitUsage;
  }
  streams.out << *yaml;
  return base::kExitOk;
}

void add_import(CLI::App& app, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand(
      "import", "Print a cluster.yaml made of machines.txt (a line a machine: ADDRESS FQDN HOST [POD-NETWORK])");
  const auto list = std::make_shared<std::filesystem::path>();
  command->add_option("file", *list, "The list")->type_name("FILE")->required();
  command->callback([&chosen, list] {
    chosen.run = [list](const Surroundings& surroundings) { return import_machines(*list, surroundings); };
  });
}

}  // namespace provisioner::command
