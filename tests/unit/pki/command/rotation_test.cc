#include "pki/command/rotation.h"

#include <gmock/gmock.h>

#include "tests/unit/pki/command/command_run.h"

namespace pki::command {
namespace {

using plan::RotationKind;
using plan::RotationStage;
using testing::HasSubstr;

class RotationOfTest : public CommandRun {
 protected:
  void SetUp() override {
    init();
    options_.config = config_;
    options_.folder = folder_;
  }
  [[nodiscard]] OpenedPki open() { return open_pki(options_, Access::kRead, "test", surroundings_).value(); }

  std::ostringstream out_;
  std::ostringstream err_;
  Surroundings surroundings_{now_, {out_, err_}, files_};
  FolderOptions options_;
};

// What each stage is, is rotate_test's and that of the files' own tests.
TEST_F(RotationOfTest, EachBeginsWithNothingUnderWayAndChangesItsOwnFiles) {
  const std::map<RotationKind, const char*> own{{RotationKind::kCa, "ca.pem"},
                                                {RotationKind::kServiceAccountKey, "service-account.pem"},
                                                {RotationKind::kEncryptionKey, "encryption-config.yaml"}};
  for (const auto& [kind, file] : own) {
    auto pki = open();
    const auto rotation = rotation_of(kind, pki, options_, surroundings_);
    EXPECT_EQ(rotation->read().value(), RotationStage::kNone);
    EXPECT_TRUE(rotation->ask({}));
    const auto made = rotation->add();
    ASSERT_TRUE(made) << made.error().message;
    const auto changes = [file = std::string(file)](const output::NewFile& one) { return one.name == file; };
    EXPECT_TRUE(std::any_of(made->files.begin(), made->files.end(), changes)) << file;
  }
}

TEST_F(RotationOfTest, SaysWhatIsMissing) {
  std::filesystem::remove(at("encryption-config.yaml"));
  std::filesystem::remove(at("service-account.pem"));
  auto pki = open();
  EXPECT_THAT(rotation_of(RotationKind::kEncryptionKey, pki, options_, surroundings_)->read().error().message,
              HasSubstr("encryption-config.yaml is missing"));
  EXPECT_THAT(rotation_of(RotationKind::kServiceAccountKey, pki, options_, surroundings_)->read().error().message,
              HasSubstr("service-account.pem"));
}

}  // namespace
}  // namespace pki::command
