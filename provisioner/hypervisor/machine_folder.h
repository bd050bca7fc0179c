// Where things lie in Hypervisor.folder. Values; any thread.
//
//   images/SUM              what disks begin as, never written again
//   ssh/id_ed25519, .pub    the key that we log in with, unless access.keyFile names another
//   accelerator.json        whether KVM really starts a guest here
//   machines/NAME/          all of one machine: disk.qcow2, seed.iso, console.log, ...
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "lib/cluster/cluster.h"

namespace provisioner::hypervisor {

struct ClusterFolder {
  explicit ClusterFolder(const cluster::Cluster& cluster) : path(cluster.hypervisor.folder) {}

  [[nodiscard]] std::filesystem::path images() const { return path / "images"; }
  [[nodiscard]] std::filesystem::path ssh() const { return path / "ssh"; }
  [[nodiscard]] std::filesystem::path machines() const { return path / "machines"; }
  [[nodiscard]] std::filesystem::path accelerator() const { return path / "accelerator.json"; }

  std::filesystem::path path;
};

struct MachineFolder {
  explicit MachineFolder(std::filesystem::path folder) : path(std::move(folder)) {}
  MachineFolder(const cluster::Cluster& cluster, std::string_view machine)
      : path(ClusterFolder(cluster).machines() / machine) {}

  [[nodiscard]] std::filesystem::path disk() const { return path / "disk.qcow2"; }
  [[nodiscard]] std::filesystem::path seed() const { return path / "seed.iso"; }
  [[nodiscard]] std::filesystem::path seed_files() const { return path / "cloud-init"; }  // the same, for people
  [[nodiscard]] std::filesystem::path pid_file() const { return path / "qemu.pid"; }
  [[nodiscard]] std::filesystem::path qmp() const { return path / "qmp.sock"; }
  [[nodiscard]] std::filesystem::path console() const { return path / "console.sock"; }
  [[nodiscard]] std::filesystem::path console_log() const { return path / "console.log"; }  // since its last start
  [[nodiscard]] std::filesystem::path qemu_log() const { return path / "qemu.log"; }        // what QEMU itself says
  [[nodiscard]] std::filesystem::path known_hosts() const { return path / "known_hosts"; }
  [[nodiscard]] std::filesystem::path ready() const { return path / "ready"; }  // there: it has come up once

  std::filesystem::path path;
};

}  // namespace provisioner::hypervisor
