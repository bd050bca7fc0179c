#include "lib/cluster/machine_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <iterator>

namespace cluster {
namespace {

constexpr std::string_view kEtcd = "etcd";
constexpr std::string_view kEtcdFolder = "/etc/etcd/";
constexpr std::string_view kKubernetesFolder = "/var/lib/kubernetes/";
constexpr std::string_view kKubeletFolder = "/var/lib/kubelet/";
constexpr std::string_view kProxyKubeconfig = "/var/lib/kube-proxy/kubeconfig";

struct ControlPlaneFile {
  std::string_view file;
  std::array<std::string_view, 3> units;  // empty ones do not count
};

// Labs 07 (etcd) and 08 (control plane).
constexpr std::array<ControlPlaneFile, 11> kControlPlaneFiles{{
    {"ca.pem", {"etcd", "kube-apiserver", "kube-controller-manager"}},
    {"ca-key.pem", {"kube-controller-manager"}},
    {kSigningFile, {"kube-controller-manager"}},
    {"kubernetes.pem", {"etcd", "kube-apiserver"}},
    {"kubernetes-key.pem", {"etcd", "kube-apiserver"}},
    {"service-account.pem", {"kube-apiserver"}},
    {"service-account-key.pem", {"kube-apiserver", "kube-controller-manager"}},
    {"kube-controller-manager.kubeconfig", {"kube-controller-manager"}},
    {"kube-scheduler.kubeconfig", {"kube-scheduler"}},
    {"admin.kubeconfig", {}},
    {"encryption-config.yaml", {"kube-apiserver"}},
}};

CarriedFile carried(const ControlPlaneFile& file) {
  CarriedFile carried{std::string(file.file), {}};
  for (const auto unit : file.units) {
    if (!unit.empty()) carried.units.emplace_back(unit);
  }
  return carried;
}

// Lab 09.
std::vector<CarriedFile> worker_files(const std::string& machine) {
  return {{"ca.pem", {"kubelet"}},
          {machine + ".pem", {"kubelet"}},
          {machine + "-key.pem", {"kubelet"}},
          {machine + ".kubeconfig", {"kubelet"}},
          {"kube-proxy.kubeconfig", {"kube-proxy"}}};
}

PlacedFile placed(const CarriedFile& carried, std::string_view folder, std::string_view name) {
  return {carried.file, fmt::format("{}{}", folder, name), carried.units};
}

// etcd reads a copy of its own (lab 07), the others what lies in /var/lib/kubernetes (lab 08).
std::vector<PlacedFile> places_of_shared(const CarriedFile& carried) {
  std::vector<PlacedFile> places;
  std::vector<std::string> others;
  std::copy_if(carried.units.begin(), carried.units.end(), std::back_inserter(others),
               [](const auto& unit) { return unit != kEtcd; });
  if (others.size() != carried.units.size()) {
    places.push_back({carried.file, std::string(kEtcdFolder) + carried.file, {std::string(kEtcd)}});
  }
  if (!others.empty() || carried.units.empty()) {
    places.push_back({carried.file, std::string(kKubernetesFolder) + carried.file, std::move(others)});
  }
  return places;
}

}  // namespace

std::vector<CarriedFile> carried_files(const Machine& machine) {
  if (machine.role == Role::kWorker) return worker_files(machine.name);
  std::vector<CarriedFile> files;
  std::transform(kControlPlaneFiles.begin(), kControlPlaneFiles.end(), std::back_inserter(files), carried);
  return files;
}

std::vector<PlacedFile> places_of(const CarriedFile& carried, std::string_view machine) {
  const std::string name(machine);
  if (carried.file == name + ".kubeconfig") return {placed(carried, kKubeletFolder, "kubeconfig")};
  if (carried.file == name + ".pem" || carried.file == name + "-key.pem") {
    return {placed(carried, kKubeletFolder, carried.file)};
  }
  if (carried.file == "kube-proxy.kubeconfig") return {placed(carried, kProxyKubeconfig, "")};
  return places_of_shared(carried);
}

std::vector<PlacedFile> placed_files(const Machine& machine) {
  std::vector<PlacedFile> files;
  for (const auto& one : carried_files(machine)) {
    auto places = places_of(one, machine.name);
    std::move(places.begin(), places.end(), std::back_inserter(files));
  }
  return files;
}

std::string path_for(const Machine& machine, std::string_view file, std::string_view unit) {
  for (const auto& placed : placed_files(machine)) {
    const bool reads = std::find(placed.units.begin(), placed.units.end(), unit) != placed.units.end();
    if (placed.file == file && reads) return placed.path;
  }
  assert(false && "the unit does not read the file");
  return {};
}

}  // namespace cluster
