#include "lb/client/client_options.h"

#include <CLI/CLI.hpp>
#include <string>

namespace lb::client {
namespace {

using Order = ClientOptions::Order;

constexpr std::size_t kMostSessions = 1000;

// Where the options and the callback of one set of commands are.
struct Setting {
  CLI::App& app;
  ClientOptions& options;
  const std::function<void()>& chosen;
};

// A command with the options that all of them have.
CLI::App& add_command(const Setting& to, const std::string& name, Order order, const std::string& description) {
  CLI::App* const command = to.app.add_subcommand(name, description);
  auto* const file = command->add_option("-c,--config", to.options.file, "cluster.yaml that names the control socket")
                         ->type_name("FILE");
  command->add_option("--socket", to.options.socket, "Path of the daemon's control socket")
      ->type_name("PATH")
      ->excludes(file);
  command->add_flag("--json", to.options.json, "Print the answer of the admin API as it is");
  command->callback([&options = to.options, chosen = to.chosen, order] {
    options.order = order;
    chosen();
  });
  return *command;
}

CLI::App& add_backend_command(const Setting& to, const std::string& name, Order order, const std::string& description) {
  CLI::App& command = add_command(to, name, order, description);
  command.add_option("NAME", to.options.backend, "BACKEND, or LISTENER/BACKEND where several have one of that name")
      ->required();
  return command;
}

void add_reason(CLI::App& command, ClientOptions& options) {
  command.add_option("--reason", options.reason, "Why: shown by status and written to the log")->type_name("TEXT");
}

}  // namespace

void add_client_commands(CLI::App& app, ClientOptions& options, const std::function<void()>& chosen) {
  const Setting to{app, options, chosen};
  add_command(to, "status", Order::kStatus, "Show what the running daemon does");
  add_command(to, "backends", Order::kBackends, "Show its backends");
  add_command(to, "sessions", Order::kSessions, "Show its sessions, the longest first")
      .add_option("--limit", options.limit, "How many (100)")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, kMostSessions));
  add_reason(add_backend_command(to, "drain", Order::kDrain, "No new sessions for a backend while another one is up"),
             options);
  add_backend_command(to, "undrain", Order::kUndrain, "End a drain or a maintenance: the health checks count again");
  add_reason(add_backend_command(to, "maintenance", Order::kMaintenance, "No new sessions for a backend, ever"),
             options);
  add_backend_command(to, "weight", Order::kWeight,
                      "Give a backend another weight, until the file gives another one than before")
      .add_option("N", options.weight, "0 to 65535, or default for the file's")
      ->required();
  CLI::App& explain =
      add_command(to, "explain", Order::kExplain, "Tell which backend a client's next session gets, and why");
  explain.add_option("CLIENT-IP", options.client, "Its address")->required();
  explain.add_option("--listener", options.listener, "At this listener alone")->type_name("NAME");
  add_command(to, "reload", Order::kReload, "Read the file again; a wrong one changes nothing");
  add_command(to, "upgrade", Order::kUpgrade, "Hand over to the newly installed program without losing a connection");
}

}  // namespace lb::client
