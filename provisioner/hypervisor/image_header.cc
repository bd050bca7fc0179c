#include "provisioner/hypervisor/image_header.h"

#include <array>
#include <utility>

namespace provisioner::hypervisor {
namespace {

using std::string_view_literals::operator""sv;

// QEMU's docs/interop/qcow2.txt; numbers are big-endian.
constexpr std::string_view kQcow2Magic = "QFI\xfb"sv;
constexpr std::size_t kBackingFileOffset = 8;
constexpr std::size_t kVirtualSize = 24;
constexpr std::size_t kIncompatibleFeatures = 72;  // since version 3
constexpr std::uint64_t kExternalDataFile = 1U << 2;
constexpr std::size_t kLeastHeader = 104;
constexpr std::uint64_t kSector = 512;

// What is offered for download beside disks, by its first bytes.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kOthers{{
    {"\x1f\x8b"sv, "a gzip file; unpack it first"sv},
    {"\xfd"
     "7zXZ"sv,
     "an xz file; unpack it first"sv},
    {"\x28\xb5\x2f\xfd"sv, "a zstd file; unpack it first"sv},
    {"BZh"sv, "a bzip2 file; unpack it first"sv},
    {"PK\x03\x04"sv, "a zip file; unpack it first"sv},
    {"KDMV"sv, "a vmdk; convert it by qemu-img convert -O qcow2"sv},
    {"conectix"sv, "a vhd; convert it by qemu-img convert -O qcow2"sv},
    {"vhdxfile"sv, "a vhdx; convert it by qemu-img convert -O qcow2"sv},
    {"<"sv, "a page of text, as servers show when something is wrong"sv},
}};

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (const char c : bytes.substr(at, size)) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

base::Result<ImageHeader> read_qcow2(std::string_view begin) {
  if (begin.size() < kLeastHeader) return base::fail("it is a qcow2 image that ends in its header");
  const std::uint64_t version = number_at(begin, 4, 4);
  if (version != 2 && version != 3) return base::fail("it is a qcow2 image of version {}, which is not known", version);
  if (number_at(begin, kBackingFileOffset, 8) != 0) {
    return base::fail("it is a qcow2 image over another file; make one that stands alone by qemu-img convert -O qcow2");
  }
  if (version == 3 && (number_at(begin, kIncompatibleFeatures, 8) & kExternalDataFile) != 0) {
    return base::fail(
        "it is a qcow2 image with its data in another file; make one that stands alone by qemu-img "
        "convert -O qcow2");
  }
  return ImageHeader{"qcow2", number_at(begin, kVirtualSize, 8)};
}

}  // namespace

base::Result<ImageHeader> read_image_header(std::string_view begin, std::uint64_t size) {
  if (begin.starts_with(kQcow2Magic)) return read_qcow2(begin);
  for (const auto& [magic, what] : kOthers) {
    if (begin.starts_with(magic)) return base::fail("it is {}", what);
  }
  if (size == 0 || size % kSector != 0) {
    return base::fail("it is neither a qcow2 image nor a raw one, which has a size in sectors of {} bytes", kSector);
  }
  return ImageHeader{"raw", size};
}

}  // namespace provisioner::hypervisor
