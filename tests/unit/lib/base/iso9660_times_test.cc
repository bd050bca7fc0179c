#include "lib/base/iso9660_times.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <ctime>

namespace base {
namespace {

using testing::HasSubstr;

constexpr std::chrono::sys_seconds kOneTime = std::chrono::sys_days(std::chrono::year{2026} / 11 / 24);

la_ssize_t append(archive* /*writer*/, void* image, const void* bytes, std::size_t size) {
  static_cast<std::string*>(image)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

// As libarchive makes it in a time zone: now, by the clocks there.
std::string raw_image(const char* zone) {
  ::setenv("TZ", zone, 1);
  ::tzset();
  std::string image;
  archive* const iso = archive_write_new();
  archive_write_set_format_iso9660(iso);
  archive_write_set_options(iso, "volume-id=cidata,joliet,rockridge=useful");
  archive_write_open(iso, &image, nullptr, &append, nullptr);
  for (int i = 0; i < 60; ++i) {  // more than one sector of names
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, fmt::format("a-rather-long-name-of-a-file-{}", i).c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, 0);
    archive_entry_set_mtime(entry, 1'000'000'000, 0);
    archive_write_header(iso, entry);
    archive_entry_free(entry);
  }
  archive_write_close(iso);
  archive_write_free(iso);
  ::unsetenv("TZ");
  ::tzset();
  return image;
}

TEST(Iso9660Times, TheClockAndItsZoneLeaveNoTrace) {
  std::string here = raw_image("UTC");
  std::string there = raw_image("XYZ-5:30");
  ASSERT_NE(here, there);
  ASSERT_TRUE(set_iso9660_times(here, kOneTime));
  ASSERT_TRUE(set_iso9660_times(there, kOneTime));
  EXPECT_EQ(here, there);
  EXPECT_EQ(here.substr(0x8000 + 813, 17), std::string("2026112400000000\0", 17));
}

TEST(Iso9660Times, RefusesWhatIsNoImage) {
  for (std::string bytes : {std::string(), std::string(100'000, '\0'), raw_image("UTC").substr(0, 0x8000 + 2048)}) {
    const auto set = set_iso9660_times(bytes, kOneTime);
    ASSERT_FALSE(set);
    EXPECT_THAT(set.error().message, HasSubstr("not as libarchive makes it"));
  }
  std::string damaged = raw_image("UTC");
  damaged.replace(0x8000 + 156 + 2, 4, 4, '\x7f');  // the root folder lies beyond the end
  EXPECT_FALSE(set_iso9660_times(damaged, kOneTime));
}

}  // namespace
}  // namespace base
