#include "lb/doctor/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "lb/doctor/judge_addresses.h"
#include "lb/doctor/judge_backend.h"
#include "lb/doctor/judge_daemon.h"
#include "lb/doctor/judge_limits.h"
#include "lb/doctor/judge_times.h"
#include "lb/net/descriptor_limit.h"

namespace lb::doctor {
namespace {

void append(Findings& findings, Findings more) {
  std::ranges::move(more, std::back_inserter(findings));
}

// The running daemon's where it is known, as a service has other limits than this shell.
DescriptorLimit limit_of(const DaemonSeen& daemon, const Host& host) {
  using Of = DescriptorLimit::Of;
  return daemon.descriptors ? DescriptorLimit{*daemon.descriptors, Of::kDaemon}
                            : DescriptorLimit{host.descriptor_limit(), Of::kThisShell};
}

void examine_limits(const cluster::LoadBalancer& balancer, const DaemonSeen& daemon, const Host& host,
                    Findings& findings) {
  const Settings setting = [&](const std::string& name) { return host.setting(name); };
  const DescriptorLimit limit = limit_of(daemon, host);
  const std::uint64_t possible = net::sessions_within(limit.most, balancer.workers.value_or(host.cores()));
  findings.push_back(judge_descriptors(balancer, limit, host.cores()));
  findings.push_back(judge_ports(balancer, host.system(), setting, possible));
  append(findings, judge_settings(host.system(), setting));
}

void examine_addresses(const cluster::LoadBalancer& balancer, Host& host, Findings& findings) {
  const std::vector<base::IpAddress> ours = host.addresses();
  for (const base::IpAddress& address : served_addresses(balancer)) {
    findings.push_back(judge_presence(address, ours, host.setting(nonlocal_bind_for(address))));
    const net::AddressClaim claim = address.is_loopback() ? net::AddressClaim{} : host.who_else_has(address);
    findings.push_back(judge_claim(address, ours, claim));
  }
  for (const cluster::Listener& listener : balancer.listeners) append(findings, judge_hairpin(listener, ours));
}

void examine_times(const cluster::LoadBalancer& balancer, Findings& findings) {
  for (const cluster::Listener& listener : balancer.listeners) {
    findings.push_back(judge_idle(listener));
    findings.push_back(judge_deadline(listener));
  }
}

// Those that speak plain HTTP are left to their own check.
void examine_backends(const cluster::Cluster& cluster, const cluster::Listener& listener, Host& host,
                      Findings& findings) {
  const cluster::HealthCheck& check = listener.health_check;
  const Servers servers = servers_of(cluster, listener);
  const bool asks_as_written = cluster::speaks_http(check.kind) || servers == Servers::kOthers;
  std::vector<Call> calls;
  for (const cluster::Backend& backend : listener.backends) {
    calls.push_back({backend.address, check.server_name, asks_as_written ? check.path : "/readyz"});
  }
  if (check.kind != cluster::HealthCheckKind::kHttp) {
    const std::vector<Visit> visits = host.visit(calls);
    const std::vector<std::string> names = names_for_clients(cluster, listener);
    for (std::size_t i = 0; i < visits.size(); ++i) {
      append(findings, judge_backend(listener, listener.backends[i], visits[i], servers, names, host.now()));
    }
  }
  if (check.kind == cluster::HealthCheckKind::kNone) return;
  append(findings, judge_checks(listener, host.check(listener)));
}

// Behind one listener.
std::size_t most_api_servers(const cluster::Cluster& cluster) {
  std::size_t most = 0;
  for (const cluster::Listener& listener : cluster.load_balancer->listeners) {
    if (servers_of(cluster, listener) == Servers::kApiServers) most = std::max(most, listener.backends.size());
  }
  return most;
}

std::size_t count_of(const Findings& findings, Severity severity) {
  return static_cast<std::size_t>(std::ranges::count(findings, severity, &Finding::severity));
}

}  // namespace

Findings examine(const cluster::Cluster& cluster, const std::optional<std::string>& socket, Host& host) {
  const cluster::LoadBalancer& balancer = *cluster.load_balancer;
  Findings findings;
  const bool has_socket = socket && *socket != "none";
  const DaemonSeen daemon = has_socket ? host.look_at_daemon(*socket) : DaemonSeen{};
  findings.push_back(judge_daemon(socket, daemon.error));
  findings.push_back(judge_admin(balancer));
  examine_limits(balancer, daemon, host, findings);
  examine_addresses(balancer, host, findings);
  examine_times(balancer, findings);
  findings.push_back(judge_goaway(host.processes("kube-apiserver"), most_api_servers(cluster)));
  for (const cluster::Listener& listener : balancer.listeners) examine_backends(cluster, listener, host, findings);
  return findings;
}

std::string to_text(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += fmt::format("{:<8} {:<12} {}\n", name_of(finding.severity), finding.check, finding.text);
    if (!finding.remedy.empty()) text += fmt::format("{:<21} -> {}\n", "", finding.remedy);
  }
  const auto told = [&](Severity severity, const char* many) {
    const std::size_t count = count_of(findings, severity);
    return fmt::format("{} {}{}", count, name_of(severity), count == 1 ? "" : many);
  };
  return text + fmt::format("{}, {}, {}, {}\n", told(Severity::kProblem, "s"), told(Severity::kWarning, "s"),
                            told(Severity::kSkipped, ""), told(Severity::kOk, ""));
}

std::string to_json(const Findings& findings) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Finding& finding : findings) {
    all.push_back({{"severity", name_of(finding.severity)},
                   {"check", finding.check},
                   {"text", finding.text},
                   {"remedy", finding.remedy}});
  }
  const nlohmann::ordered_json report{{"problems", count_of(findings, Severity::kProblem)},
                                      {"warnings", count_of(findings, Severity::kWarning)},
                                      {"findings", std::move(all)}};
  // What servers say is no text to rely on.
  return report.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

bool has_problem(const Findings& findings) {
  return count_of(findings, Severity::kProblem) > 0;
}

}  // namespace lb::doctor
