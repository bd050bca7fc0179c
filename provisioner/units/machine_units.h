// MachineUnits: everything that makes a machine a part of Kubernetes, but for keys and programs: units of systemd and
// their configuration, as Kubernetes the Hard Way writes them by hand (labs 07 to 09). Values, made of cluster.yaml
// alone; any thread.
#pragma once

#include "lib/base/result.h"
#include "provisioner/step/rendered_file.h"
#include "provisioner/units/unit_file.h"

namespace provisioner::units {

struct MachineUnits {
  std::string machine;
  std::vector<UnitFile> files;
  // In the order in which they are to be restarted. `reads` holds keepstate-pki's files too, and the unit's own.
  std::vector<Unit> units;
  std::vector<std::string> programs;  // absolute: what must be there beside the units' own
};

// `machine` is one of the cluster's. An error names the key of cluster.yaml that is missing.
[[nodiscard]] base::Result<MachineUnits> machine_units(const cluster::Cluster& cluster,
                                                       const cluster::Machine& machine);

// For `render`: units/NAME/ and below it the paths on the machine.
[[nodiscard]] base::Result<step::RenderedFiles> render_units(const cluster::Cluster& cluster);

}  // namespace provisioner::units
