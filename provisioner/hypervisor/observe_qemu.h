// What there is of a cluster's machines with QEMU on this host: looked at, and never changed. Linux. Any thread.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/cluster/cluster.h"
#include "provisioner/cloud_init/seed.h"
#include "provisioner/hypervisor/accelerator.h"
#include "provisioner/hypervisor/disk.h"
#include "provisioner/hypervisor/host_room.h"
#include "provisioner/hypervisor/power.h"
#include "provisioner/hypervisor/qemu_command.h"
#include "provisioner/hypervisor/ssh_key.h"
#include "provisioner/hypervisor/tap.h"
#include "provisioner/step/ledger.h"

namespace provisioner::hypervisor {

struct QemuMachineState {
  std::string name;
  bool is_claimed = false;  // in the ledger: its folder is ours
  std::optional<RunningQemu> running{};
  std::string status{};  // as QEMU tells it: "running", "io-error", ...; "": it does not run, or does not answer
  std::optional<DiskState> disk{};
  std::optional<cloud_init::Seed> seed{};
  bool is_ready = false;    // it has come up once
  bool is_enabled = false;  // systemd starts it with the host
};

struct QemuState {
  std::vector<QemuMachineState> machines;  // those of cluster.yaml, then those of the ledger that it has no more
  std::map<std::string, TapState> taps;    // the same, by name
  std::map<std::filesystem::path, std::string> files;  // of ours in the system's folders that are there, by path
  std::vector<step::LedgerEntry> entries;              // of the kinds below, and taps
  bool has_systemd = false;                            // it is PID 1

  // Left as they are where cluster.yaml has no machines.
  KeyState key;
  AcceleratorState accelerator;
  bool has_vhost_net = false;
  std::filesystem::path image;  // where it belongs
  bool has_image = false;
  HostRoom room;
};

// Kinds of the ledger, beside kTapKind and kKeyKind.
inline constexpr const char* kMachineKind = "machine";  // its folder; the detail is kQemuDetail
inline constexpr const char* kQemuDetail = "qemu";
inline constexpr const char* kFileKind = "machine file";  // in a folder of the system; the detail is the machine
inline constexpr const char* kImageKind = "image";
inline constexpr const char* kAcceleratorKind = "accelerator";

struct QemuOptions {
  std::filesystem::path program = "/usr/bin/keepstate-provisioner";  // that units of systemd call
  cloud_init::VipHolder vip = cloud_init::VipHolder::kHost;
  std::chrono::milliseconds ready_patience = std::chrono::minutes{10};
};

// Things of others at places of ours are errors, and so is what cluster.yaml names and nobody can find (image, kernel,
// key) or leaves out and QEMU needs (nodeNetwork.bridge).
[[nodiscard]] base::Result<QemuState> observe_qemu(step::Host& host, const cluster::Cluster& cluster,
                                                   const step::Ledger& ledger, const QemuOptions& options);

// Files in the system's folders that a machine wants where systemd is PID 1.
[[nodiscard]] step::RenderedFiles system_files(const cluster::Cluster& cluster, const cluster::Machine& machine,
                                               const QemuFacts& facts, const QemuOptions& options);
[[nodiscard]] QemuFacts facts_of(const QemuState& state);

}  // namespace provisioner::hypervisor
