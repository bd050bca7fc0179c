// What a visit to a backend says of it: whether it can be reached, and whether its certificate and its answers are what
// clients need. Pure; any thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "lb/doctor/finding.h"
#include "lb/doctor/host.h"
#include "lib/base/result.h"
#include "lib/cluster/cluster.h"

namespace lb::doctor {

// Of API servers it is known what clients want of them. A listener is one of theirs when its port is that of
// controlPlaneEndpoint, or when its checks are by https and ask for a path of theirs (as profile: kube-apiserver does):
// /readyz, /livez or /healthz.
enum class Servers { kApiServers, kOthers };
[[nodiscard]] Servers servers_of(const cluster::Cluster& cluster, const cluster::Listener& listener);

// What clients call the servers of this listener, so what each certificate must be for: addresses and names.
[[nodiscard]] std::vector<std::string> names_for_clients(const cluster::Cluster& cluster,
                                                         const cluster::Listener& listener);

[[nodiscard]] bool is_for(const net::PeerCertificate& certificate, const std::string& name);

// `names`: what the certificate has to be for; that and health without credentials are judged of API servers alone.
[[nodiscard]] Findings judge_backend(const cluster::Listener& listener, const cluster::Backend& backend,
                                     const Visit& visit, Servers servers, const std::vector<std::string>& names,
                                     std::chrono::system_clock::time_point now);

// The listener's own checks, one result a backend.
[[nodiscard]] Findings judge_checks(const cluster::Listener& listener,
                                    const base::Result<std::vector<net::ProbeResult>>& results);

}  // namespace lb::doctor
