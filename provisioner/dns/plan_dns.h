// The cluster's names on this host: what there should be, what there is, and the steps between. Any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "lib/cluster/cluster.h"
#include "provisioner/dns/cluster_names.h"
#include "provisioner/dns/servers.h"
#include "provisioner/step/file_group.h"

namespace provisioner::dns {

inline constexpr const char* kFileKind = "dns file";      // in the ledger
inline constexpr const char* kHostsKind = "hosts block";  // its name is the file

struct DnsOptions {
  std::chrono::sys_days today;
  std::filesystem::path hosts = "/etc/hosts";
  std::uint16_t port = 53;                     // of Unbound
  std::chrono::milliseconds patience{15'000};  // for servers that were just told
};

struct DnsState {
  std::optional<ClusterNames> names;  // with provider nsd-unbound, and machines that have any
  Supervision supervision = Supervision::kNone;
  step::FileGroup group;
  step::FileGroupState files;
  std::optional<step::FileState> hosts;  // the whole file
  bool claims_hosts = false;             // the ledger has a block of ours in it
  std::string wrong_names;               // the first name that is not answered as it should be; "": none
};

// Looks, and asks Unbound for the names where the files are as they should be. What is missing in cluster.yaml, files
// of others at our paths, and a server's main file that does not include our part are errors.
[[nodiscard]] base::Result<DnsState> observe_dns(step::Host& host, const cluster::Cluster& cluster,
                                                 const step::Ledger& ledger, step::System system,
                                                 const DnsOptions& options);

// Pure. Against a cluster without machines it takes all away.
[[nodiscard]] base::Result<std::vector<step::Change>> plan_dns(const cluster::Cluster& cluster, const DnsState& state,
                                                               step::System system, const DnsOptions& options);

// For `render`: the files at their absolute paths, zones with the first serial number of today.
[[nodiscard]] base::Result<step::RenderedFiles> dns_files(const cluster::Cluster& cluster, step::System system,
                                                          const DnsOptions& options);

}  // namespace provisioner::dns
