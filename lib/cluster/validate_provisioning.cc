#include "lib/cluster/validate_provisioning.h"

#include "lib/cluster/first_seen.h"

namespace cluster {
namespace {

constexpr const char* kImage = "spec.hypervisor.image";
constexpr const char* kType = "spec.hypervisor.type";

void check_image(const Hypervisor& hypervisor, Findings& findings) {
  const std::string source = std::string(kImage) + ".source";
  const bool remote = hypervisor.image.source.starts_with("http");
  if (findings.readable(source) && remote && hypervisor.image.sha256.empty() &&
      findings.sound(std::string(kImage) + ".sha256")) {
    findings.error(source,
                   "source: an image from the network needs sha256, or the machines would run whatever comes; add the "
                   "sum that its publisher shows");
  }
  for (const char* const key : {"initrd", "kernelArguments"}) {
    const std::string path = fmt::format("{}.{}", kImage, key);
    if (!findings.readable(path) || findings.given(std::string(kImage) + ".kernel")) continue;
    findings.error(path,
                   fmt::format("{}: only a kernel that qemu starts itself takes it; add kernel, or remove it", key));
  }
}

// Keys that the hypervisor of the file does not look at.
void check_kind(const Hypervisor& hypervisor, Findings& findings) {
  if (!findings.readable(kType)) return;
  const auto idle = [&](const char* key, const char* reader) {
    const std::string path = std::string("spec.hypervisor.") + key;
    if (findings.given(path)) findings.warning(path, fmt::format("{}: only {} looks at it; remove it", key, reader));
  };
  if (hypervisor.kind == HypervisorKind::kCbsd) {
    idle("accel", "qemu");
    idle("image", "qemu");
  }
  if (hypervisor.kind == HypervisorKind::kQemu) idle("profile", "cbsd");
}

void check_macs(const std::vector<Machine>& machines, HypervisorKind kind, Findings& findings) {
  FirstSeen<std::string> macs("mac");
  for (std::size_t i = 0; i < machines.size(); ++i) {
    const std::string path = fmt::format("spec.machines[{}].mac", i);
    if (!findings.readable(path)) continue;
    macs.check(machines[i].mac, machines[i].mac, path, findings);
    if (kind == HypervisorKind::kCbsd) {
      findings.warning(path, "mac: CBSD gives its machines addresses of its own; remove it");
    }
  }
}

// A machine's sockets lie in a folder of its own (hypervisor/machine_folder.h), and sun_path is short.
void check_folder(const Cluster& cluster, Findings& findings) {
  constexpr std::size_t kLongestSocketPath = 103;
  if (!findings.sound("spec.hypervisor.folder")) return;
  for (const Machine& machine : cluster.machines) {
    const std::string longest = cluster.hypervisor.folder + "/machines/" + machine.name + "/console.sock";
    if (longest.size() <= kLongestSocketPath) continue;
    findings.error("spec.hypervisor.folder",
                   fmt::format("folder: {} would be longer than the {} bytes that a socket's path can have; choose a "
                               "shorter folder",
                               longest, kLongestSocketPath));
    return;
  }
}

}  // namespace

void validate_provisioning(const Cluster& cluster, Findings& findings) {
  check_image(cluster.hypervisor, findings);
  check_kind(cluster.hypervisor, findings);
  check_folder(cluster, findings);
  check_macs(cluster.machines, cluster.hypervisor.kind, findings);
}

}  // namespace cluster
