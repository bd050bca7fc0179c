#include "provisioner/hypervisor/write_seed.h"

#include <algorithm>

#include "provisioner/hypervisor/ssh_key.h"
#include "provisioner/step/shell_text.h"

namespace provisioner::hypervisor {
namespace {

using cloud_init::Seed;

constexpr mode_t kSeedMode = 0644;

}  // namespace

base::Result<std::optional<Seed>> observe_seed(step::Host& host, const MachineFolder& folder) {
  Seed seed;
  for (const auto& [name, text] : {std::pair{"user-data", &seed.user_data}, std::pair{"meta-data", &seed.meta_data},
                                   std::pair{"network-config", &seed.network_config}}) {
    auto file = host.read(folder.seed_files() / name);
    if (!file) return base::Failure(file.error());
    if (!*file) return std::nullopt;
    *text = std::move((*file)->content);
  }
  if (!host.exists(folder.seed())) return std::nullopt;
  return seed;
}

std::string difference(const Seed& a, const Seed& b) {
  std::string names;
  if (a.user_data != b.user_data) names += "user-data";
  if (a.network_config != b.network_config) names += names.empty() ? "network-config" : ", network-config";
  if (names.empty() && a.meta_data != b.meta_data) names = "meta-data";
  return names;
}

base::Result<Seed> WriteSeed::seed(std::string own_key) const {
  const auto machine = std::find_if(cluster_.machines.begin(), cluster_.machines.end(),
                                    [&](const cluster::Machine& one) { return one.name == machine_; });
  const auto guest = cloud_init::guest_of(cluster_, *machine, {.own_key = std::move(own_key), .vip = vip_});
  if (!guest) return base::Failure(guest.error());
  return cloud_init::seed_of(*guest);
}

std::string WriteSeed::print() const {
  const MachineFolder folder(cluster_, machine_);
  const auto made = seed("ssh-ed25519 KEY-OF-THE-PROVISIONER");
  if (!made) return "# " + made.error().message;
  const std::string files = step::shell_word(folder.seed_files().string());
  std::string text = "mkdir -p " + files;
  for (const cloud_init::NamedText& file : cloud_init::files_of(*made)) {
    text += "\n" + step::shell_text(folder.seed_files() / file.name, {file.text, kSeedMode});
  }
  return text +
         fmt::format("\n(cd {} && xorriso -as mkisofs -quiet -V cidata -J -r -o {} user-data meta-data network-config)",
                     files, step::shell_word(folder.seed().string()));
}

// The image last: while it is missing or old, the seed does not count as written.
base::Result<void> WriteSeed::carry_out(step::Workplace& place) {
  step::Host& host = place.host();
  place.tell("seed");
  const MachineFolder folder(cluster_, machine_);
  auto key = observe_key(host, cluster_);
  if (!key) return base::Failure(key.error());
  const auto made = seed(key->public_line.value_or(""));
  if (!made) return base::Failure(made.error());
  const auto image = cloud_init::seed_image(*made);
  if (!image) return base::Failure(image.error());
  if (auto folders = host.make_folder(folder.seed_files(), 0755); !folders) return folders;
  if (auto removed = host.remove(folder.seed()); !removed) return removed;
  for (cloud_init::NamedText& file : cloud_init::files_of(*made)) {
    auto written = host.write(folder.seed_files() / file.name, {std::move(file.text), kSeedMode});
    if (!written) return written;
  }
  return host.write(folder.seed(), {*image, kSeedMode});
}

}  // namespace provisioner::hypervisor
