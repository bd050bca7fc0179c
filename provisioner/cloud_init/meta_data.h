// meta-data: which instance this is, and what only its cluster knows of it. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "provisioner/cloud_init/guest.h"

namespace provisioner::cloud_init {

// `inputs`: all else that the seed says. A seed that says something new is a new instance to cloud-init, or it would
// not look at what it has done before. In the guest `cloud-init query ds.meta_data.pod_cidr` tells its pods' network.
[[nodiscard]] std::string meta_data(const Guest& guest, std::string_view inputs);

}  // namespace provisioner::cloud_init
