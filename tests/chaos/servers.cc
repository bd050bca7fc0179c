#include "tests/chaos/servers.h"

#include <csignal>

namespace tests::chaos {
namespace {

using base::Failure;
using base::Result;

constexpr std::chrono::milliseconds kAdminPatience{5000};

}  // namespace

Result<Servers> Servers::start(const support::Programs& programs, const Network& network,
                               const support::CertificateFiles& files) {
  auto admin = support::TlsClient::make(files.ca(), Network::vip().ip().to_string());
  if (!admin) return Failure(admin.error());
  Servers servers(programs, network, files, std::move(*admin));
  for (std::size_t i = 0; i < kServers; ++i) {
    auto process = servers.start_one(i);
    if (!process) return Failure(process.error());
    servers.processes_.push_back(std::move(*process));
  }
  return servers;
}

std::vector<std::string> Servers::names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kServers; ++i) names.push_back(name_of(i));
  return names;
}

Result<base::Subprocess> Servers::start_one(std::size_t i) const {
  const support::Visit visit(network_.server(i));
  auto server = programs_.start_api_server(name_of(i), Network::address_of_server(i), files_);
  if (!server) return Failure(server.error());
  return std::move(server->process);
}

Result<void> Servers::send_signal(std::size_t i, int signal) {
  return processes_.at(i).send_signal(signal);
}

Result<void> Servers::kill(std::size_t i) {
  if (auto sent = send_signal(i, SIGKILL); !sent) return sent;
  processes_.at(i).wait();
  return {};
}

Result<void> Servers::start_again(std::size_t i) {
  auto process = start_one(i);
  if (!process) return Failure(process.error());
  processes_.at(i) = std::move(*process);
  return {};
}

Result<void> Servers::set_ready_status(int status) const {
  for (std::size_t i = 0; i < kServers; ++i) {
    for (const char* path : {"/admin/readyz", "/admin/healthz"}) {
      const auto done =
          admin_.get(Network::address_of_server(i), fmt::format("{}?status={}", path, status), kAdminPatience);
      if (!done) return Failure(done.error());
    }
  }
  return {};
}

}  // namespace tests::chaos
