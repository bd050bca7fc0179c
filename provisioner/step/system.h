// System: what kind of host it is, where commands and paths differ. A value that is passed in, so that both are tested
// everywhere.
#pragma once

namespace provisioner::step {

enum class System { kLinux, kFreebsd };

}  // namespace provisioner::step
