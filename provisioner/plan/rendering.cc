#include "provisioner/plan/rendering.h"

#include "provisioner/cloud_init/seed.h"
#include "provisioner/hypervisor/render_qemu.h"
#include "provisioner/network/host_network.h"
#include "provisioner/network/persistence.h"
#include "provisioner/step/mark.h"
#include "provisioner/step/shell_text.h"
#include "provisioner/units/machine_units.h"

namespace provisioner::plan {
namespace {

using cluster::Cluster;
using step::RenderedFiles;
using step::System;

const std::filesystem::path kHost = "host";  // as below the host's root

void append_to_host(RenderedFiles& files, RenderedFiles more) {
  for (step::RenderedFile& file : more) {
    files.push_back({kHost / file.path.relative_path(), std::move(file.file)});
  }
}

// What is no file of ours: our part of rc.conf.
void add_rc_conf(const Cluster& cluster, const network::HostNetwork& wanted, RenderedFiles& files) {
  const network::RcConf rc = network::rc_conf_of(wanted, network::BridgeOwner::kOurs);
  if (rc.variables.empty() && rc.words.empty()) return;
  std::string text = "#!/bin/sh\n# " + step::mark_of(cluster) + " our part of rc.conf.\nset -eu\n";
  for (const auto& [name, value] : rc.variables) {
    text += step::shell_text({{"sysrc", fmt::format("{}={}", name, value)}}) + "\n";
  }
  for (const auto& [list, word] : rc.words) {
    text += step::shell_text({{"sysrc", fmt::format("{}+={}", list, word)}}) + "\n";
  }
  files.push_back({kHost / "rc.conf.sh", {std::move(text), 0755}});
}

// QEMU's: units for the host, and a script a machine.
void add_qemu(const Cluster& cluster, const RenderingOptions& options, RenderedFiles& files) {
  for (step::RenderedFile& file : hypervisor::render_qemu(cluster, options.world.qemu)) {
    const bool is_for_host = *file.path.begin() == "etc";
    files.push_back({is_for_host ? kHost / file.path : file.path, std::move(file.file)});
  }
}

}  // namespace

base::Result<RenderedFiles> rendering_of(const Cluster& cluster, const RenderingOptions& options) {
  const System system = options.world.system;
  const network::HostNetwork wanted = network::network_of(cluster);
  RenderedFiles files;
  append_to_host(files, network::network_files(wanted, system, network::BridgeOwner::kOurs));
  if (system == System::kFreebsd) add_rc_conf(cluster, wanted, files);
  auto names = dns::dns_files(cluster, system, options.world.dns);
  if (!names) return base::Failure(names.error());
  append_to_host(files, *std::move(names));

  const cloud_init::SeedOptions seed_options{options.own_key, options.world.qemu.vip};
  auto seeds = cloud_init::render_seeds(cluster, seed_options);
  if (!seeds) return base::Failure(seeds.error());
  files.insert(files.end(), seeds->begin(), seeds->end());
  if (system == System::kLinux) {
    add_qemu(cluster, options, files);
  } else {
    auto cbsd = hypervisor::render_cbsd(cluster, options.own_key);
    if (!cbsd) return base::Failure(cbsd.error());
    files.insert(files.end(), cbsd->begin(), cbsd->end());
  }

  auto units = units::render_units(cluster);
  if (!units) return base::Failure(units.error());
  files.insert(files.end(), units->begin(), units->end());
  return files;
}

}  // namespace provisioner::plan
