// network-config: the machine's network as cloud-init's format 2 has it, which is netplan's too. Pure; any thread.
#pragma once

#include <string>

#include "provisioner/cloud_init/guest.h"

namespace provisioner::cloud_init {

[[nodiscard]] std::string network_config(const Guest& guest);

}  // namespace provisioner::cloud_init
