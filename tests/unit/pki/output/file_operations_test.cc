#include "pki/output/file_operations.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"

namespace pki::output {
namespace {

using tests::support::content_of;
using tests::support::mode_of;
using tests::support::put;

class FileOperationsTest : public testing::Test {
 protected:
  tests::support::TemporaryFolder scratch_;
  std::filesystem::path file_ = scratch_.path() / "file";
  SystemFiles files_;
};

TEST_F(FileOperationsTest, CreatesPrivateFilesAndReplacesNone) {
  const mode_t old = ::umask(0);
  const auto fd = files_.create(file_);
  ::umask(old);
  ASSERT_TRUE(fd);
  EXPECT_EQ(mode_of(file_), 0600U);
  EXPECT_EQ(files_.write(fd.get(), "content"), 7);
  EXPECT_EQ(files_.set_mode(fd.get(), 0644), 0);
  EXPECT_EQ(files_.sync(fd.get()), 0);
  EXPECT_EQ(content_of(file_), "content");
  EXPECT_EQ(mode_of(file_), 0644U);
  EXPECT_FALSE(files_.create(file_));
  EXPECT_EQ(errno, EEXIST);
}

TEST_F(FileOperationsTest, FollowsNoLink) {
  std::filesystem::create_symlink("elsewhere", file_);
  EXPECT_FALSE(files_.create(file_));
  EXPECT_FALSE(std::filesystem::exists(scratch_.path() / "elsewhere"));
}

TEST_F(FileOperationsTest, RenamesReplaceAndLinksDoNot) {
  put(file_, "new");
  put(scratch_.path() / "old", "old");
  EXPECT_EQ(files_.link(file_, scratch_.path() / "old"), -1);
  EXPECT_EQ(errno, EEXIST);
  EXPECT_EQ(files_.link(file_, scratch_.path() / "other"), 0);
  EXPECT_EQ(files_.rename(file_, scratch_.path() / "old"), 0);
  EXPECT_EQ(content_of(scratch_.path() / "old"), "new");
  EXPECT_EQ(files_.remove(scratch_.path() / "old"), 0);
  EXPECT_EQ(content_of(scratch_.path() / "other"), "new");
}

TEST_F(FileOperationsTest, MakesSyncsAndRemovesFolders) {
  EXPECT_EQ(files_.make_folder(file_, 0755), 0);
  EXPECT_EQ(files_.set_folder_mode(file_, 0700), 0);
  EXPECT_EQ(mode_of(file_), 0700U);
  EXPECT_EQ(files_.sync_folder(file_), 0);
  EXPECT_EQ(files_.remove_folder(file_), 0);
  EXPECT_EQ(files_.sync_folder(file_), -1);
}

}  // namespace
}  // namespace pki::output
