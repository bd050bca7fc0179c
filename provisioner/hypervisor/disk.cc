#include "provisioner/hypervisor/disk.h"

#include <nlohmann/json.hpp>

#include "lib/base/byte_size.h"
#include "provisioner/hypervisor/image_cache.h"
#include "provisioner/hypervisor/power.h"
#include "provisioner/hypervisor/qemu_command.h"
#include "provisioner/hypervisor/qmp.h"
#include "provisioner/step/shell_text.h"

namespace provisioner::hypervisor {
namespace {

using nlohmann::json;
using step::Command;

constexpr std::chrono::seconds kResizePatience{10};

std::uint64_t number_of(const json& info, const char* key) {
  const json value = info.value(key, json());
  return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

}  // namespace

base::Result<std::optional<DiskState>> observe_disk(step::Host& host, const std::filesystem::path& disk) {
  if (!host.exists(disk)) return std::nullopt;
  const auto text = step::output_of(host, {{"qemu-img", "info", "-U", "--output=json", "-f", "qcow2", disk.string()}});
  if (!text) return base::Failure(text.error());
  const json info = json::parse(*text, nullptr, false);
  if (!info.is_object() || number_of(info, "virtual-size") == 0) {
    return base::fail("{}: qemu-img tells nothing of it that makes sense", disk.string());
  }
  const json image = info.value("backing-filename", json());
  return DiskState{.virtual_size = number_of(info, "virtual-size"),
                   .allocated = number_of(info, "actual-size"),
                   .image = image.is_string() ? image.get<std::string>() : ""};
}

Command MakeDisk::create(std::string_view format) const {
  return {{"qemu-img", "create", "-q", "-f", "qcow2", "-F", std::string(format), "-b", image_.string(), part().string(),
           std::to_string(size_)}};
}

// The format is the image's own; before it is here, nobody knows it.
std::string MakeDisk::print() const {
  return step::shell_text(create("qcow2")) +
         fmt::format("\nmv {} {}", step::shell_word(part().string()), step::shell_word(folder_.disk().string()));
}

base::Result<void> MakeDisk::carry_out(step::Workplace& place) {
  step::Host& host = place.host();
  place.tell("disk");
  const auto image = inspect_image(host, image_);
  if (!image) return base::Failure(image.error());
  if (image->virtual_size > size_) {
    return base::fail("disk: {} is less than the {} of the image that it begins as; ask for at least that",
                      base::byte_size_text(size_), base::byte_size_text(image->virtual_size));
  }
  if (const auto made = step::output_of(host, create(image->format)); !made) return base::Failure(made.error());
  const auto moved = step::output_of(host, {{"mv", part().string(), folder_.disk().string()}});
  if (!moved) return base::Failure(moved.error());
  return {};
}

Command GrowDisk::resize() const {
  return {{"qemu-img", "resize", "-q", "-f", "qcow2", folder_.disk().string(), std::to_string(size_)}};
}

std::string GrowDisk::print() const {
  return fmt::format("{}  # while the machine is off; else QMP's block_resize", step::shell_text(resize()));
}

base::Result<void> GrowDisk::carry_out(step::Workplace& place) {
  step::Host& host = place.host();
  place.tell("disk: " + base::byte_size_text(size_));
  const auto running = running_qemu(host, folder_);
  if (!running) return base::Failure(running.error());
  if (!*running) {
    const auto resized = step::output_of(host, resize());
    return resized ? base::Result<void>() : base::Failure(resized.error());
  }
  auto qmp = Qmp::open(host, folder_.qmp(), kResizePatience);
  if (!qmp) return base::Failure(qmp.error());
  return qmp->resize(kDiskNode, size_);
}

}  // namespace provisioner::hypervisor
