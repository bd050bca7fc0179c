// rendering_of: all files that a cluster.yaml stands for, without a look at any host: `render DIR` writes them. Pure;
// any thread.
#pragma once

#include "provisioner/plan/world.h"
#include "provisioner/step/rendered_file.h"

namespace provisioner::plan {

struct RenderingOptions {
  WorldOptions world{};
  std::string own_key{};  // the line of the public key that we log in with
};

// Paths below DIR: host/ (as they lie on the host, below its root), cloud-init/NAME/, qemu/ or cbsd/, units/NAME/.
// Machines of a hypervisor that the system does not have are rendered all the same.
[[nodiscard]] base::Result<step::RenderedFiles> rendering_of(const cluster::Cluster& cluster,
                                                             const RenderingOptions& options);

}  // namespace provisioner::plan
