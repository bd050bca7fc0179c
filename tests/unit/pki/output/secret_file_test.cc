#include "pki/output/secret_file.h"

#include <gtest/gtest.h>

#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"

namespace pki::output {
namespace {

TEST(SecretFile, IsReadWhole) {
  const tests::support::TemporaryFolder folder;
  const auto file = folder.path() / "key";
  tests::support::put(file, std::string(40'000, 'x'));
  EXPECT_EQ(read_secret_file(file).value().view(), std::string(40'000, 'x'));
  tests::support::put(file, "");
  EXPECT_EQ(read_secret_file(file).value().view(), "");
}

TEST(SecretFile, SaysWhatIsWrong) {
  const tests::support::TemporaryFolder folder;
  const auto file = folder.path() / "key";
  EXPECT_EQ(read_secret_file(file).error().message, "cannot read " + file.string() + ": No such file or directory");
  EXPECT_EQ(read_secret_file(folder.path()).error().message,
            "cannot read " + folder.path().string() + ": Is a directory");
  tests::support::put(file, std::string(1 << 16, 'x'));
  EXPECT_EQ(read_secret_file(file).error().message,
            "cannot read " + file.string() + ": it is too large for a private key");
}

}  // namespace
}  // namespace pki::output
