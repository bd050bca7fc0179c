// UnitsState: what there is of our units on one machine. Values; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "provisioner/step/host.h"
#include "provisioner/units/machine_units.h"

namespace provisioner::units {

enum class FileCondition { kSame, kDiffers, kMissing, kForeign };  // kForeign: not ours

struct FileLook {
  std::string path;
  FileCondition condition = FileCondition::kMissing;

  friend bool operator==(const FileLook&, const FileLook&) = default;
};

struct UnitLook {
  std::string name;
  std::string active;   // a word of systemctl: "active", "activating", "inactive", "failed"
  std::string enabled;  // "enabled", "disabled", "static", "unknown"

  friend bool operator==(const UnitLook&, const UnitLook&) = default;
};

struct UnitsState {
  std::vector<FileLook> files;
  std::vector<UnitLook> units;
  std::vector<std::string> missing_programs;  // absolute paths
  bool has_etcd_member = false;               // etcd has been a member of something here
};

// Asks over ssh. An error: nobody answers, or what comes is no answer.
[[nodiscard]] base::Result<UnitsState> observe_units(step::Host& host, const cluster::Cluster& cluster,
                                                     const cluster::Machine& machine, const MachineUnits& wanted);

// What PushScripts::look prints.
[[nodiscard]] base::Result<UnitsState> parse_look(std::string_view text);

}  // namespace provisioner::units
