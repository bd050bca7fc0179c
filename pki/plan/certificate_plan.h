// Which certificates a cluster needs. Pure: a Cluster in, CertificateSpecs out; any thread.
#pragma once

#include <tl/expected.hpp>
#include <vector>

#include "lib/cluster/cluster.h"
#include "lib/cluster/diagnostic.h"
#include "pki/plan/certificate_spec.h"

namespace pki::plan {

// The authority first, then what it signs. When the cluster lacks something that a certificate must name, every such
// key is a Diagnostic (line 0: what is missing has no place in the file).
[[nodiscard]] tl::expected<std::vector<CertificateSpec>, cluster::Diagnostics> certificates_for(
    const cluster::Cluster& cluster);

}  // namespace pki::plan
