// PermittedNames: what an authority may sign for (RFC 5280 s4.2.1.10, permitted subtrees), as plain values. Any thread.
//
// A name without dots is a subtree of its own, so every machine's bare name has to be listed; networks are permitted as
// a whole, so that a machine that comes later is covered by its address.
#pragma once

#include <string>
#include <vector>

#include "lib/base/ip_address.h"
#include "lib/cluster/cluster.h"
#include "pki/plan/alternative_names.h"

namespace pki::plan {

struct PermittedNames {
  std::vector<std::string> domains;       // each with all below it; canonical. Empty: no limit to DNS names
  std::vector<base::IpNetwork> networks;  // empty: no limit to addresses
};

// For a cluster with nameConstraints: its domain, endpoint, machines and networks, what Kubernetes calls itself inside,
// and what the configuration permits besides.
[[nodiscard]] PermittedNames permitted_names(const cluster::Cluster& cluster, const cluster::NameConstraints& besides);

// Those that the authority may not sign for, as text.
[[nodiscard]] std::vector<std::string> forbidden_names(const AlternativeNames& names, const PermittedNames& permitted);

}  // namespace pki::plan
