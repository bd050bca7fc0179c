// Which files of the PKI a machine carries, where they lie there and which units of systemd read them: the one place
// that knows, for keepstate-pki, which brings them, and for keepstate-provisioner, whose units name them. As Kubernetes
// the Hard Way has it (2020, labs 07 to 09). Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/cluster/cluster.h"

namespace cluster {

// On machines alone: the first certificate of ca.pem, that signs. kube-controller-manager does not start by a file that
// holds several, as ca.pem does while the authority changes.
inline constexpr std::string_view kSigningFile = "ca-signing.pem";

struct CarriedFile {
  std::string file;                // in the PKI's folder: "kubernetes.pem"
  std::vector<std::string> units;  // of kProgramNames: who reads it; empty: it is read anew each time

  friend bool operator==(const CarriedFile&, const CarriedFile&) = default;
};

struct PlacedFile {
  std::string file;
  std::string path;                // on the machine, absolute: "/var/lib/kubernetes/kubernetes.pem"
  std::vector<std::string> units;  // who reads it at this place

  friend bool operator==(const PlacedFile&, const PlacedFile&) = default;
};

[[nodiscard]] std::vector<CarriedFile> carried_files(const Machine& machine);

// Once for each place; `machine` because a kubelet's kubeconfig loses its name there.
[[nodiscard]] std::vector<PlacedFile> places_of(const CarriedFile& carried, std::string_view machine);

// All of a machine's.
[[nodiscard]] std::vector<PlacedFile> placed_files(const Machine& machine);

// Where `unit` reads `file` on the machine. It must be one of those that it reads.
[[nodiscard]] std::string path_for(const Machine& machine, std::string_view file, std::string_view unit);

}  // namespace cluster
