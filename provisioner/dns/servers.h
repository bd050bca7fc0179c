// Servers: NSD, which knows our zones, and Unbound, which machines ask: where their files lie on each system, what we
// write into them, and how they are told. Pure; any thread.
//
// NSD answers on 127.0.0.1:5300 alone, so that it does not meet Unbound, which has port 53 of the gateway's address and
// of 127.0.0.1.
#pragma once

#include <string>
#include <vector>

#include "lib/cluster/cluster.h"
#include "provisioner/dns/cluster_names.h"
#include "provisioner/step/host.h"
#include "provisioner/step/rendered_file.h"
#include "provisioner/step/system.h"

namespace provisioner::dns {

struct ServerPaths {
  std::filesystem::path zones;         // a folder of the cluster's own
  std::filesystem::path nsd_part;      // that nsd.conf includes
  std::filesystem::path unbound_part;  // that unbound.conf includes
  std::filesystem::path nsd_main;      // of the system; has to include nsd_part
  std::filesystem::path unbound_main;
};
[[nodiscard]] ServerPaths paths_of(const cluster::Cluster& cluster, step::System system);
[[nodiscard]] std::filesystem::path zone_file(const ServerPaths& paths, const Zone& zone);

[[nodiscard]] std::string nsd_part(const cluster::Cluster& cluster, const ClusterNames& names,
                                   const ServerPaths& paths);
[[nodiscard]] std::string unbound_part(const cluster::Cluster& cluster, const ClusterNames& names);

// Who starts the servers: systemd where it is process 1, service(8) of FreeBSD, or nobody but us.
enum class Supervision { kSystemd, kFreebsd, kNone };
// What the servers have to hear of. Both take a new address at a start alone (unbound.conf(5), "interface"), so a new
// part of their configuration restarts them; zones are read anew while they serve, and forgotten where they are cached.
enum class News { kZones, kConfiguration };
[[nodiscard]] std::vector<step::Command> tell_servers(const ClusterNames& names, const ServerPaths& paths,
                                                      Supervision supervision, News news);

// Has Unbound forget what it has heard of the zones: it may have asked NSD before that had read them anew.
[[nodiscard]] step::Command forget_answers(const ClusterNames& names, Supervision supervision);

}  // namespace provisioner::dns
