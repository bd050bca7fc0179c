#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <string>

#include "pki/commands.h"

int main(int argc, char** argv) {
  CLI::App app("Keys and certificates of a Kubernetes cluster, from its cluster.yaml.", "keepstate-pki");
  app.set_version_flag("--version", "keepstate-pki " KEEPSTATE_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  keepstate-pki init -c cluster.yaml --out pki    make the files in ./pki; a second run changes nothing\n"
      "  openssl x509 -in pki/kubernetes.pem -noout -text\n"
      "Exit codes: 0 done, 1 failed, 2 wrong command line or configuration.");

  pki::InitOptions options;
  CLI::App* init =
      app.add_subcommand("init", "Make the authority, the API server's and the administrator's certificate");
  init->add_option("-c,--config", options.config, "The cluster's description")->required()->type_name("FILE");
  init->add_option("-o,--out", options.folder, "Folder for the files; made with mode 0700 if it is missing")
      ->required()
      ->type_name("DIR")
      ->check([](const std::string& folder) { return folder.empty() ? "the folder's name is empty" : ""; });
  init->footer(
      "Files: ca.pem, kubernetes.pem, admin.pem, and the key of each in NAME-key.pem (mode 0600).\n"
      "A file that exists is never replaced.\n"
      "Example:\n"
      "  keepstate-pki init -c /etc/keepstate/cluster.yaml --out /etc/keepstate/pki");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? base::kExitOk : base::kExitUsage;
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return pki::init(options, now, {std::cout, std::cerr});
}
