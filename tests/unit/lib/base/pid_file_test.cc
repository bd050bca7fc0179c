#include "lib/base/pid_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>

#include "lib/base/file_system.h"
#include "tests/support/temporary_folder.h"

namespace base {
namespace {

TEST(PidFile, NamesTheProcessForAsLongAsItLives) {
  const tests::support::TemporaryFolder folder;
  const auto path = folder.path() / "lb.pid";
  {
    auto file = PidFile::write(path);
    ASSERT_TRUE(file) << file.error().message;
    const PidFile moved = *std::move(file);
    EXPECT_EQ(read_file(path).value(), std::to_string(::getpid()) + '\n');
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(PidFile, IsLeftToTheProcessThatTookItOver) {
  const tests::support::TemporaryFolder folder;
  const auto path = folder.path() / "lb.pid";
  auto file = std::optional(PidFile::write(path).value());
  ASSERT_TRUE(write_file(path, "1\n", 0644));
  file.reset();
  EXPECT_EQ(read_file(path).value(), "1\n");
}

TEST(PidFile, ReplacesWhatADeadProcessLeft) {
  const tests::support::TemporaryFolder folder;
  const auto path = folder.path() / "lb.pid";
  ASSERT_TRUE(write_file(path, "1\n", 0644));
  const auto file = PidFile::write(path);
  ASSERT_TRUE(file);
  EXPECT_EQ(read_file(path).value(), std::to_string(::getpid()) + '\n');
}

TEST(PidFile, SaysWhereItCannotBe) {
  const auto file = PidFile::write("/nowhere/lb.pid");
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message.find("/nowhere"), std::string::npos);
}

}  // namespace
}  // namespace base
