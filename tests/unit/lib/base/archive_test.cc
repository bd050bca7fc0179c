#include "lib/base/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <map>

#include "lib/base/subprocess.h"
#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"

namespace base {
namespace {

using testing::HasSubstr;
using tests::support::content_of;
using tests::support::mode_of;

constexpr std::chrono::sys_seconds kTime = std::chrono::sys_days(std::chrono::year{2026} / 11 / 24);

std::string tar_of(const std::vector<ArchiveEntry>& entries) {
  std::string bytes;
  const auto written = write_tar(entries, kTime, [&](std::string_view some) {
    bytes += some;
    return Result<void>();
  });
  EXPECT_TRUE(written) << written.error().message;
  return bytes;
}

const std::vector<ArchiveEntry>& sample() {
  static const std::string big(5000, 'x');
  static const std::vector<ArchiveEntry> entries{
      {"bundle/", 0700, ""}, {"bundle/key.pem", 0600, "secret\n"}, {"bundle/big", 0644, big}, {"empty", 0755, ""}};
  return entries;
}

TEST(Archive, IsReadByTar) {
  const tests::support::TemporaryFolder folder;
  tests::support::put(folder.path() / "a.tar", tar_of(sample()));
  const auto unpacked = run_captured({"tar", "-xpf", (folder.path() / "a.tar").string(), "-C", folder.path().string()});
  ASSERT_TRUE(unpacked) << unpacked.error().message;
  ASSERT_TRUE(unpacked->status.ok()) << unpacked->err;
  EXPECT_EQ(mode_of(folder.path() / "bundle"), 0700U);
  EXPECT_EQ(mode_of(folder.path() / "bundle/key.pem"), 0600U);
  EXPECT_EQ(content_of(folder.path() / "bundle/key.pem"), "secret\n");
  EXPECT_EQ(content_of(folder.path() / "bundle/big"), std::string(5000, 'x'));
  EXPECT_EQ(mode_of(folder.path() / "empty"), 0755U);
  struct stat status {};
  ASSERT_EQ(::stat((folder.path() / "empty").c_str(), &status), 0);
  EXPECT_EQ(std::chrono::sys_seconds(std::chrono::seconds(status.st_mtime)), kTime);
}

TEST(Archive, BelongsToRootAndIsTheSameEachTime) {
  const std::string bytes = tar_of(sample());
  EXPECT_EQ(bytes, tar_of(sample()));
  EXPECT_EQ(bytes.size() % 512, 0U);
  const tests::support::TemporaryFolder folder;
  tests::support::put(folder.path() / "a.tar", bytes);
  const auto listed = run_captured({"tar", "-tvf", (folder.path() / "a.tar").string()});
  ASSERT_TRUE(listed && listed->status.ok());
  EXPECT_THAT(listed->out, HasSubstr("root"));
}

TEST(Archive, PassesOnWhyTheSinkFailed) {
  int calls = 0;
  const auto written = write_tar(sample(), kTime, [&](std::string_view) -> Result<void> {
    if (++calls < 3) return {};
    return fail("no space");
  });
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, "no space");
  EXPECT_EQ(calls, 3);
}

TEST(Archive, NamesAnEntryThatHasNoPlaceInAnArchive) {
  const auto written =
      write_tar({{std::string(300, 'x'), 0644, "a"}}, kTime, [](std::string_view) { return Result<void>(); });
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("cannot add xxx"));
}

// What libarchive's own reader finds in an image; its Rock Ridge names, else Joliet's.
std::map<std::string, std::string> read_image(const std::string& image) {
  std::map<std::string, std::string> files;
  const std::unique_ptr<archive, int (*)(archive*)> reader(archive_read_new(), &archive_read_free);
  archive_read_support_format_iso9660(reader.get());
  EXPECT_EQ(archive_read_open_memory(reader.get(), image.data(), image.size()), ARCHIVE_OK);
  for (archive_entry* entry = nullptr; archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK;) {
    if (archive_entry_filetype(entry) != AE_IFREG) continue;
    std::string content(static_cast<std::size_t>(archive_entry_size(entry)), '\0');
    archive_read_data(reader.get(), content.data(), content.size());
    EXPECT_EQ(archive_entry_mtime(entry), kTime.time_since_epoch().count()) << archive_entry_pathname(entry);
    files[archive_entry_pathname(entry)] = content;
  }
  return files;
}

TEST(Archive, AnImageKeepsNamesAsTheyAre) {
  const std::string big(5000, 'x');
  const auto image = iso9660_image("cidata", {{"user-data", 0644, big}, {"meta-data", 0644, "a\n"}}, kTime);
  ASSERT_TRUE(image) << image.error().message;
  const std::map<std::string, std::string> files{{"user-data", big}, {"meta-data", "a\n"}};
  EXPECT_EQ(read_image(*image), files);
  EXPECT_EQ(image->substr(0x8000 + 40, 7), "CIDATA ");  // ISO 9660 knows capitals alone; Joliet has it as it is
}

TEST(Archive, AnImageHasNoFolders) {
  const auto image = iso9660_image("cidata", {{"a/b", 0644, ""}}, kTime);
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().message, "a/b: the image has no folders");
}

TEST(Archive, AnEmptyOneIsWhole) {
  EXPECT_EQ(tar_of({}), std::string(1024, '\0'));
}

}  // namespace
}  // namespace base
