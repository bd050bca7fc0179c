#include "provisioner/cloud_init/seed.h"

#include "lib/base/archive.h"
#include "provisioner/cloud_init/meta_data.h"
#include "provisioner/cloud_init/network_config.h"
#include "provisioner/cloud_init/user_data.h"

namespace provisioner::cloud_init {
namespace {

// No file of a seed has a time that means anything; a day of the format's own century keeps every reader content.
constexpr std::chrono::sys_seconds kTime = std::chrono::sys_days(std::chrono::year{2000} / 1 / 1);
constexpr mode_t kMode = 0644;

}  // namespace

Seed seed_of(const Guest& guest) {
  Seed seed;
  seed.user_data = user_data(guest);
  seed.network_config = network_config(guest);
  seed.meta_data = meta_data(guest, seed.user_data + seed.network_config);
  return seed;
}

std::vector<NamedText> files_of(const Seed& seed) {
  return {{"user-data", seed.user_data}, {"meta-data", seed.meta_data}, {"network-config", seed.network_config}};
}

base::Result<std::string> seed_image(const Seed& seed) {
  const auto files = files_of(seed);
  std::vector<base::ArchiveEntry> entries;
  for (const NamedText& file : files) entries.push_back({file.name, kMode, file.text});
  auto image = base::iso9660_image("cidata", entries, kTime);
  if (!image) return base::fail("cannot make the image with cloud-init's seed: {}", image.error().message);
  return image;
}

base::Result<step::RenderedFiles> render_seeds(const cluster::Cluster& cluster, const SeedOptions& options) {
  step::RenderedFiles files;
  for (const cluster::Machine& machine : cluster.machines) {
    const auto guest = guest_of(cluster, machine, options);
    if (!guest) return base::Failure(guest.error());
    for (NamedText& file : files_of(seed_of(*guest))) {
      files.push_back({std::filesystem::path("cloud-init") / machine.name / file.name, {std::move(file.text), kMode}});
    }
  }
  return files;
}

}  // namespace provisioner::cloud_init
