#include "lib/cluster/validate_kubernetes.h"

#include <algorithm>

#include "lib/base/byte_size.h"
#include "lib/base/duration.h"

namespace cluster {
namespace {

constexpr const char* kQuota = "spec.kubernetes.etcd.quota";
constexpr const char* kShutdownDelay = "spec.kubernetes.shutdownDelay";
constexpr const char* kEndpoint = "spec.kubernetes.containerRuntime.endpoint";
constexpr const char* kRuntimeProgram = "spec.kubernetes.containerRuntime.program";
constexpr const char* kRuntimeType = "spec.kubernetes.containerRuntime.type";

// Beside its database a member keeps snapshots of it and its log, and needs the same room once more to defragment.
void check_quota(const Cluster& cluster, Findings& findings) {
  if (!findings.readable(kQuota)) return;
  for (const Machine& machine : cluster.machines) {
    const std::uint64_t quota = *cluster.kubernetes.etcd.quota;
    if (machine.role != Role::kControlPlane || quota <= machine.disk / 2) continue;
    return findings.warning(
        kQuota, fmt::format("quota: etcd's database may grow to {}, but machine '{}' has a disk of {}, and an etcd "
                            "that fills its disk takes the cluster with it; write {} at most, or give the machine a "
                            "larger disk",
                            base::byte_size_text(quota), machine.name, base::byte_size_text(machine.disk),
                            base::byte_size_text(machine.disk / 2)));
  }
}

// From a red /readyz to the time when lb sends no new session there any more.
std::chrono::milliseconds time_to_notice(const HealthCheck& check) {
  const auto fast = check.fast_interval.value_or(check.interval / 4);
  return check.interval + fast * (std::max(check.fall, 1U) - 1) + check.interval / 10;
}

void check_shutdown_delay(const Cluster& cluster, Findings& findings) {
  if (!cluster.load_balancer || !findings.sound(kShutdownDelay)) return;
  for (std::size_t i = 0; i < cluster.load_balancer->listeners.size(); ++i) {
    const Listener& listener = cluster.load_balancer->listeners[i];
    const std::string interval = fmt::format("spec.loadBalancer.listeners[{}].healthCheck.interval", i);
    const std::string place = findings.given(kShutdownDelay) ? kShutdownDelay : interval;
    if (!speaks_http(listener.health_check.kind) || !findings.readable(place)) continue;
    const auto needed = time_to_notice(listener.health_check);
    if (cluster.kubernetes.shutdown_delay >= needed) continue;
    findings.warning(
        place, fmt::format("{}: kube-apiserver closes its port {} after its /readyz went red, but listener '{}' needs "
                           "up to {} to see that, and sends it new sessions meanwhile; make shutdownDelay longer or "
                           "the interval shorter",
                           place == kShutdownDelay ? "shutdownDelay" : "interval",
                           base::duration_text(cluster.kubernetes.shutdown_delay), listener.name,
                           base::duration_text(needed)));
  }
}

void check_runtime(const ContainerRuntime& runtime, Findings& findings) {
  if (runtime.kind != ContainerRuntimeKind::kOther || !findings.readable(kRuntimeType)) return;
  if (findings.readable(kRuntimeProgram)) {
    findings.warning(kRuntimeProgram, "program: only containerd is started by us; remove it");
  }
  if (findings.given(kEndpoint) || !findings.sound(kEndpoint)) return;
  findings.error(kRuntimeType,
                 "type: another container runtime than containerd needs endpoint, where it answers; add it, as "
                 "unix:///run/crio/crio.sock");
}

}  // namespace

void validate_kubernetes(const Cluster& cluster, Findings& findings) {
  check_quota(cluster, findings);
  check_shutdown_delay(cluster, findings);
  check_runtime(cluster.kubernetes.container_runtime, findings);
}

}  // namespace cluster
