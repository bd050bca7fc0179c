#include "lib/base/archive.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

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

TEST(Archive, AnEmptyOneIsWhole) {
  EXPECT_EQ(tar_of({}), std::string(1024, '\0'));
}

}  // namespace
}  // namespace base
