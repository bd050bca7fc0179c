// What cluster.yaml says of Kubernetes' own programs on the machines (spec.kubernetes), with every default filled in.
// Plain values, any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cluster {

// The part of a version 1.MINOR that decides which flags and files the programs take.
struct KubernetesVersion {
  static constexpr unsigned kOldest = 20;
  static constexpr unsigned kCurrent = 34;

  unsigned minor = kCurrent;

  friend auto operator<=>(const KubernetesVersion&, const KubernetesVersion&) = default;
};

// kOther: whoever answers at the endpoint is none of our business.
enum class ContainerRuntimeKind { kContainerd, kOther };

struct ContainerRuntime {
  ContainerRuntimeKind kind = ContainerRuntimeKind::kContainerd;
  std::string endpoint = "unix:///run/containerd/containerd.sock";  // CRI; a Unix socket
  std::string program;                                              // absolute: containerd; "": in `binaries`
};

enum class InitialClusterState { kNew, kExisting };  // kExisting: a member that joins an etcd that is there

struct Etcd {
  std::optional<std::uint64_t> quota;  // bytes; unset: what suits the machine's disk
  InitialClusterState initial_cluster_state = InitialClusterState::kNew;
};

// The programs, and the units of systemd that run them: each before those that talk to it, which is the order in which
// they are wisely restarted.
enum class Program { kEtcd, kApiServer, kControllerManager, kScheduler, kKubelet, kProxy };
inline constexpr std::array<std::string_view, 6> kProgramNames{
    "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"};
[[nodiscard]] constexpr std::string_view name_of(Program program) noexcept {
  return kProgramNames.at(static_cast<std::size_t>(program));
}

struct Kubernetes {
  KubernetesVersion version;
  std::string binaries = "/usr/local/bin";  // absolute: the folder of the programs on the machines
  // Requests whose connection kube-apiserver has its client open anew; unset: a thousand, or none where one serves
  // alone.
  std::optional<unsigned> goaway_per_million;
  std::chrono::milliseconds shutdown_delay{10'000};  // kube-apiserver: from SIGTERM, /readyz red, to the closed port
  std::string service_account_issuer;                // URL; filled in by complete()
  std::string resolv_conf = "/run/systemd/resolve/resolv.conf";  // absolute: what pods' own begins as
  ContainerRuntime container_runtime;
  Etcd etcd;
  std::array<std::vector<std::string>, kProgramNames.size()> extra_args;  // by Program: "--name=value" or "--name"

  [[nodiscard]] const std::vector<std::string>& extra_args_of(Program program) const {
    return extra_args.at(static_cast<std::size_t>(program));
  }
};

}  // namespace cluster
