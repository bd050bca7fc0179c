// Seed: what cloud-init's NoCloud source finds beside a machine's disk. Values; any thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "provisioner/cloud_init/guest.h"
#include "provisioner/step/rendered_file.h"

namespace provisioner::cloud_init {

struct Seed {
  std::string user_data;
  std::string meta_data;
  std::string network_config;

  friend bool operator==(const Seed&, const Seed&) = default;
};

[[nodiscard]] Seed seed_of(const Guest& guest);

struct NamedText {
  std::string name;  // as cloud-init calls the file
  std::string text;
};
[[nodiscard]] std::vector<NamedText> files_of(const Seed& seed);

// An ISO 9660 image of the volume `cidata` with the three files; the same bytes for the same seed.
[[nodiscard]] base::Result<std::string> seed_image(const Seed& seed);

// For `render`: NAME/user-data and so on for each machine. Machines that have no seed (guest_of) are an error.
[[nodiscard]] base::Result<step::RenderedFiles> render_seeds(const cluster::Cluster& cluster,
                                                             const SeedOptions& options);

}  // namespace provisioner::cloud_init
