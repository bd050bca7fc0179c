// user-data: who the machine is and who may log in, as cloud-config. It holds public keys, and no secret ever. Pure;
// any thread.
#pragma once

#include <string>

#include "provisioner/cloud_init/guest.h"

namespace provisioner::cloud_init {

[[nodiscard]] std::string user_data(const Guest& guest);

}  // namespace provisioner::cloud_init
