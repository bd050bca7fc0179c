// keepstate-test-api-server: a stand-in for kube-apiserver that the demo and the tests start, torment, kill and start
// again.
#include <fmt/core.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "lib/base/exit_code.h"
#include "tests/support/api_server/api_server.h"

namespace {

int failed(base::ExitCode code, const std::string& message) {
  fmt::print(stderr, "keepstate-test-api-server: {}\n", message);
  return code;
}

void use_all_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

using tests::support::ApiServer;
using tests::support::Conduct;

// SIGTERM and SIGINT end the process; the others say how it is to behave from now on. All are blocked in every thread,
// so that only the one that waits for them sees them.
constexpr std::array kSignals{SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2};

sigset_t block_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : kSignals) ::sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

[[noreturn]] void obey(const sigset_t& signals, ApiServer& server) {
  while (true) {
    int signal = 0;
    ::sigwait(&signals, &signal);
    switch (signal) {
      case SIGHUP:
        server.set_conduct(Conduct::kUsual);
        break;
      case SIGUSR1:
        server.set_conduct(Conduct::kSlow);
        break;
      case SIGUSR2:
        server.set_conduct(Conduct::kGarbage);
        break;
      default:
        std::_Exit(base::kExitOk);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A stand-in for kube-apiserver: /livez /readyz /version /watch over TLS.", "keepstate-test-api-server");
  app.footer("SIGUSR1: answer late from now on. SIGUSR2: answer in plain text. SIGHUP: as usual again.");
  tests::support::ApiServerOptions options;
  std::string listen;
  app.add_option("--listen", listen, "Address to listen on; port 0: a free one")->required();
  app.add_option("--cert", options.certificate, "Certificate, PEM")->required();
  app.add_option("--key", options.key, "Its key, PEM")->required();
  app.add_option("--name", options.name, "Name told by /version")->required();
  app.add_option("--client-ca", options.client_ca, "Ask clients for a certificate of this CA");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? base::kExitOk : base::kExitUsage;
  }
  const auto address = base::SocketAddress::parse(listen);
  if (!address) return failed(base::kExitUsage, address.error().message);
  options.listen = *address;

  const sigset_t signals = block_signals();
  ::signal(SIGPIPE, SIG_IGN);
  use_all_descriptors();
  auto server = tests::support::ApiServer::start(options);
  if (!server) return failed(base::kExitFailed, server.error().message);
  std::thread([signals, served = server->get()] { obey(signals, *served); }).detach();
  fmt::print("ready {}\n", (*server)->address().to_string());
  std::fflush(stdout);
  (*server)->serve();
}
