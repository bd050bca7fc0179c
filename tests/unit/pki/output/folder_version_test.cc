#include "pki/output/folder_version.h"

#include <gmock/gmock.h>

#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"

namespace pki::output {
namespace {

namespace fs = std::filesystem;
using tests::support::content_of;
using tests::support::put;

class FolderVersionTest : public testing::Test {
 protected:
  FolderVersionTest() { write_pair("old"); }

  void write_pair(const std::string& what) {
    for (const char* file : {"a.pem", "a-key.pem"}) {
      put(scratch_.path() / "new", what);
      fs::rename(scratch_.path() / "new", folder_ / file);
    }
  }
  [[nodiscard]] std::string read_pair() const {
    return content_of(folder_ / "a.pem") + " " + content_of(folder_ / "a-key.pem");
  }

  tests::support::TemporaryFolder scratch_;
  tests::support::TemporaryFolder pki_;
  fs::path folder_ = pki_.path();
};

TEST_F(FolderVersionTest, IsStillTheSameUntilAFileIsPlaced) {
  const auto version = FolderVersion::of(folder_);
  EXPECT_TRUE(version.is_still(folder_));
  put(folder_ / ".lock", "process 7");
  fs::create_directory(folder_ / ".pending");
  EXPECT_TRUE(version.is_still(folder_)) << "nothing is decided yet";
  write_pair("old");
  EXPECT_FALSE(version.is_still(folder_));
}

TEST_F(FolderVersionTest, IsNoneWhileFilesAreBeingPlaced) {
  const auto version = FolderVersion::of(folder_);
  fs::create_directory(folder_ / ".committed");
  EXPECT_FALSE(version.is_still(folder_));
}

TEST_F(FolderVersionTest, AReaderReadsAgainWhatARunHasTorn) {
  int times = 0;
  const auto read = read_steadily(folder_, [&]() -> base::Result<std::string> {
    std::string half = content_of(folder_ / "a.pem");
    if (++times == 1) write_pair("new");
    return half + " " + content_of(folder_ / "a-key.pem");
  });
  EXPECT_EQ(read.value(), "new new");
  EXPECT_EQ(times, 2);
}

TEST_F(FolderVersionTest, AnErrorCountsOnceItIsSteady) {
  int times = 0;
  const auto read = read_steadily(folder_, [&]() -> base::Result<std::string> {
    if (++times == 1) write_pair("new");
    return base::fail("{}", times);
  });
  EXPECT_EQ(read.error().message, "2");
}

TEST_F(FolderVersionTest, AFolderThatIsMissingIsSteady) {
  EXPECT_TRUE(read_steadily("/nowhere", []() -> base::Result<void> { return {}; }));
}

}  // namespace
}  // namespace pki::output
