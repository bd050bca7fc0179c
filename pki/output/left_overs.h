// Left-overs: certificates in a PKI's folder that one of its authorities has signed and nobody asks for any more, such
// as those of a machine that has gone. Any thread.
#pragma once

#include <filesystem>
#include <vector>

#include "pki/output/contents.h"
#include "pki/plan/inventory.h"
#include "pki/plan/pki_spec.h"

namespace pki::output {

// What cannot be read or is no certificate or kubeconfig is somebody else's, and
// passed over. `contents` holds all else of the folder.
[[nodiscard]] std::vector<plan::LeftOver> find_left_overs(const std::filesystem::path& folder,
                                                          const plan::PkiSpec& spec, const Contents& contents);

}  // namespace pki::output
