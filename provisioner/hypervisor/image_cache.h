// The image that disks begin as: brought once into Hypervisor.folder/images, looked at, and never written again, as
// disks lie over it. Any thread.
#pragma once

#include <filesystem>
#include <string>

#include "lib/base/result.h"
#include "lib/cluster/cluster.h"
#include "provisioner/hypervisor/image_header.h"
#include "provisioner/step/step.h"

namespace provisioner::hypervisor {

// Where the cluster's image lies once it has been brought. Its name is its sum; where cluster.yaml gives none, it
// follows from path, size and time of the source, so that another source is another image. A source that is not there
// is an error.
[[nodiscard]] base::Result<std::filesystem::path> cached_image(step::Host& host, const cluster::Cluster& cluster);

// Of an image that is on the host.
[[nodiscard]] base::Result<ImageHeader> inspect_image(step::Host& host, const std::filesystem::path& file);

// Downloads or copies it, wants the sum that cluster.yaml gives, and looks at what it is. Whole or not at all; what has
// come of a download stays for the next try. Files are the real ones, not those of the step's Host.
class FetchImage final : public step::Step {
 public:
  FetchImage(cluster::Image image, std::filesystem::path target)
      : image_(std::move(image)), target_(std::move(target)) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override;

 private:
  [[nodiscard]] bool is_remote() const { return image_.source.starts_with("http"); }
  [[nodiscard]] base::Result<void> bring(step::Workplace& place) const;
  [[nodiscard]] base::Result<void> copy(step::Workplace& place) const;
  [[nodiscard]] base::Result<void> want_sum(step::Workplace& place) const;
  [[nodiscard]] base::Result<void> accept() const;

  cluster::Image image_;
  std::filesystem::path target_;
};

}  // namespace provisioner::hypervisor
