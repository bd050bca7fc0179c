#include "pki/command/new_passphrase.h"

#include "pki/plan/plan_init.h"
#include "tests/unit/pki/command/command_fixture.h"

namespace pki::command {
namespace {

using testing::HasSubstr;

class NewPassphraseTest : public CommandFixture {
 protected:
  base::Result<std::optional<crypto::SecretText>> ask() { return new_passphrase(steps_, {}, true, surroundings()); }

  plan::PkiSpec spec_ = plan::spec_for(sample_cluster()).value();
  plan::Steps steps_ = plan::plan_init(spec_, {}, {kNow, {}}).value();
};

TEST_F(NewPassphraseTest, IsForANewAuthoritysKeyAlone) {
  EXPECT_FALSE(new_passphrase(steps_, {}, false, surroundings()).value());
  EXPECT_FALSE(new_passphrase(plan::keep_all(spec_), "/nowhere", true, surroundings()).value());
}

TEST_F(NewPassphraseTest, ComesFromAFileOrFromTheTerminalTwice) {
  const auto file = scratch_.path() / "passphrase";
  tests::support::put(file, "correct horse\n");
  EXPECT_EQ(new_passphrase(steps_, file, false, surroundings()).value()->view(), "correct horse");
  prompt_ = [](std::string_view) { return base::Result<crypto::SecretText>(crypto::SecretText("battery staple")); };
  EXPECT_EQ(ask().value()->view(), "battery staple");
}

TEST_F(NewPassphraseTest, SaysWhatIsWrong) {
  EXPECT_THAT(ask().error().message, HasSubstr("nobody can be asked for a passphrase"));
  prompt_ = [](std::string_view question) {
    return base::Result<crypto::SecretText>(
        crypto::SecretText(question.starts_with("New") ? "correct horse" : "other"));
  };
  EXPECT_THAT(ask().error().message, HasSubstr("the two passphrases differ"));
  prompt_ = [](std::string_view) { return base::Result<crypto::SecretText>(crypto::SecretText("short")); };
  EXPECT_THAT(ask().error().message, HasSubstr("use at least 8"));
}

}  // namespace
}  // namespace pki::command
