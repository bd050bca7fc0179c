#include "provisioner/hypervisor/observe_qemu.h"

#include <algorithm>

#include "provisioner/hypervisor/image_cache.h"
#include "provisioner/hypervisor/machine_unit.h"
#include "provisioner/hypervisor/qmp.h"
#include "provisioner/hypervisor/write_seed.h"
#include "provisioner/step/mark.h"

namespace provisioner::hypervisor {
namespace {

using cluster::Cluster;
using cluster::Machine;

constexpr std::chrono::seconds kStatusPatience{3};

base::Result<void> check_needs(step::Host& host, const Cluster& cluster) {
  if (!cluster.node_network || cluster.node_network->bridge.empty()) {
    return base::fail("spec.nodeNetwork.bridge is missing: it is what QEMU's machines are plugged into");
  }
  const cluster::Image& image = cluster.hypervisor.image;
  for (const auto& [key, path] : {std::pair{"kernel", &image.kernel}, std::pair{"initrd", &image.initrd}}) {
    if (path->empty() || host.exists(*path)) continue;
    return base::fail("spec.hypervisor.image.{}: {} is not there", key, *path);
  }
  return {};
}

// Somebody else may talk to QEMU right now; then it runs, and how is not known.
std::string status_of(step::Host& host, const MachineFolder& folder) {
  auto qmp = Qmp::open(host, folder.qmp(), kStatusPatience);
  if (!qmp) return "";
  return qmp->status().value_or("");
}

bool is_enabled(step::Host& host, const Cluster& cluster, const std::string& machine) {
  const auto output = host.run({{"systemctl", "is-enabled", unit_name(cluster, machine)}});
  return output && output->out.starts_with("enabled");
}

class QemuObserver {
 public:
  QemuObserver(step::Host& host, const Cluster& cluster, const step::Ledger& ledger, const QemuOptions& options)
      : host_(host), cluster_(cluster), ledger_(ledger), options_(options) {}

  base::Result<QemuState> observe() {
    for (const char* kind : {kMachineKind, kTapKind, kFileKind, kImageKind, kKeyKind, kAcceleratorKind}) {
      for (step::LedgerEntry& entry : ledger_.of_kind(kind)) {
        if (entry.kind == kMachineKind && entry.detail != kQemuDetail) continue;
        state_.entries.push_back(std::move(entry));
      }
    }
    state_.has_systemd = host_.exists("/run/systemd/system");
    if (auto seen = observe_cluster(); !seen) return base::Failure(seen.error());
    for (const std::string& name : names()) {
      if (auto seen = observe_machine(name); !seen) return base::Failure(seen.error());
    }
    if (auto seen = observe_taps(); !seen) return base::Failure(seen.error());
    if (auto seen = observe_files(); !seen) return base::Failure(seen.error());
    return std::move(state_);
  }

 private:
  base::Result<void> observe_cluster() {
    if (cluster_.machines.empty()) return {};
    if (auto fit = check_needs(host_, cluster_); !fit) return fit;
    auto key = observe_key(host_, cluster_);
    if (!key) return base::Failure(key.error());
    state_.key = std::move(*key);
    auto accelerator = observe_accelerator(host_, cluster_);
    if (!accelerator) return base::Failure(accelerator.error());
    state_.accelerator = std::move(*accelerator);
    state_.has_vhost_net = host_.exists("/dev/vhost-net");
    auto image = cached_image(host_, cluster_);
    if (!image) return base::Failure(image.error());
    state_.image = std::move(*image);
    state_.has_image = host_.exists(state_.image);
    const auto room = observe_room(host_, ClusterFolder(cluster_).path);
    if (!room) return base::Failure(room.error());
    state_.room = *room;
    return {};
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Machine& machine : cluster_.machines) names.push_back(machine.name);
    for (const step::LedgerEntry& entry : state_.entries) {
      const bool is_new = std::find(names.begin(), names.end(), entry.name) == names.end();
      if (entry.kind == kMachineKind && is_new) names.push_back(entry.name);
    }
    return names;
  }

  base::Result<void> observe_machine(const std::string& name) {
    const MachineFolder folder(cluster_, name);
    QemuMachineState machine{.name = name, .is_claimed = ledger_.find(kMachineKind, name).has_value()};
    if (!machine.is_claimed && host_.exists(folder.path)) {
      return base::fail("{} is there already, and not ours; move it away, or choose another spec.hypervisor.folder",
                        folder.path.string());
    }
    auto running = running_qemu(host_, folder);
    if (!running) return base::Failure(running.error());
    machine.running = std::move(*running);
    if (machine.running) machine.status = status_of(host_, folder);
    auto disk = observe_disk(host_, folder.disk());
    if (!disk) return base::Failure(disk.error());
    machine.disk = std::move(*disk);
    auto seed = observe_seed(host_, folder);
    if (!seed) return base::Failure(seed.error());
    machine.seed = std::move(*seed);
    machine.is_ready = host_.exists(folder.ready());
    machine.is_enabled = state_.has_systemd && is_enabled(host_, cluster_, name);
    state_.machines.push_back(std::move(machine));
    return {};
  }

  base::Result<void> observe_taps() {
    for (const Machine& machine : cluster_.machines) {
      const Tap tap = tap_of(cluster_, machine);
      auto seen = observe_tap(host_, tap.name);
      if (!seen) return base::Failure(seen.error());
      if (is_foreign(tap, *seen)) {
        return base::fail("the interface {} is there, and not ours (its alias is {}); remove it, or rename {}",
                          tap.name, seen->alias, machine.name);
      }
      state_.taps[tap.name] = std::move(*seen);
    }
    for (const step::LedgerEntry& entry : state_.entries) {
      if (entry.kind != kTapKind || state_.taps.contains(entry.name)) continue;
      auto seen = observe_tap(host_, entry.name);
      if (!seen) return base::Failure(seen.error());
      state_.taps[entry.name] = std::move(*seen);
    }
    return {};
  }

  base::Result<void> observe_files() {
    std::vector<std::filesystem::path> paths;
    for (const Machine& machine : cluster_.machines) {
      for (step::RenderedFile& file : system_files(cluster_, machine, facts_of(state_), options_)) {
        paths.push_back(std::move(file.path));
      }
    }
    for (const step::LedgerEntry& entry : state_.entries) {
      if (entry.kind == kFileKind) paths.emplace_back(entry.name);
    }
    for (const auto& path : paths) {
      auto file = host_.read(path);
      if (!file) return base::Failure(file.error());
      if (!*file) continue;
      if (!step::bears_mark((*file)->content, cluster_)) {
        return base::fail("{} is there, and not ours; move it away", path.string());
      }
      state_.files[path] = std::move((*file)->content);
    }
    return {};
  }

  step::Host& host_;
  const Cluster& cluster_;
  const step::Ledger& ledger_;
  const QemuOptions& options_;
  QemuState state_;
};

}  // namespace

base::Result<QemuState> observe_qemu(step::Host& host, const Cluster& cluster, const step::Ledger& ledger,
                                     const QemuOptions& options) {
  return QemuObserver(host, cluster, ledger, options).observe();
}

step::RenderedFiles system_files(const Cluster& cluster, const Machine& machine, const QemuFacts& facts,
                                 const QemuOptions& options) {
  step::RenderedFiles files = networkd_files(cluster, tap_of(cluster, machine));
  files.push_back(machine_unit(cluster, machine, facts, options.program));
  return files;
}

QemuFacts facts_of(const QemuState& state) {
  return {.accelerator = state.accelerator.accelerator, .has_vhost_net = state.has_vhost_net};
}

}  // namespace provisioner::hypervisor
