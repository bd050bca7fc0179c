// A machine's disk: a qcow2 file of the size that cluster.yaml asks for, over the cluster's image. Any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "provisioner/hypervisor/machine_folder.h"
#include "provisioner/step/step.h"

namespace provisioner::hypervisor {

struct DiskState {
  std::uint64_t virtual_size = 0;  // bytes that the machine sees
  std::uint64_t allocated = 0;     // bytes that the file takes on the host
  std::string image{};             // that it lies over

  friend bool operator==(const DiskState&, const DiskState&) = default;
};

// Nothing: there is none. Also while the machine runs.
[[nodiscard]] base::Result<std::optional<DiskState>> observe_disk(step::Host& host, const std::filesystem::path& disk);

// Over `image`, which is on the host by then, and not smaller than that. There at once or not at all.
class MakeDisk final : public step::Step {
 public:
  MakeDisk(MachineFolder folder, std::filesystem::path image, std::uint64_t size)
      : folder_(std::move(folder)), image_(std::move(image)), size_(size) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override;

 private:
  [[nodiscard]] std::filesystem::path part() const { return folder_.disk().string() + ".part"; }
  [[nodiscard]] step::Command create(std::string_view format) const;

  MachineFolder folder_;
  std::filesystem::path image_;
  std::uint64_t size_;
};

// A machine that runs sees it at once; its file systems grow when cloud-init looks again, at its next start.
class GrowDisk final : public step::Step {
 public:
  GrowDisk(MachineFolder folder, std::uint64_t size) : folder_(std::move(folder)), size_(size) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override;

 private:
  [[nodiscard]] step::Command resize() const;

  MachineFolder folder_;
  std::uint64_t size_;
};

}  // namespace provisioner::hypervisor
