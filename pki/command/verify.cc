#include "pki/command/verify.h"

#include <fmt/format.h>

#include <memory>
#include <ostream>

#include "pki/command/opened_pki.h"
#include "pki/output/server_report.h"

namespace pki::command {
namespace {

constexpr int kLongestPatience = 600;  // seconds

void tell(const output::ServerReport& report, const std::string& server, const std::string& protocol,
          std::ostream& out) {
  out << fmt::format("{} shows, by {}:\n", server, protocol);
  for (const auto& line : report.shown) out << "  " << line << '\n';
  for (const auto& finding : report.findings) out << (finding.sound ? "ok    " : "WRONG ") << finding.text << '\n';
}

}  // namespace

base::ExitCode verify(const VerifyOptions& options, const Surroundings& surroundings) {
  const auto server = base::HostPort::parse(options.server);
  if (!server) {
    fail(surroundings, fmt::format("--server {}", server.error().message));
    return base::kExitUsage;
  }
  const auto pki = open_pki(options.folder, Access::kRead, "verify", surroundings);
  if (!pki) return pki.error();
  const std::string name = options.name.empty() ? server->host : options.name;
  const auto answer = crypto::ask_server({*server, name, options.patience});
  if (!answer) return fail(surroundings, answer.error().message);
  const auto report = output::judge_server(*answer, pki->spec, pki->contents, {name, surroundings.now, options.within});
  if (!report) return fail(surroundings, report.error().message);
  tell(*report, server->to_string(), answer->protocol, surroundings.streams.out);
  return report->sound() ? base::kExitOk : base::kExitFailed;
}

void add_verify(CLI::App& app, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand("verify", "Hold what a live server shows against the folder");
  const auto options = std::make_shared<VerifyOptions>();
  command->add_option("--server", options->server, "Where it listens: an API server, etcd, a kubelet")
      ->required()
      ->type_name("HOST:PORT");
  command->add_option("--name", options->name, "The name or address by which clients reach it (default: HOST)");
  add_folder_options(*command, options->folder);
  add_within_option(*command, options->within, "What ends so soon is wrong");
  command
      ->add_option_function<int>(
          "--timeout", [options](int seconds) { options->patience = std::chrono::seconds(seconds); },
          "Seconds that the server may take (default: 10)")
      ->check(CLI::Range(1, kLongestPatience))
      ->type_name("SECONDS");
  command->footer(
      "Tells whether clients trust it, whether it is the folder's certificate or one from before the last renewal,\n"
      "whether a name is lacking, and when it ends. No key is used: the server sees a stranger.\n"
      "Examples:\n"
      "  keepstate-pki verify --server 10.10.0.11:6443 --name 10.10.0.1 -c cluster.yaml --out pki\n"
      "  keepstate-pki verify --server 10.10.0.11:2379 -c cluster.yaml --out pki        etcd\n"
      "  keepstate-pki verify --server 10.10.0.21:10250 -c cluster.yaml --out pki       a kubelet");
  command->callback([options, &chosen] {
    chosen.run = [options](const Surroundings& surroundings) { return verify(*options, surroundings); };
  });
}

}  // namespace pki::command
