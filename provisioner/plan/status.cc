#include "provisioner/plan/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <thread>

#include "provisioner/access/ssh.h"
#include "provisioner/dns/verify_names.h"
#include "provisioner/hypervisor/cloud_init_status.h"
#include "provisioner/network/host_network.h"
#include "provisioner/step/one_line.h"

namespace provisioner::plan {
namespace {

using cluster::Cluster;
using cluster::Machine;
using hypervisor::CloudInitStatus;

constexpr std::chrono::seconds kSshPatience{20};
constexpr std::chrono::milliseconds kNamePatience{1000};
constexpr const char* kNobodyToAsk = "-";
constexpr const char* kNobodyHere = "nobody on this host";

std::string first_line(std::string_view text) {
  return step::one_line(text.substr(0, text.find('\n')));
}

std::string power_of(const hypervisor::QemuState& state, const std::string& name) {
  for (const hypervisor::QemuMachineState& one : state.machines) {
    if (one.name != name) continue;
    if (one.running) return one.status.empty() ? "running" : one.status;
    return one.disk ? "off" : "not made";
  }
  return "not made";
}

std::string power_of(const hypervisor::CbsdState& state, const std::string& name) {
  for (const hypervisor::CbsdMachineState& one : state.machines) {
    if (one.name != name) continue;
    if (one.is_on()) return "running";
    if (!one.is_known) return "not made";
    return one.listing && one.listing->status != "Off" ? one.listing->status : "off";
  }
  return "not made";
}

std::string words_of(const CloudInitStatus& status) {
  switch (status.state) {
    case CloudInitStatus::State::kUnknown:
      return "no answer";
    case CloudInitStatus::State::kRunning:
      return "running";
    case CloudInitStatus::State::kDone:
      return "done";
    case CloudInitStatus::State::kFailed:
      return "failed: " + first_line(status.detail);
    case CloudInitStatus::State::kDisabled:
      return "disabled";
  }
  return "";
}

void ask_machine(step::Host& host, const Cluster& cluster, const Machine& machine, MachineStatus& status) {
  const step::Command ask{.argv = access::ssh_command(cluster, machine, {hypervisor::kGlanceAtCloudInit}),
                          .timeout = kSshPatience};
  const auto answer = host.run(ask);
  if (!answer) {
    status.ssh = first_line(answer.error().message);
    return;
  }
  constexpr int kSshFailed = 255;  // ssh(1), "EXIT STATUS"
  if (answer->status.value == kSshFailed) {
    status.ssh = first_line(answer->err.empty() ? "ssh failed" : answer->err);
    return;
  }
  status.ssh = "yes";
  status.cloud_init = words_of(hypervisor::read_cloud_init_status(answer->out));
}

std::string look_in_hosts(const Cluster& cluster, const World& world, const WorldOptions& options) {
  const auto plan = dns::plan_dns(cluster, world.dns, options.system, options.dns);
  const bool is_there = plan && std::all_of(plan->begin(), plan->end(), [](const step::Change& change) {
                          return change.action == step::Action::kSame;
                        });
  return is_there ? "yes" : "not in " + options.dns.hosts.string();
}

std::string ask_unbound(const Cluster& cluster, const World& world, const WorldOptions& options,
                        const Machine& machine) {
  const dns::QueryType type = machine.address.is_v6() ? dns::QueryType::kAaaa : dns::QueryType::kA;
  const base::SocketAddress resolver(world.dns.names->resolver, options.dns.port);
  const std::string name = machine.name + "." + cluster.domain + ".";
  const auto seen = dns::look_for(resolver, {name, type, {machine.address.to_string()}}, kNamePatience);
  return seen ? "yes" : first_line(seen.error().message);
}

std::string owner_of(const base::IpAddress& vip, const World& world, const Cluster& cluster) {
  const auto& own = world.network.addresses;
  if (std::any_of(own.begin(), own.end(), [&](const auto& one) { return one.address == vip; })) {
    return cluster.node_network ? cluster.node_network->bridge : "";
  }
  const auto found = world.network.elsewhere.find(vip);
  return found == world.network.elsewhere.end() ? kNobodyHere : found->second;
}

const char* name_of(cluster::Role role) {
  return role == cluster::Role::kControlPlane ? "control-plane" : "worker";
}

using Row = std::array<std::string, 7>;

std::string table_of(const std::vector<Row>& rows) {
  std::array<std::size_t, 7> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace

bool Status::is_well() const {
  return vip_owner != kNobodyHere &&
         std::all_of(machines.begin(), machines.end(), [](const MachineStatus& one) { return one.is_well(); });
}

Status observe_status(step::Host& host, const Cluster& cluster, const World& world, const WorldOptions& options) {
  Status status;
  const bool has_hosts = cluster.dns.provider == cluster::DnsProvider::kHosts;
  const std::string dns = has_hosts ? look_in_hosts(cluster, world, options) : kNobodyToAsk;
  for (const Machine& machine : cluster.machines) {
    const std::string power =
        std::visit([&](const auto& state) { return power_of(state, machine.name); }, world.machines);
    status.machines.push_back({machine.name, machine.role, machine.address, power, kNobodyToAsk, kNobodyToAsk, dns});
  }
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < cluster.machines.size(); ++i) {
      threads.emplace_back([&, i] {
        MachineStatus& one = status.machines[i];
        if (one.power == "running") ask_machine(host, cluster, cluster.machines[i], one);
        if (world.dns.names) one.dns = ask_unbound(cluster, world, options, cluster.machines[i]);
      });
    }
  }
  if (cluster.load_balancer && !cluster.load_balancer->vip.is_unspecified()) {
    status.vip = cluster.load_balancer->vip.to_string();
    status.vip_owner = owner_of(cluster.load_balancer->vip, world, cluster);
  }
  return status;
}

std::string to_text(const Status& status) {
  std::vector<Row> rows{{"NAME", "ROLE", "ADDRESS", "POWER", "SSH", "CLOUD-INIT", "DNS"}};
  for (const MachineStatus& one : status.machines) {
    rows.push_back({one.name, name_of(one.role), one.address.to_string(), one.power, one.ssh, one.cloud_init, one.dns});
  }
  std::string text = table_of(rows);
  if (!status.vip.empty()) text += fmt::format("VIP {}: {}\n", status.vip, status.vip_owner);
  return text;
}

std::string to_json(const Status& status) {
  using nlohmann::ordered_json;
  ordered_json machines = ordered_json::array();
  for (const MachineStatus& one : status.machines) {
    machines.push_back({{"name", one.name},
                        {"role", name_of(one.role)},
                        {"address", one.address.to_string()},
                        {"power", one.power},
                        {"ssh", one.ssh},
                        {"cloudInit", one.cloud_init},
                        {"dns", one.dns}});
  }
  const ordered_json all{{"machines", std::move(machines)},
                         {"vip", status.vip},
                         {"vipOwner", status.vip_owner},
                         {"well", status.is_well()}};
  return all.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace provisioner::plan
