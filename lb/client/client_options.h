// The commands that talk to a running daemon, as sub-commands of keepstate-lb.
#pragma once

#include <functional>

#include "lb/client/orders.h"

namespace CLI {  // NOLINT(readability-identifier-naming): that of CLI11
class App;
}

namespace lb::client {

// `chosen` is called when one of them stands on the command line; `options` holds it then. Both outlive the parsing.
void add_client_commands(CLI::App& app, ClientOptions& options, const std::function<void()>& chosen);

}  // namespace lb::client
