#include "lib/base/file_system.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace base {
namespace {

namespace fs = std::filesystem;

class FileSystem : public testing::Test {
 protected:
  FileSystem() {
    std::string name = (fs::temp_directory_path() / "keepstate-fs-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~FileSystem() override { fs::remove_all(folder_); }
  static mode_t mode_of(const fs::path& path) {
    struct stat status {};
    ::stat(path.c_str(), &status);
    return status.st_mode & 0777U;
  }
  [[nodiscard]] long files() const { return std::distance(fs::directory_iterator(folder_), fs::directory_iterator()); }

  fs::path folder_;
};

TEST_F(FileSystem, WritesWithTheModeWhateverTheUmask) {
  const mode_t old = ::umask(0777);
  const auto written = write_file(folder_ / "key", "secret", 0600);
  ::umask(old);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(mode_of(folder_ / "key"), 0600U);
  EXPECT_EQ(*read_file(folder_ / "key"), "secret");
}

TEST_F(FileSystem, ReplacesAndLeavesNothingBehind) {
  ASSERT_TRUE(write_file(folder_ / "a", "one", 0644));
  ASSERT_TRUE(write_file(folder_ / "a", "two", 0644));
  EXPECT_EQ(*read_file(folder_ / "a"), "two");
  EXPECT_EQ(files(), 1);
}

TEST_F(FileSystem, CreateNeverReplaces) {
  ASSERT_TRUE(create_file(folder_ / "a", "one", 0600));
  const auto again = create_file(folder_ / "a", "two", 0600);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().message.find("exists and is left as it is"), std::string::npos);
  EXPECT_EQ(*read_file(folder_ / "a"), "one");
  EXPECT_EQ(files(), 1);
}

TEST_F(FileSystem, NamesPathAndReason) {
  const auto content = read_file(folder_ / "missing");
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().message, "cannot read " + (folder_ / "missing").string() + ": No such file or directory");
  EXPECT_FALSE(read_file(folder_));
  EXPECT_FALSE(write_file(folder_ / "no" / "file", "x", 0600));
}

}  // namespace
}  // namespace base
