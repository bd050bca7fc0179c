// What a machine gets of us: files, and the units of systemd that read them. Values; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/cluster/cluster.h"
#include "provisioner/step/mark.h"

namespace provisioner::units {

inline constexpr std::string_view kUnitFolder = "/etc/systemd/system";

// All of them are for everybody to read (0644): what is secret comes from keepstate-pki.
struct UnitFile {
  std::string path;     // on the machine, absolute
  std::string content;  // ends with a newline

  friend bool operator==(const UnitFile&, const UnitFile&) = default;
};

struct Unit {
  std::string name;                // "kube-apiserver"
  std::string program;             // absolute: what it runs; "": nothing of ours
  std::vector<std::string> reads;  // absolute paths; when one of them changes, it is restarted

  friend bool operator==(const Unit&, const Unit&) = default;
};

// One program's share of a machine.
struct UnitSet {
  Unit unit;
  std::vector<UnitFile> files;  // that of the unit first
};

// The first line of a file whose format has comments that begin with '#'.
[[nodiscard]] inline std::string mark_line(const cluster::Cluster& cluster) {
  return "# " + step::mark_of(cluster) + " a change here is lost with the next `push`.\n";
}

[[nodiscard]] inline std::string unit_path(std::string_view unit) {
  return std::string(kUnitFolder) + "/" + std::string(unit) + ".service";
}

[[nodiscard]] inline std::string program_path(const cluster::Cluster& cluster, std::string_view program) {
  return cluster.kubernetes.binaries + "/" + std::string(program);
}

}  // namespace provisioner::units
