#include "tests/chaos/balancer.h"

#include <chrono>

#include "lib/base/file_system.h"
#include "tests/chaos/network.h"
#include "tests/chaos/servers.h"
#include "tests/support/tcp.h"

namespace tests::chaos {
namespace {

using base::fail;
using base::Failure;
using base::Result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kStartsWithin{10'000};
constexpr milliseconds kBetweenLooks{20};

// What is between a listener with the profile and one without stands here and nowhere else.
std::string listener_keys(Subject subject, const std::filesystem::path& folder) {
  if (subject == Subject::kPlain) return "        healthCheck: {type: tcp}\n";
  return fmt::format("        profile: kube-apiserver\n        healthCheck: {{caFile: {}, serverName: kubernetes}}\n",
                     certificates_in(folder).ca().string());
}

}  // namespace

std::string name_of(const Candidate& candidate) {
  switch (candidate.subject) {
    case Subject::kKubeApiserver:
      return "keepstate-lb";
    case Subject::kPlain:
      return "keepstate-lb, no profile";
    case Subject::kHaproxy:
      return "HAProxy, kubeadm's settings";
  }
  return "?";
}

std::string cluster_yaml(const Candidate& candidate, const std::filesystem::path& folder) {
  std::string machines;
  for (std::size_t i = 0; i < kServers; ++i) {
    machines += fmt::format("    - {{name: {}, role: control-plane, address: {}}}\n", Servers::name_of(i),
                            Network::address_of_server(i).ip().to_string());
  }
  return fmt::format(R"(apiVersion: keepstate/v1
kind: Cluster
metadata: {{name: chaos}}
spec:
  controlPlaneEndpoint: kubernetes.chaos.home.arpa:{port}
  networking: {{podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}}
  loadBalancer:
    vip: {vip}
    admin: {{address: "{admin}"}}
    socket: {socket}
    listeners:
      - name: kube-apiserver
        policy: {policy}
{listener}  machines:
{machines})",
                     fmt::arg("port", Network::vip().port()), fmt::arg("vip", Network::vip().ip().to_string()),
                     fmt::arg("admin", Network::admin().to_string()), fmt::arg("socket", (folder / "lb.sock").string()),
                     fmt::arg("policy", candidate.policy),
                     fmt::arg("listener", listener_keys(candidate.subject, folder)), fmt::arg("machines", machines));
}

// What differs from kubeadm's page: no log and no daemon, and `check-ssl verify none` in place of `option
// ssl-hello-chk`, so that its check of /healthz is one (of two check options the later counts). Checks come every 2 s
// and three failures make a server down: HAProxy's defaults, which the page leaves as they are.
std::string haproxy_cfg() {
  std::string servers;
  for (std::size_t i = 0; i < kServers; ++i) {
    servers += fmt::format("    server {} {} check check-ssl verify none\n", Servers::name_of(i),
                           Network::address_of_server(i).to_string());
  }
  return fmt::format(R"(defaults
    mode tcp
    option redispatch
    retries 1
    timeout queue 20s
    timeout connect 5s
    timeout client 20s
    timeout server 20s
    timeout check 10s

frontend apiserver
    bind {}
    default_backend apiserverbackend

backend apiserverbackend
    option httpchk GET /healthz
    http-check expect status 200
    balance roundrobin
{})",
                     Network::vip().to_string(), servers);
}

Result<Balancer> Balancer::start(const support::Programs& programs, const Candidate& candidate,
                                 const std::filesystem::path& folder) {
  const auto log = folder / "balancer.log";
  if (candidate.subject == Subject::kHaproxy) {
    auto process = start_haproxy(folder, log);
    if (!process) return Failure(process.error());
    return Balancer(std::move(*process), log);
  }
  const auto file = folder / "cluster.yaml";
  if (auto written = base::write_file(file, cluster_yaml(candidate, folder), 0644); !written) {
    return Failure(written.error());
  }
  auto process = programs.start_balancer({"-c", file.string()}, Network::admin(), log);
  if (!process) return Failure(process.error());
  return Balancer(std::move(*process), log);
}

Result<base::Subprocess> Balancer::start_haproxy(const std::filesystem::path& folder,
                                                 const std::filesystem::path& log) {
  const auto file = folder / "haproxy.cfg";
  if (auto written = base::write_file(file, haproxy_cfg(), 0644); !written) return Failure(written.error());
  auto process =
      base::Subprocess::start({"haproxy", "-db", "-f", file.string()}, {.out = base::AppendTo{log},
                                                                        .err = base::AppendTo{log},
                                                                        .on_parent_death = base::OnParentDeath::kDie,
                                                                        .group = base::ProcessGroup::kOwn});
  if (!process) return fail("{} (Debian: apt-get install haproxy)", process.error().message);
  const auto deadline = steady_clock::now() + kStartsWithin;
  while (steady_clock::now() < deadline) {
    try {
      (void)support::connect_to(Network::vip(), kStartsWithin);
      return process;
    } catch (const support::SocketError&) {
      if (process->wait_for(kBetweenLooks)) break;
    }
  }
  return fail("haproxy does not serve {}:\n{}", Network::vip().to_string(), support::last_lines(log));
}

}  // namespace tests::chaos
