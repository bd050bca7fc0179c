#include "pki/plan/placement.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace pki::plan {
namespace {

using Units = std::vector<std::string>;

// etcd before those that talk to it.
constexpr std::array<std::string_view, 6> kUnitOrder{"etcd",           "kube-apiserver", "kube-controller-manager",
                                                     "kube-scheduler", "kubelet",        "kube-proxy"};

struct ControlPlaneFile {
  std::string_view file;
  std::array<std::string_view, 3> units;  // empty ones do not count
};

// Labs 07 (etcd) and 08 (control plane).
constexpr std::array<ControlPlaneFile, 10> kControlPlaneFiles{{
    {"ca.pem", {"etcd", "kube-apiserver", "kube-controller-manager"}},
    {"ca-key.pem", {"kube-controller-manager"}},
    {"kubernetes.pem", {"etcd", "kube-apiserver"}},
    {"kubernetes-key.pem", {"etcd", "kube-apiserver"}},
    {"service-account.pem", {"kube-apiserver"}},
    {"service-account-key.pem", {"kube-apiserver", "kube-controller-manager"}},
    {"kube-controller-manager.kubeconfig", {"kube-controller-manager"}},
    {"kube-scheduler.kubeconfig", {"kube-scheduler"}},
    {"admin.kubeconfig", {}},
    {"encryption-config.yaml", {"kube-apiserver"}},
}};

Units units_of(const ControlPlaneFile& file) {
  Units units;
  for (const auto unit : file.units) {
    if (!unit.empty()) units.emplace_back(unit);
  }
  return units;
}

bool has(const Units& units, std::string_view unit) {
  return std::find(units.begin(), units.end(), unit) != units.end();
}

Units in_order(const Units& units) {
  Units ordered;
  for (const auto unit : kUnitOrder) {
    if (has(units, unit)) ordered.emplace_back(unit);
  }
  return ordered;
}

void place_on_worker(const std::string& machine, std::vector<Placement>& placements) {
  placements.push_back({"ca.pem", machine, {"kubelet"}});
  for (const char* end : {".pem", "-key.pem", ".kubeconfig"})
    placements.push_back({machine + end, machine, {"kubelet"}});
  placements.push_back({"kube-proxy.kubeconfig", machine, {"kube-proxy"}});
}

bool is_among(const std::string& file, const std::vector<std::string>& files) {
  return std::find(files.begin(), files.end(), file) != files.end();
}

}  // namespace

std::vector<Placement> placements_of(const cluster::Cluster& cluster) {
  std::vector<Placement> placements;
  for (const auto& machine : cluster.machines) {
    if (machine.role == cluster::Role::kWorker) {
      place_on_worker(machine.name, placements);
      continue;
    }
    for (const auto& file : kControlPlaneFiles) {
      placements.push_back({std::string(file.file), machine.name, units_of(file)});
    }
  }
  return placements;
}

std::vector<std::string> carriers_of(const std::vector<std::string>& files, const std::vector<Placement>& placements) {
  std::vector<std::string> machines;
  for (const auto& placement : placements) {
    const bool is_new = std::find(machines.begin(), machines.end(), placement.machine) == machines.end();
    if (is_new && is_among(placement.file, files)) machines.push_back(placement.machine);
  }
  return machines;
}

std::vector<Restart> restarts_for(const std::vector<std::string>& files, const std::vector<Placement>& placements) {
  std::vector<Restart> restarts;
  for (const auto& machine : carriers_of(files, placements)) {
    Units units;
    for (const auto& placement : placements) {
      if (placement.machine != machine || !is_among(placement.file, files)) continue;
      units.insert(units.end(), placement.units.begin(), placement.units.end());
    }
    if (!units.empty()) restarts.push_back({machine, in_order(units)});
  }
  return restarts;
}

}  // namespace pki::plan
