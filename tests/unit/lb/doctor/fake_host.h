// FakeHost: a host and a network as a test wants them; what it was asked is kept. A good one until something is
// changed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lb/doctor/host.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::doctor {

inline base::IpAddress ip_of(std::string_view text) {
  return *base::IpAddress::parse(text);
}

inline constexpr std::chrono::system_clock::time_point kToday{std::chrono::days{20'000}};

// A certificate for the sample's VIP and name that is good for a year.
inline Visit good_visit() {
  Visit visit;
  visit.certificate = net::PeerCertificate{.names = {"kubernetes", "api.test"},
                                           .addresses = {ip_of("10.10.0.1")},
                                           .not_after = kToday + std::chrono::days{365}};
  visit.status = 200;
  return visit;
}

// One listener at 10.10.0.1:6443 before three backends, checked as API servers are.
inline cluster::Cluster sample_cluster() {
  cluster::Cluster cluster;
  cluster.control_plane_endpoint = base::HostPort{"api.test", 6443};
  cluster.load_balancer.emplace();
  cluster.load_balancer->vip = ip_of("10.10.0.1");
  cluster.load_balancer->listeners.push_back(sample_listener({1, 1, 1}));
  cluster.load_balancer->listeners[0].health_check.kind = cluster::HealthCheckKind::kHttps;
  cluster.load_balancer->listeners[0].health_check.path = "/readyz";
  return cluster;
}

class FakeHost final : public Host {
 public:
  [[nodiscard]] System system() const override { return System::kLinux; }
  [[nodiscard]] std::chrono::system_clock::time_point now() const override { return kToday; }
  [[nodiscard]] unsigned cores() const override { return 4; }
  [[nodiscard]] std::uint64_t descriptor_limit() const override { return 1 << 15; }
  [[nodiscard]] std::optional<std::string> setting(const std::string& name) const override {
    const auto found = settings.find(name);
    return found == settings.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] std::vector<base::IpAddress> addresses() const override { return ours; }
  [[nodiscard]] net::AddressClaim who_else_has(const base::IpAddress& address) override {
    asked.push_back(address);
    return claim;
  }
  [[nodiscard]] std::vector<Visit> visit(const std::vector<Call>& new_calls) override {
    calls = new_calls;
    return std::vector<Visit>(calls.size(), good_visit());
  }
  [[nodiscard]] base::Result<std::vector<net::ProbeResult>> check(const cluster::Listener& listener) override {
    const net::ProbeResult passed{net::ProbeResult::Kind::kPassed, "GET /readyz: 200"};
    return std::vector<net::ProbeResult>(listener.backends.size(), passed);
  }
  [[nodiscard]] DaemonSeen look_at_daemon(const std::string& path) override {
    socket = path;
    return daemon;
  }
  [[nodiscard]] std::vector<std::vector<std::string>> processes(const std::string&) const override {
    return {{"kube-apiserver", "--goaway-chance=0.001"}};
  }

  std::map<std::string, std::string> settings{{"net.core.somaxconn", "4096"},
                                              {"net.ipv4.ip_local_port_range", "32768\t60999"},
                                              {"net.ipv4.tcp_tw_reuse", "2"},
                                              {"fs.pipe-user-pages-soft", "16384"},
                                              {"net.ipv4.ip_nonlocal_bind", "0"}};
  std::vector<base::IpAddress> ours{ip_of("127.0.0.1"), ip_of("10.10.0.1"), ip_of("10.10.0.5")};
  net::AddressClaim claim{net::AddressClaim::Kind::kNobody, {}};
  std::vector<base::IpAddress> asked;
  std::vector<Call> calls;
  std::string socket;
  DaemonSeen daemon;
};

}  // namespace lb::doctor
