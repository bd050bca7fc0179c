// What `start`, `stop` and `restart` want of a machine, whoever runs it. A value.
#pragma once

namespace provisioner::hypervisor {

enum class PowerWish { kOn, kOff, kRestart };

}  // namespace provisioner::hypervisor
