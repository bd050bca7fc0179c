#include "tests/demo/places.h"

#include <cerrno>
#include <span>

#include "tests/support/tcp.h"

namespace tests::demo {
namespace {

using base::fail;
using base::Failure;
using base::Result;
using base::SocketAddress;

constexpr std::uint16_t kApiPort = 6443;
constexpr std::uint16_t kAdminPort = 9440;
constexpr const char* kVip = "127.0.0.1";
constexpr std::array kMachines{"127.0.0.11", "127.0.0.12", "127.0.0.13"};
constexpr std::array kWeights{1U, 1U, 2U};
constexpr int kTries = 50;

SocketAddress at(const char* ip, std::uint16_t port) {
  return {base::IpAddress::parse(ip).value(), port};
}

// 0, or the errno of bind and listen.
int error_of_listening(const SocketAddress& address) {
  try {
    const auto socket = support::listen_on(address);
    return 0;
  } catch (const support::SocketError& error) {
    return error.error();
  }
}

// Linux answers on all of 127.0.0.0/8; FreeBSD and macOS only on what was configured.
bool has_all_of_loopback() {
  for (const char* machine : kMachines) {
    if (error_of_listening(at(machine, 0)) != 0) return false;
  }
  return true;
}

bool is_free(std::span<const char* const> ips, std::uint16_t port) {
  for (const char* ip : ips) {
    if (error_of_listening(at(ip, port)) != 0) return false;
  }
  return true;
}

Result<std::uint16_t> find_free(std::span<const char* const> ips) {
  for (int i = 0; i < kTries; ++i) {
    const std::uint16_t port = support::free_address(kVip).port();
    if (is_free(ips, port)) return port;
  }
  return fail("no port is free on all of the loopback addresses that the demo needs");
}

struct PortChoice {
  const char* what;
  const char* option;
  std::uint16_t usual;
  std::optional<std::uint16_t> wished;
  std::span<const char* const> ips;
};

Result<std::uint16_t> choose_port(const PortChoice& choice, std::vector<std::string>& remarks) {
  const std::uint16_t port = choice.wished.value_or(choice.usual);
  if (port == 0) return find_free(choice.ips);
  if (is_free(choice.ips, port)) return port;
  if (choice.wished) {
    return fail("port {} ({}) is taken; choose another by {} N, or 0 for a free one", port, choice.what, choice.option);
  }
  auto other = find_free(choice.ips);
  if (other) remarks.push_back(fmt::format("Port {} is taken, so {} is at port {}.", port, choice.what, *other));
  return other;
}

Result<SocketAddress> address_of_member(const char* machine, std::uint16_t port, bool all_of_loopback) {
  if (all_of_loopback) return at(machine, port);
  auto free = find_free(std::array{kVip});
  if (!free) return Failure(free.error());
  return at(kVip, *free);
}

}  // namespace

Result<Places> choose_places(const WishedPorts& wished) {
  Places places;
  const bool all_of_loopback = has_all_of_loopback();
  std::vector<const char*> api_ips{kVip};
  if (all_of_loopback) api_ips.insert(api_ips.end(), kMachines.begin(), kMachines.end());
  const auto api = choose_port({"the API's address", "--port", kApiPort, wished.api, api_ips}, places.remarks);
  if (!api) return Failure(api.error());
  const std::array admin_ips{kVip};
  const auto admin =
      choose_port({"the admin address", "--admin-port", kAdminPort, wished.admin, admin_ips}, places.remarks);
  if (!admin) return Failure(admin.error());
  if (*api == *admin) return fail("--port and --admin-port are both {}; they have to differ", *api);
  if (!all_of_loopback) places.remarks.emplace_back("This system has only 127.0.0.1: the servers differ by port.");

  places.vip = at(kVip, *api);
  places.admin = at(kVip, *admin);
  for (std::size_t i = 0; i < kMachines.size(); ++i) {
    const auto address = address_of_member(kMachines[i], *api, all_of_loopback);
    if (!address) return Failure(address.error());
    places.members.push_back({fmt::format("controller-{}", i), kMachines[i], *address, kWeights[i]});
  }
  return places;
}

std::string cluster_yaml(const Places& places, const std::string& socket) {
  std::string backends;
  std::string machines;
  for (const Member& member : places.members) {
    machines += fmt::format("    - {{name: {}, role: control-plane, address: {}, weight: {}}}\n", member.name,
                            member.machine, member.weight);
    // The machines at the API's port are the default; written down only where the servers are elsewhere.
    if (member.address.ip().to_string() == member.machine) continue;
    if (backends.empty()) backends = "        backends:\n";
    backends += fmt::format("          - {{address: \"{}\", weight: {}}}\n", member.address.to_string(), member.weight);
  }
  return fmt::format(R"(apiVersion: keepstate/v1
kind: Cluster
metadata: {{name: demo}}
spec:
  controlPlaneEndpoint: kubernetes.demo.home.arpa:{port}
  networking: {{podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24, dnsDomain: cluster.local}}
  loadBalancer:
    vip: {vip}
    admin: {{address: "{admin}"}}
    socket: {socket}
    listeners:
      - name: kube-apiserver
        policy: weighted-random
        healthCheck: {{type: tcp, interval: 1s, timeout: 1s, fall: 2, rise: 2}}
{backends}  machines:
{machines})",
                     fmt::arg("port", places.vip.port()), fmt::arg("vip", places.vip.ip().to_string()),
                     fmt::arg("admin", places.admin.to_string()), fmt::arg("socket", socket),
                     fmt::arg("backends", backends), fmt::arg("machines", machines));
}

}  // namespace tests::demo
