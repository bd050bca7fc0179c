// attach_console: a terminal at a machine's serial console, or whatever else its two ends are. One thread.
#pragma once

#include "lib/base/result.h"
#include "lib/base/unique_fd.h"

namespace provisioner::hypervisor {

// What leaves the console: Ctrl-] and nothing else, as telnet and virsh have it. All other keys, Ctrl-C too, are the
// machine's.
inline constexpr char kLeave = 0x1d;

enum class ConsoleEnd {
  kLeft,          // by kLeave
  kMachineEnded,  // QEMU has closed its end
  kToldToEnd,     // by SIGTERM, SIGHUP or SIGINT
};

// Carries bytes both ways between `console` (a stream to the machine's console socket) and `in` and `out`. A terminal
// at `in` is raw meanwhile, and as it was afterwards, whatever ends this. Where `in` is none it is read to its end, and
// what the machine writes is shown on until the machine ends or a signal comes. Signals are handled as before
// afterwards.
[[nodiscard]] base::Result<ConsoleEnd> attach_console(const base::UniqueFd& console, int in, int out);

}  // namespace provisioner::hypervisor
