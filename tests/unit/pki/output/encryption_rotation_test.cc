#include "pki/output/encryption_rotation.h"

#include <gmock/gmock.h>

namespace pki::output {
namespace {

using plan::RotationStage;
using testing::HasSubstr;

EncryptionConfig with_key() {
  EncryptionConfig config;
  config.keys.push_back(new_encryption_key(EncryptionProvider::kAescbc, "key1").value());
  return config;
}

TEST(EncryptionRotation, GoesThroughItsStagesAndNeverUsesANameTwice) {
  EncryptionConfig config = with_key();
  for (const char* next : {"key2", "key3"}) {
    const std::string old(config.keys[0].secret.view());
    EXPECT_EQ(stage_of(config).value(), RotationStage::kNone);
    ASSERT_TRUE(add_encryption_key(config, EncryptionProvider::kSecretbox));
    EXPECT_EQ(stage_of(config).value(), RotationStage::kAdded);
    EXPECT_EQ(config.keys[0].secret.view(), old);
    EXPECT_EQ(config.keys[1].name, next);
    EXPECT_EQ(config.keys[1].provider, EncryptionProvider::kSecretbox);
    switch_encryption_keys(config);
    EXPECT_EQ(stage_of(config).value(), RotationStage::kSwitched);
    EXPECT_EQ(config.keys[0].name, next);
    EXPECT_EQ(config.keys[1].secret.view(), old);
    drop_last_encryption_key(config);
    ASSERT_EQ(config.keys.size(), 1U);
    EXPECT_EQ(config.keys[0].name, next);
  }
}

TEST(EncryptionRotation, AKeyThatWasAddedCanGoAgain) {
  EncryptionConfig config = with_key();
  ASSERT_TRUE(add_encryption_key(config, EncryptionProvider::kSecretbox));
  drop_last_encryption_key(config);
  EXPECT_EQ(stage_of(config).value(), RotationStage::kNone);
  EXPECT_EQ(config.keys[0].name, "key1");
}

TEST(EncryptionRotation, AForeignNameIsTheOlder) {
  EncryptionConfig config = with_key();
  config.keys[0].name = "mine";
  ASSERT_TRUE(add_encryption_key(config, EncryptionProvider::kSecretbox));
  EXPECT_EQ(stage_of(config).value(), RotationStage::kAdded);
}

TEST(EncryptionRotation, RefusesToGuess) {
  EncryptionConfig config = with_key();
  config.keys.push_back(new_encryption_key(EncryptionProvider::kSecretbox, "mine").value());
  config.keys[0].name = "yours";
  EXPECT_THAT(stage_of(config).error().message, HasSubstr("'yours' and 'mine'"));
  config.keys.push_back(new_encryption_key(EncryptionProvider::kSecretbox, "key9").value());
  EXPECT_THAT(stage_of(config).error().message, HasSubstr("it has 3 keys"));
}

}  // namespace
}  // namespace pki::output
