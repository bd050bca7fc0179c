#include "provisioner/hypervisor/observe_cbsd.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "provisioner/hypervisor/cbsd_template.h"
#include "provisioner/hypervisor/machine_folder.h"
#include "provisioner/hypervisor/observe_qemu.h"

namespace provisioner::hypervisor {
namespace {

namespace fs = std::filesystem;
using cluster::Cluster;

std::optional<std::uint64_t> whole_number(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

base::Result<std::uint64_t> observe_memory(step::Host& host) {
  const auto text = step::output_of(host, {{"sysctl", "-n", "hw.physmem"}});
  if (!text) return base::Failure(text.error());
  const auto bytes = whole_number(*text);
  if (!bytes) return base::fail("sysctl -n hw.physmem says '{}', which is no number", *text);
  return *bytes;
}

// df(1) of POSIX: the fourth column of the second line, in KiB.
base::Result<std::uint64_t> free_disk_of(step::Host& host, const fs::path& folder) {
  const auto text = step::output_of(host, {{"df", "-kP", folder.string()}});
  if (!text) return base::Failure(text.error());
  std::istringstream in(text->substr(std::min(text->find('\n'), text->size())));
  std::string device, all, used, available;
  in >> device >> all >> used >> available;
  const auto kibibytes = whole_number(available);
  if (!kibibytes) return base::fail("cannot understand what df says of {}: '{}'", folder.string(), *text);
  return *kibibytes << 10;
}

base::Result<std::optional<cloud_init::Seed>> observe_cbsd_seed(step::Host& host, const fs::path& folder) {
  cloud_init::Seed seed;
  for (const auto& [name, text] : {std::pair{"user-data", &seed.user_data}, std::pair{"meta-data", &seed.meta_data},
                                   std::pair{"network-config", &seed.network_config}}) {
    auto file = host.read(folder / name);
    if (!file) return base::Failure(file.error());
    if (!*file) return std::nullopt;
    *text = std::move((*file)->content);
  }
  return seed;
}

class CbsdObserver {
 public:
  CbsdObserver(step::Host& host, const Cluster& cluster, const step::Ledger& ledger)
      : host_(host), cluster_(cluster), ledger_(ledger) {}

  base::Result<CbsdState> observe() {
    state_.keys = ledger_.of_kind(kKeyKind);
    const auto names = all_names();
    if (!cluster_.machines.empty()) {
      auto key = observe_key(host_, cluster_);
      if (!key) return base::Failure(key.error());
      state_.key = std::move(*key);
    }
    if (names.empty()) return std::move(state_);
    if (auto seen = observe_host(); !seen) return base::Failure(seen.error());
    const auto listings = list_cbsd(host_);
    if (!listings) return base::Failure(listings.error());
    for (const std::string& name : names) {
      if (auto seen = observe_machine(name, *listings); !seen) return base::Failure(seen.error());
    }
    return std::move(state_);
  }

 private:
  [[nodiscard]] bool is_claimed(const std::string& name) const {
    const auto entry = ledger_.find(kMachineKind, name);
    return entry && entry->detail == kCbsdDetail;
  }

  [[nodiscard]] std::vector<std::string> all_names() const {
    std::vector<std::string> names;
    for (const cluster::Machine& machine : cluster_.machines) names.push_back(machine.name);
    for (const step::LedgerEntry& entry : ledger_.of_kind(kMachineKind)) {
      const bool is_new = std::find(names.begin(), names.end(), entry.name) == names.end();
      if (entry.detail == kCbsdDetail && is_new) names.push_back(entry.name);
    }
    return names;
  }

  base::Result<void> observe_host() {
    auto folder = cbsd_folder(host_);
    if (!folder) return base::Failure(folder.error());
    state_.folder = std::move(*folder);
    const auto memory = observe_memory(host_);
    if (!memory) return base::Failure(memory.error());
    state_.memory = *memory;
    const auto disk = free_disk_of(host_, state_.folder);
    if (!disk) return base::Failure(disk.error());
    state_.free_disk = *disk;
    return {};
  }

  base::Result<void> observe_machine(const std::string& name, const std::vector<CbsdListing>& listings) {
    CbsdMachineState machine{.name = name, .is_claimed = is_claimed(name)};
    const auto listing =
        std::find_if(listings.begin(), listings.end(), [&](const CbsdListing& one) { return one.name == name; });
    if (listing != listings.end()) machine.listing = *listing;
    const auto known = is_known_to_cbsd(host_, name);
    if (!known) return base::Failure(known.error());
    machine.is_known = *known || machine.listing;
    if (machine.is_known && !machine.is_claimed) {
      return base::fail(
          "CBSD has a machine {} already, and it is not ours; rename one of them, or remove that one by "
          "cbsd bremove jname={}",
          name, name);
    }
    if (machine.is_claimed) {
      if (auto seen = observe_ours(machine); !seen) return seen;
    }
    state_.machines.push_back(std::move(machine));
    return {};
  }

  base::Result<void> observe_ours(CbsdMachineState& machine) {
    const auto jconf = host_.read(cbsd_jconf_file(cluster_, machine.name));
    if (!jconf) return base::Failure(jconf.error());
    if (*jconf) machine.settings = parse_cbsd_jconf((*jconf)->content);
    machine.is_ready = host_.exists(MachineFolder(cluster_, machine.name).ready());
    if (!machine.listing) return {};
    auto seed = observe_cbsd_seed(host_, cbsd_seed_folder(state_.folder, machine.name));
    if (!seed) return base::Failure(seed.error());
    machine.seed = std::move(*seed);
    machine.mac = cbsd_mac(host_, machine.name).value_or("");
    return {};
  }

  step::Host& host_;
  const Cluster& cluster_;
  const step::Ledger& ledger_;
  CbsdState state_;
};

}  // namespace

base::Result<CbsdState> observe_cbsd(step::Host& host, const Cluster& cluster, const step::Ledger& ledger) {
  return CbsdObserver(host, cluster, ledger).observe();
}

fs::path cbsd_jconf_file(const Cluster& cluster, std::string_view machine) {
  return MachineFolder(cluster, machine).path / "cbsd.jconf";
}

CbsdSettings parse_cbsd_jconf(std::string_view text) {
  CbsdSettings settings;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) {
    const auto equals = line.find("=\"");
    if (line.starts_with('#') || equals == std::string::npos || !line.ends_with('"')) continue;
    settings.emplace_back(line.substr(0, equals), line.substr(equals + 2, line.size() - equals - 3));
  }
  return settings;
}

fs::path cbsd_seed_folder(const fs::path& cbsd, std::string_view machine) {
  return cbsd / "jails-system" / machine / "cloud-init";
}

base::Result<step::RenderedFiles> render_cbsd(const Cluster& cluster, const std::string& own_key) {
  step::RenderedFiles files = cbsd_template(cluster);
  for (const cluster::Machine& machine : cluster.machines) {
    auto ours = cbsd_jconf(cluster, machine, CbsdSeed::kOurs, own_key);
    if (!ours) return base::Failure(ours.error());
    files.push_back({fs::path("cbsd") / (machine.name + ".jconf"), {std::move(*ours), 0600}});
    // Where a template cannot have it (an IPv6 nameserver), the other way still can.
    auto by_template = cbsd_jconf(cluster, machine, CbsdSeed::kTemplate, own_key);
    if (!by_template) continue;
    files.push_back({fs::path("cbsd") / (machine.name + ".template.jconf"), {std::move(*by_template), 0600}});
  }
  return files;
}

}  // namespace provisioner::hypervisor
