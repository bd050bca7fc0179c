// The script of a bundle, which puts each file into its place on a machine. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "pki/output/bundle.h"

namespace pki::output {

// POSIX shell, for Debian's dash and FreeBSD's sh. It looks at everything, then puts every file beside its place, then
// renames them all: a run that was interrupted leaves whole files only, and the next one completes it. It tells which
// units to restart, also those of a run that was interrupted, and takes away what was unpacked, because keys are among
// it; with --keep it stays, and a second run changes nothing.
[[nodiscard]] std::string install_script(const std::string& machine, const std::vector<BundleFile>& files);

}  // namespace pki::output
