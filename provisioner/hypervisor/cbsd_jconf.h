// The settings file of one machine for `cbsd bcreate jconf=FILE`. CBSD sources it as root, and puts some of its values
// through sed and into further files that it sources: so each value is held against what such a value can be, and one
// with anything else in it is an error that names the key of cluster.yaml. Pure; any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lib/base/result.h"
#include "lib/cluster/cluster.h"

namespace provisioner::hypervisor {

// Who writes cloud-init's three files.
enum class CbsdSeed {
  kOurs,      // we do, over those that CBSD has made of the profile's template
  kTemplate,  // CBSD, from the template that cbsd_template.h writes: the way of the blog, for who patches CBSD by hand
};

// In the order of the file. CBSD's own names (sudoexec/bcreate; ci_pod_cidr is the template's).
using CbsdSettings = std::vector<std::pair<std::string, std::string>>;

// `own_key`: the line of a public key that we log in with; "": none yet. Needs nodeNetwork with a bridge.
[[nodiscard]] base::Result<CbsdSettings> cbsd_settings(const cluster::Cluster& cluster, const cluster::Machine& machine,
                                                       CbsdSeed seed, const std::string& own_key);

// Begins with our mark.
[[nodiscard]] base::Result<std::string> cbsd_jconf(const cluster::Cluster& cluster, const cluster::Machine& machine,
                                                   CbsdSeed seed, const std::string& own_key);

}  // namespace provisioner::hypervisor
