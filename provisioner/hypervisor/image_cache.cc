#include "provisioner/hypervisor/image_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <vector>

#include "lib/base/hash.h"
#include "lib/base/unique_fd.h"
#include "provisioner/hypervisor/download.h"
#include "provisioner/hypervisor/machine_folder.h"
#include "provisioner/hypervisor/sha256.h"
#include "provisioner/step/shell_text.h"

namespace provisioner::hypervisor {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = 1U << 20;
constexpr mode_t kImageMode = 0444;

base::Failure cannot(std::string_view doing, const fs::path& path) {
  return base::fail("cannot {} {}: {}", doing, path.string(), base::errno_text(errno));
}

// A file from its beginning to its end, a piece at a time.
class Reader {
 public:
  [[nodiscard]] static base::Result<Reader> open(const fs::path& path) {
    base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) return cannot("read", path);
    return Reader(path, std::move(fd), static_cast<std::uint64_t>(status.st_size));
  }

  // Empty: the end.
  [[nodiscard]] base::Result<std::string_view> next() {
    ssize_t n = 0;
    do {
      n = ::read(fd_.get(), chunk_.data(), chunk_.size());
    } while (n < 0 && errno == EINTR);
    if (n < 0) return cannot("read", path_);
    done_ += static_cast<std::uint64_t>(n);
    return std::string_view(chunk_.data(), static_cast<std::size_t>(n));
  }

  [[nodiscard]] std::uint64_t done() const noexcept { return done_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

 private:
  Reader(fs::path path, base::UniqueFd fd, std::uint64_t size)
      : path_(std::move(path)), fd_(std::move(fd)), size_(size), chunk_(kPiece) {}

  fs::path path_;
  base::UniqueFd fd_;
  std::uint64_t size_;
  std::uint64_t done_ = 0;
  std::vector<char> chunk_;
};

// Zeros become a hole; the file gets its length at the end.
base::Result<void> write_sparsely(int fd, std::string_view bytes, std::uint64_t at, const fs::path& path) {
  if (std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; })) return {};
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot("write", path);
    at += static_cast<std::uint64_t>(n);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

base::Failure interrupted() {
  return base::fail("interrupted; the next run goes on from here");
}

base::Result<std::string> sum_of(step::Workplace& place, const fs::path& path) {
  auto reader = Reader::open(path);
  if (!reader) return base::Failure(reader.error());
  Sha256 sum;
  while (true) {
    const auto piece = reader->next();
    if (!piece) return base::Failure(piece.error());
    if (piece->empty()) return sum.digits();
    sum.add(*piece);
    place.moved(reader->done(), reader->size());
    if (place.is_interrupted()) return interrupted();
  }
}

}  // namespace

base::Result<fs::path> cached_image(step::Host& host, const cluster::Cluster& cluster) {
  const cluster::Image& image = cluster.hypervisor.image;
  if (image.source.empty()) {
    return base::fail("spec.hypervisor.image is missing: qemu needs an image that the machines' disks begin as");
  }
  const fs::path folder = ClusterFolder(cluster).images();
  if (!image.sha256.empty()) return folder / image.sha256;
  auto state = step::output_of(host, {{"stat", "-L", "-c", "%s %y", image.source}});
  if (!state) return base::fail("spec.hypervisor.image.source: {}", state.error().message);
  return folder / fmt::format("unchecked-{:016x}", base::hash(image.source + "\n" + *state));
}

base::Result<ImageHeader> inspect_image(step::Host& host, const fs::path& file) {
  const auto begin = step::output_of(host, {{"head", "-c", std::to_string(kImageHeaderSize), file.string()}});
  if (!begin) return base::Failure(begin.error());
  const auto size = step::output_of(host, {{"stat", "-L", "-c", "%s", file.string()}});
  if (!size) return base::Failure(size.error());
  std::uint64_t bytes = 0;
  std::from_chars(size->data(), size->data() + size->size(), bytes);
  auto header = read_image_header(*begin, bytes);
  if (!header) return base::fail("{} is no image for a disk: {}", file.string(), header.error().message);
  return header;
}

std::string FetchImage::print() const {
  const std::string part = step::shell_word(part_of(target_).string());
  const std::string source = step::shell_word(image_.source);
  std::string text = "mkdir -p " + step::shell_word(target_.parent_path().string()) + "\n";
  text += is_remote() ? fmt::format("curl -fL -C - -o {} {}\n", part, source)
                      : fmt::format("cp --sparse=always {} {}\n", source, part);
  if (!image_.sha256.empty()) text += fmt::format("echo '{}  '{} | sha256sum -c\n", image_.sha256, part);
  return text + fmt::format("chmod {:04o} {} && mv {} {}", kImageMode, part, part, step::shell_word(target_.string()));
}

base::Result<void> FetchImage::carry_out(step::Workplace& place) {
  std::error_code error;
  if (fs::exists(target_, error)) return {};
  fs::create_directories(target_.parent_path(), error);
  if (error) return base::fail("cannot make the folder {}: {}", target_.parent_path().string(), error.message());
  const bool had_part = fs::exists(part_of(target_), error);
  if (auto brought = bring(place); !brought) return brought;
  auto right = want_sum(place);
  if (!right && had_part && is_remote() && !place.is_interrupted()) {
    // What an earlier run left may be to blame, and only a server that is too trusting would have gone on from it.
    forget_part(target_);
    if (auto brought = bring(place); !brought) return brought;
    right = want_sum(place);
  }
  return right ? accept() : right;
}

base::Result<void> FetchImage::bring(step::Workplace& place) const {
  place.tell(is_remote() ? "image: download" : "image: copy");
  if (!is_remote()) return copy(place);
  return download(image_.source, target_,
                  {.moved = [&](std::uint64_t bytes, std::uint64_t total) { place.moved(bytes, total); },
                   .is_interrupted = [&] { return place.is_interrupted(); },
                   .rest = [&](std::chrono::milliseconds time) { static_cast<void>(step::rest(place, time)); }});
}

base::Result<void> FetchImage::copy(step::Workplace& place) const {
  auto reader = Reader::open(image_.source);
  if (!reader) return base::Failure(reader.error());
  const fs::path part = part_of(target_);
  const base::UniqueFd fd(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) return cannot("write", part);
  while (true) {
    const std::uint64_t at = reader->done();
    const auto piece = reader->next();
    if (!piece) return base::Failure(piece.error());
    if (piece->empty()) break;
    if (auto written = write_sparsely(fd.get(), *piece, at, part); !written) return written;
    place.moved(reader->done(), reader->size());
    if (place.is_interrupted()) return interrupted();
  }
  if (::ftruncate(fd.get(), static_cast<off_t>(reader->done())) != 0) return cannot("write", part);
  return {};
}

base::Result<void> FetchImage::want_sum(step::Workplace& place) const {
  if (image_.sha256.empty()) return {};
  place.tell("image: checksum");
  const auto sum = sum_of(place, part_of(target_));
  if (!sum) return base::Failure(sum.error());
  if (*sum == image_.sha256) return {};
  forget_part(target_);
  return base::fail(
      "{} has the SHA-256 sum {}, and spec.hypervisor.image.sha256 is {}: it is another version of the image, or it "
      "was "
      "tampered with",
      image_.source, *sum, image_.sha256);
}

base::Result<void> FetchImage::accept() const {
  const fs::path part = part_of(target_);
  auto reader = Reader::open(part);
  if (!reader) return base::Failure(reader.error());
  const auto begin = reader->next();
  if (!begin) return base::Failure(begin.error());
  const auto header = read_image_header(begin->substr(0, kImageHeaderSize), reader->size());
  if (!header) {
    forget_part(target_);
    return base::fail("{} is no image for a disk: {}", image_.source, header.error().message);
  }
  const base::UniqueFd fd(::open(part.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0 || ::fchmod(fd.get(), kImageMode) != 0) return cannot("sync", part);
  if (::rename(part.c_str(), target_.c_str()) != 0) return cannot("rename", part);
  forget_part(target_);
  return {};
}

}  // namespace provisioner::hypervisor
