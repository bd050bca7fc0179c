// What an operator orders on the command line, and how it is carried out: one or two questions to the running daemon,
// and text for the terminal. One thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace lb::client {

struct ClientOptions {
  enum class Order {
    kStatus,
    kBackends,
    kSessions,
    kDrain,
    kUndrain,
    kMaintenance,
    kWeight,
    kReload,
    kUpgrade,
    kExplain
  };

  Order order = Order::kStatus;
  std::string backend;                // NAME of drain, undrain, maintenance, weight
  std::string weight;                 // a number, or "default"
  std::string reason;                 // of drain and maintenance; "": none is given
  std::string client;                 // the address that explain is about
  std::string listener;               // and at which listener; "": all
  std::optional<std::size_t> limit;   // of sessions
  std::optional<std::string> socket;  // where the daemon is; unset: `file` says it, else the default place
  std::string file;                   // a cluster.yaml; "": none
  bool json = false;                  // the answer as it is
};

struct Outcome {
  int code = 0;  // base::ExitCode
  std::string out{};
  std::string err{};
};

[[nodiscard]] Outcome carry_out(const ClientOptions& options);

}  // namespace lb::client
