// The blog's own way to give CBSD's machines their pods' network: a template of cloud-init's files for CBSD, and the
// lines that its script needs for it (CBSD 13 and later put network-config together from parts). For who keeps CBSD's
// own workflow; we ourselves write the three files over. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "lib/cluster/cluster.h"
#include "provisioner/step/rendered_file.h"

namespace provisioner::hypervisor {

// The template's name, and that of its folder.
inline constexpr std::string_view kCbsdTemplate = "keepstate";

// For --emit-template: cloud-tpl/keepstate/ with its parts, and what is to be done with it in README.
[[nodiscard]] step::RenderedFiles cbsd_template(const cluster::Cluster& cluster);

}  // namespace provisioner::hypervisor
