#include "pki/command/ca_rotation.h"

#include <gmock/gmock.h>

#include "tests/unit/pki/command/command_run.h"

namespace pki::command {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class CaRotationTest : public CommandRun {
 protected:
  void SetUp() override {
    options_.config = config_;
    options_.folder = folder_;
  }
  // The new authority's key, as it would be written.
  [[nodiscard]] base::Result<std::string> next_key() {
    auto pki = open_pki(options_, Access::kRead, "test", surroundings_).value();
    CaRotation rotation(pki, options_, surroundings_);
    EXPECT_TRUE(rotation.read());
    const auto made = rotation.add();
    if (!made) return base::Failure(made.error());
    for (const auto& file : made->files) {
      if (file.name == "ca-next-key.pem") return std::string(file.content.view());
    }
    return base::fail("no key was made");
  }

  std::ostringstream out_;
  std::ostringstream err_;
  Surroundings surroundings_{now_, {out_, err_}, files_};
  FolderOptions options_;
};

TEST_F(CaRotationTest, TheNewKeyIsOpenWhereTheOldOneIs) {
  init();
  EXPECT_THAT(next_key().value(), StartsWith("-----BEGIN PRIVATE KEY-----"));
}

TEST_F(CaRotationTest, ANewPassphraseCanBeginWithTheNewKey) {
  init();
  options_.passphrase_file = scratch_.path() / "passphrase";
  tests::support::put(options_.passphrase_file, "short\n");
  EXPECT_THAT(next_key().error().message, HasSubstr("8"));
  tests::support::put(options_.passphrase_file, "long enough for it\n");
  EXPECT_THAT(next_key().value(), StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
}

TEST_F(CaRotationTest, TheOldPassphraseIsAskedFor) {
  options_.passphrase_file = scratch_.path() / "passphrase";
  tests::support::put(options_.passphrase_file, "long enough for it\n");
  init({"--ca-passphrase-file", options_.passphrase_file.string()});
  options_.passphrase_file.clear();
  EXPECT_THAT(next_key().error().message, HasSubstr("give it by --ca-passphrase-file"));
  std::string asked;
  surroundings_.prompt = [&asked](std::string_view question) {
    asked = question;
    return base::Result<crypto::SecretText>(crypto::SecretText("wrong, but long enough"));
  };
  EXPECT_THAT(next_key().error().message, HasSubstr("ca-key.pem"));
  EXPECT_THAT(asked, HasSubstr("for the new authority's key too:"));
  surroundings_.prompt = [](std::string_view) {
    return base::Result<crypto::SecretText>(crypto::SecretText("long enough for it"));
  };
  EXPECT_THAT(next_key().value(), StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
}

}  // namespace
}  // namespace pki::command
