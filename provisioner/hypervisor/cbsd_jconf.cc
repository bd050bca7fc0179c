#include "provisioner/hypervisor/cbsd_jconf.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "provisioner/hypervisor/cbsd_template.h"
#include "provisioner/step/mark.h"

namespace provisioner::hypervisor {
namespace {

using cluster::Cluster;
using cluster::Machine;

// What names, numbers, addresses and networks are made of.
constexpr std::string_view kPlain = "._:/-";
// "ssh-ed25519 AAAA": base64, and sk-ssh-ed25519@openssh.com for a type.
constexpr std::string_view kKey = "._-+/=@ ";

struct Setting {
  std::string name;
  std::string value;
  std::string key;                    // of cluster.yaml, for an error
  std::string_view besides = kPlain;  // letters and digits
};

std::string_view type_and_key(std::string_view line) {
  const auto first = line.find(' ');
  return line.substr(0, first == std::string_view::npos ? first : line.find(' ', first + 1));
}

bool is_sound(const Setting& setting) {
  const auto allowed = [&](unsigned char c) {
    return std::isalnum(c) != 0 || setting.besides.find(static_cast<char>(c)) != std::string_view::npos;
  };
  return !setting.value.empty() && std::all_of(setting.value.begin(), setting.value.end(), allowed);
}

// Built up one by one, so that each stands beside the key that it comes from.
class Settings {
 public:
  void add(std::string name, std::string value, std::string key, std::string_view besides = kPlain) {
    settings_.push_back({std::move(name), std::move(value), std::move(key), besides});
  }

  [[nodiscard]] base::Result<CbsdSettings> checked() const {
    CbsdSettings checked;
    for (const Setting& setting : settings_) {
      if (!is_sound(setting)) {
        return base::fail(
            "{}: '{}' cannot stand in a settings file of CBSD, which is sourced as root ({}); use letters, "
            "digits and \"{}\" alone",
            setting.key, setting.value, setting.name, setting.besides);
      }
      checked.emplace_back(setting.name, setting.value);
    }
    return checked;
  }

 private:
  std::vector<Setting> settings_;
};

std::string fqdn_of(const Cluster& cluster, const Machine& machine) {
  return cluster.domain.empty() ? machine.name : machine.name + "." + cluster.domain;
}

std::string key_of(const Cluster& cluster, const std::string& own_key) {
  if (!own_key.empty()) return own_key;
  return cluster.access.authorized_keys.empty() ? "" : cluster.access.authorized_keys.front();
}

// Unbound on the host, or the first of those that are asked instead.
std::optional<base::IpAddress> nameserver_of(const Cluster& cluster) {
  if (cluster.dns.provider == cluster::DnsProvider::kNsdUnbound && !cluster.node_network->gateway.is_unspecified()) {
    return cluster.node_network->gateway;
  }
  if (cluster.dns.forwarders.empty()) return std::nullopt;
  return cluster.dns.forwarders.front();
}

void add_machine(const Cluster& cluster, const Machine& machine, const std::string& path, Settings& settings) {
  settings.add("jname", machine.name, path + ".name");
  settings.add("host_hostname", fqdn_of(cluster, machine), "spec.domain");
  settings.add("astart", cluster.hypervisor.autostart ? "1" : "0", "spec.hypervisor.autostart");
  settings.add("runasap", "0", "spec.hypervisor");
  settings.add("interface", cluster.node_network->bridge, "spec.nodeNetwork.bridge");
  settings.add("vm_cpus", fmt::format("{}", machine.cpus), path + ".cpus");
  settings.add("vm_ram", fmt::format("{}", machine.memory), path + ".memory");
  settings.add("imgsize", fmt::format("{}", machine.disk), path + ".disk");
  settings.add("imgtype", "zvol", "spec.hypervisor");  // CBSD takes a file itself where there is no ZFS
  settings.add("vm_os_type", "linux", "spec.hypervisor");
  settings.add("vm_os_profile", cluster.hypervisor.profile, "spec.hypervisor.profile");
  settings.add("vm_efi", "uefi", "spec.hypervisor");
  settings.add("vm_hostbridge", "hostbridge", "spec.hypervisor");
  settings.add("is_cloud", "1", "spec.hypervisor");
}

// With our own files most of this is for CBSD's lists alone; but without an address it would take one of its own pool.
void add_cloud_init(const Cluster& cluster, const Machine& machine, const std::string& path, CbsdSeed seed,
                    const std::string& key, Settings& settings) {
  const auto& network = *cluster.node_network;
  settings.add("ci_jname", machine.name, path + ".name");
  settings.add("ci_fqdn", fqdn_of(cluster, machine), "spec.domain");
  if (seed == CbsdSeed::kTemplate) settings.add("ci_template", std::string(kCbsdTemplate), "spec.hypervisor");
  settings.add("ci_interface", network.bridge, "spec.nodeNetwork.bridge");
  settings.add("ci_ip4_addr", fmt::format("{}/{}", machine.address.to_string(), network.cidr.prefix_length()),
               path + ".address");
  if (!network.gateway.is_unspecified()) {
    settings.add("ci_gw4", network.gateway.to_string(), "spec.nodeNetwork.gateway");
  }
  // CBSD has sed replace these two between colons.
  constexpr std::string_view kBetweenColons = "._-";
  const auto nameserver = nameserver_of(cluster);
  const bool fits = nameserver && (!nameserver->is_v6() || seed == CbsdSeed::kTemplate);
  if (fits) settings.add("ci_nameserver_address", nameserver->to_string(), "spec.dns.forwarders", kBetweenColons);
  if (!cluster.domain.empty()) settings.add("ci_nameserver_search", cluster.domain, "spec.domain", kBetweenColons);
  settings.add("ci_user_add", cluster.access.user, "spec.access.user");
  settings.add("ci_user_pubkey", std::string(type_and_key(key)), "spec.access.authorizedKeys", kKey);
  if (seed == CbsdSeed::kTemplate && machine.pod_cidr) {
    settings.add("ci_pod_cidr", machine.pod_cidr->to_string(), path + ".podCIDR");
  }
}

std::string path_of(const Cluster& cluster, const Machine& machine) {
  const auto found = std::find_if(cluster.machines.begin(), cluster.machines.end(),
                                  [&](const Machine& one) { return one.name == machine.name; });
  return fmt::format("spec.machines[{}]", found - cluster.machines.begin());
}

}  // namespace

base::Result<CbsdSettings> cbsd_settings(const Cluster& cluster, const Machine& machine, CbsdSeed seed,
                                         const std::string& own_key) {
  if (!cluster.node_network || cluster.node_network->bridge.empty()) {
    return base::fail("spec.nodeNetwork.bridge is missing: it is what CBSD's machines are plugged into");
  }
  const std::string path = path_of(cluster, machine);
  Settings settings;
  add_machine(cluster, machine, path, settings);
  add_cloud_init(cluster, machine, path, seed, key_of(cluster, own_key), settings);
  return settings.checked();
}

base::Result<std::string> cbsd_jconf(const Cluster& cluster, const Machine& machine, CbsdSeed seed,
                                     const std::string& own_key) {
  const auto settings = cbsd_settings(cluster, machine, seed, own_key);
  if (!settings) return base::Failure(settings.error());
  std::string text = fmt::format("# {} a change here is lost.\n", step::mark_of(cluster));
  for (const auto& [name, value] : *settings) text += fmt::format("{}=\"{}\"\n", name, value);
  return text;
}

}  // namespace provisioner::hypervisor
