// Taps: the host's end of each machine's cable, plugged into the bridge. They are made by ip(8), marked by their alias,
// and described to systemd-networkd too, so that they are there again after a reboot. Pure, but for observe_tap; any
// thread.
#pragma once

#include <string>
#include <vector>

#include "lib/cluster/cluster.h"
#include "provisioner/step/rendered_file.h"
#include "provisioner/step/step.h"

namespace provisioner::hypervisor {

// What there should be.
struct Tap {
  std::string name;  // of the interface, from those of cluster and machine: "ks6f1d2c3b4a"
  std::string machine;
  std::string alias;  // our mark: "keepstate:hard-way:worker-0"
  std::string mac;    // the machine's, with fe for its first byte: a bridge takes the lowest of its ports' for its own
  std::string bridge;

  friend bool operator==(const Tap&, const Tap&) = default;
};
// `machine` is one of the cluster's, which has a bridge.
[[nodiscard]] Tap tap_of(const cluster::Cluster& cluster, const cluster::Machine& machine);

// What there is.
struct TapState {
  bool exists = false;
  std::string alias{};
  std::string bridge{};  // "": in none
  bool is_up = false;

  friend bool operator==(const TapState&, const TapState&) = default;
};
[[nodiscard]] base::Result<TapState> observe_tap(step::Host& host, const std::string& name);

// An interface of that name that has another alias is not ours.
[[nodiscard]] bool is_foreign(const Tap& tap, const TapState& state);

// From what there is to what there should be; none where that is the same. The ledger is told first.
[[nodiscard]] step::Steps steps_to_make(const Tap& tap, const TapState& state);
// Of one that may be there no more; the ledger is told last.
[[nodiscard]] step::Steps steps_to_remove(const std::string& name);
inline constexpr const char* kTapKind = "tap";  // in the ledger; its detail is the machine

// For systemd-networkd and udev, below /etc/systemd/network.
[[nodiscard]] step::RenderedFiles networkd_files(const cluster::Cluster& cluster, const Tap& tap);

}  // namespace provisioner::hypervisor
