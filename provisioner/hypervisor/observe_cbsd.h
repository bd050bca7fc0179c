// What there is of a cluster's machines with CBSD on this host: looked at, and never changed. FreeBSD. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lib/cluster/cluster.h"
#include "provisioner/cloud_init/seed.h"
#include "provisioner/hypervisor/cbsd.h"
#include "provisioner/hypervisor/cbsd_jconf.h"
#include "provisioner/hypervisor/ssh_key.h"
#include "provisioner/step/ledger.h"
#include "provisioner/step/rendered_file.h"

namespace provisioner::hypervisor {

struct CbsdMachineState {
  std::string name;
  bool is_claimed = false;               // in the ledger: it is ours
  bool is_known = false;                 // CBSD has something of that name, whole or not
  std::optional<CbsdListing> listing{};  // as `bls` has it
  std::string mac{};                     // "": CBSD has not given one yet
  CbsdSettings settings{};               // those that CBSD was last told; none: nobody knows
  std::optional<cloud_init::Seed> seed{};
  bool is_ready = false;  // it has come up once

  [[nodiscard]] bool is_on() const { return listing && listing->is_on(); }
};

struct CbsdState {
  std::vector<CbsdMachineState> machines;  // those of cluster.yaml, then those of the ledger that it has no more
  std::vector<step::LedgerEntry> keys;     // pairs that the ledger says are ours

  // Left as they are where there is no machine to look at.
  KeyState key;
  std::filesystem::path folder;  // CBSD's own
  std::uint64_t memory = 0;      // bytes, all that the host has
  std::uint64_t free_disk = 0;   // bytes, where CBSD's machines lie
};

// Of an entry of kind kMachineKind in the ledger.
inline constexpr const char* kCbsdDetail = "cbsd";

struct CbsdOptions {
  cloud_init::VipHolder vip = cloud_init::VipHolder::kHost;
  std::chrono::milliseconds ready_patience = std::chrono::minutes{10};
};

// A machine of CBSD's that has a name of ours and that we did not make is an error, and so is a host without CBSD.
[[nodiscard]] base::Result<CbsdState> observe_cbsd(step::Host& host, const cluster::Cluster& cluster,
                                                   const step::Ledger& ledger);

// In the machine's folder: what CBSD was last told.
[[nodiscard]] std::filesystem::path cbsd_jconf_file(const cluster::Cluster& cluster, std::string_view machine);
// What cbsd_jconf and its like have written.
[[nodiscard]] CbsdSettings parse_cbsd_jconf(std::string_view text);
// Where CBSD takes a machine's seed from.
[[nodiscard]] std::filesystem::path cbsd_seed_folder(const std::filesystem::path& cbsd, std::string_view machine);

// For `render`: a settings file a machine, for either way, and the template.
[[nodiscard]] base::Result<step::RenderedFiles> render_cbsd(const cluster::Cluster& cluster,
                                                            const std::string& own_key);

}  // namespace provisioner::hypervisor
