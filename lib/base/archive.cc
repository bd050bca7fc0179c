#include "lib/base/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>
#include <optional>

#include "lib/base/iso9660_times.h"

namespace base {
namespace {

struct FreeArchive {
  void operator()(archive* writer) const noexcept { archive_write_free(writer); }
  void operator()(archive_entry* entry) const noexcept { archive_entry_free(entry); }
};
using ArchivePtr = std::unique_ptr<archive, FreeArchive>;
using EntryPtr = std::unique_ptr<archive_entry, FreeArchive>;

// What libarchive's callback is given, and what it leaves for us.
struct Delivery {
  const ArchiveSink& sink;
  std::optional<Error> error = std::nullopt;
  bool is_over = false;  // nothing reaches the sink any more
};

// Says that it has taken all, also what it drops: of a writer that failed libarchive 3.6 leaks a buffer.
la_ssize_t deliver(archive* /*writer*/, void* data, const void* bytes, std::size_t size) {
  auto& delivery = *static_cast<Delivery*>(data);
  if (delivery.is_over) return static_cast<la_ssize_t>(size);
  const auto taken = delivery.sink({static_cast<const char*>(bytes), size});
  if (!taken) {
    delivery.error = taken.error();
    delivery.is_over = true;
  }
  return static_cast<la_ssize_t>(size);
}

Failure why(archive* writer, const Delivery& delivery, std::string_view doing) {
  if (delivery.error) return Failure(*delivery.error);
  const char* const reason = archive_error_string(writer);
  return fail("cannot {} the archive: {}", doing, reason == nullptr ? "no memory" : reason);
}

EntryPtr header_of(const ArchiveEntry& entry, std::chrono::sys_seconds time) {
  EntryPtr header(archive_entry_new());
  if (!header) return header;
  const bool is_folder = entry.path.ends_with('/');
  archive_entry_set_pathname(header.get(), entry.path.c_str());
  archive_entry_set_filetype(header.get(), is_folder ? AE_IFDIR : AE_IFREG);
  archive_entry_set_perm(header.get(), entry.mode);
  archive_entry_set_size(header.get(), static_cast<la_int64_t>(entry.content.size()));
  archive_entry_set_mtime(header.get(), time.time_since_epoch().count(), 0);
  archive_entry_set_uid(header.get(), 0);
  archive_entry_set_gid(header.get(), 0);
  archive_entry_set_uname(header.get(), "root");
  return header;
}

bool add(archive* writer, const ArchiveEntry& entry, std::chrono::sys_seconds time) {
  const EntryPtr header = header_of(entry, time);
  if (!header || archive_write_header(writer, header.get()) != ARCHIVE_OK) return false;
  const auto written = archive_write_data(writer, entry.content.data(), entry.content.size());
  return written == static_cast<la_ssize_t>(entry.content.size()) && archive_write_finish_entry(writer) == ARCHIVE_OK;
}

}  // namespace

Result<void> write_tar(const std::vector<ArchiveEntry>& entries, std::chrono::sys_seconds time,
                       const ArchiveSink& sink) {
  Delivery delivery{sink};
  const ArchivePtr writer(archive_write_new());
  archive* const tar = writer.get();
  // Blocks of no size: libarchive then passes bytes on at once, without a buffer of its own.
  if (tar == nullptr || archive_write_set_format_ustar(tar) != ARCHIVE_OK ||
      archive_write_set_bytes_per_block(tar, 0) != ARCHIVE_OK ||
      archive_write_open(tar, &delivery, nullptr, &deliver, nullptr) != ARCHIVE_OK) {
    return why(tar, delivery, "begin");
  }
  for (const auto& entry : entries) {
    if (!add(tar, entry, time) || delivery.error) {
      delivery.is_over = true;  // freeing it writes its end
      return why(tar, delivery, "add " + entry.path + " to");
    }
  }
  if (archive_write_close(tar) != ARCHIVE_OK || delivery.error) return why(tar, delivery, "end");
  return {};
}

Result<std::string> iso9660_image(const std::string& volume, const std::vector<ArchiveEntry>& entries,
                                  std::chrono::sys_seconds time) {
  std::string image;
  const ArchiveSink sink = [&image](std::string_view bytes) {
    image += bytes;
    return Result<void>();
  };
  Delivery delivery{sink};
  const ArchivePtr writer(archive_write_new());
  archive* const iso = writer.get();
  // Without pad: 300 KiB of zeros are for tapes and drives that read ahead.
  const std::string options = "volume-id=" + volume + ",joliet,rockridge=useful,!pad";
  if (iso == nullptr || archive_write_set_format_iso9660(iso) != ARCHIVE_OK ||
      archive_write_set_options(iso, options.c_str()) != ARCHIVE_OK ||
      archive_write_open(iso, &delivery, nullptr, &deliver, nullptr) != ARCHIVE_OK) {
    return why(iso, delivery, "begin");
  }
  for (const auto& entry : entries) {
    if (entry.path.find('/') != std::string::npos) return fail("{}: the image has no folders", entry.path);
    if (!add(iso, entry, time)) return why(iso, delivery, "add " + entry.path + " to");
  }
  if (archive_write_close(iso) != ARCHIVE_OK) return why(iso, delivery, "end");
  if (auto set = set_iso9660_times(image, time); !set) return Failure(set.error());
  return image;
}

}  // namespace base
