#include "pki/output/encryption_config.h"

#include <gmock/gmock.h>

#include "pki/crypto/base64.h"

namespace pki::output {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

EncryptionKey encryption_key(const char* name, char fill,
                             EncryptionProvider provider = EncryptionProvider::kSecretbox) {
  return {provider, name, crypto::encode_base64(std::string(32, fill))};
}

EncryptionConfig sample_encryption() {
  EncryptionConfig config;
  config.keys.push_back(encryption_key("key1", 'a'));
  return config;
}

std::string encryption_text_of(const EncryptionConfig& config) {
  return std::string(write_encryption_config(config).view());
}

std::string encryption_with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string encryption_error(const std::string& text) {
  const auto read = read_encryption_config(text);
  return read ? "" : read.error().message;
}

TEST(EncryptionConfig, WritesWhatTheApiServerReads) {
  EXPECT_EQ(encryption_text_of(sample_encryption()), R"(kind: EncryptionConfiguration
apiVersion: apiserver.config.k8s.io/v1
resources:
  - resources:
      - secrets
    providers:
      - secretbox:
          keys:
            - name: key1
              secret: YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=
      - identity: {}
)");
}

TEST(EncryptionConfig, KeepsTheOrderOfKeysAcrossProviders) {
  EncryptionConfig config = sample_encryption();
  config.keys.push_back(encryption_key("key2", 'b'));
  config.keys.push_back(encryption_key("key3", 'c', EncryptionProvider::kAescbc));
  config.resources.emplace_back("configmaps");
  config.reads_plaintext = false;
  const auto read = read_encryption_config(encryption_text_of(config));
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->keys.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(read->keys[i].name, config.keys[i].name);
    EXPECT_EQ(read->keys[i].provider, config.keys[i].provider);
    EXPECT_EQ(read->keys[i].secret.view(), config.keys[i].secret.view());
  }
  EXPECT_THAT(read->resources, ElementsAre("secrets", "configmaps"));
  EXPECT_FALSE(read->reads_plaintext);
  EXPECT_EQ(encryption_text_of(*read), encryption_text_of(config));
}

TEST(EncryptionConfig, MakesKeysOf32Bytes) {
  const auto one = new_encryption_key(EncryptionProvider::kAescbc, "key1");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->name, "key1");
  EXPECT_EQ(crypto::decode_base64(one->secret.view()).value().view().size(), 32U);
  EXPECT_NE(one->secret.view(), new_encryption_key(EncryptionProvider::kAescbc, "key1")->secret.view());
}

TEST(EncryptionConfig, NamesNewKeysAboveAllOthers) {
  EncryptionConfig config;
  EXPECT_EQ(next_key_name(config), "key1");
  config.keys.push_back(encryption_key("key9", 'a'));
  config.keys.push_back(encryption_key("mine", 'b'));
  config.keys.push_back(encryption_key("key2x", 'c'));
  EXPECT_EQ(next_key_name(config), "key10");
}

TEST(EncryptionConfig, RefusesWhatItWouldNotWriteBack) {
  const std::string text = encryption_text_of(sample_encryption());
  EXPECT_THAT(encryption_error(encryption_with(text, "secretbox:", "aesgcm:")),
              StartsWith("line 9: 'resources/0/providers/0/aesgcm/keys/"));
  EXPECT_THAT(encryption_error(encryption_with(text, "      - secretbox", "      - identity: {}\n      - secretbox")),
              AllOf(StartsWith("line 10: "), HasSubstr("behind identity"), HasSubstr("; put identity last")));
  EXPECT_THAT(encryption_error(text + "  - resources:\n      - pods\n"), HasSubstr("no part of the one rule"));
  EXPECT_THAT(encryption_error(encryption_with(text, "EncryptionConfiguration", "EncryptionConfig")),
              StartsWith("line 1: 'kind' is not Enc"));
  EXPECT_THAT(encryption_error(encryption_with(text, "              secret", "              secrets")),
              HasSubstr("is not known here"));
}

TEST(EncryptionConfig, RefusesWhatIsNotWholeAndShowsNoKey) {
  const std::string text = encryption_text_of(sample_encryption());
  EXPECT_THAT(encryption_error(encryption_with(text, "YWE=", "YWFh")),
              AllOf(HasSubstr("a key of 33 bytes and not of 32"), HasSubstr("line 10")));
  EXPECT_THAT(encryption_error(encryption_with(text, "YWE=", "*WE=")),
              AllOf(HasSubstr("holds no key: it is not base64"), Not(HasSubstr("YWFh"))));
  EXPECT_THAT(
      encryption_error(encryption_with(text, "            - name: key1\n              secret", "            - secret")),
      HasSubstr("lacks its name"));
  EXPECT_THAT(encryption_error(""), HasSubstr("is missing; give the right file"));
  EncryptionConfig twice = sample_encryption();
  twice.keys.push_back(encryption_key("key1", 'b'));
  EXPECT_THAT(encryption_error(encryption_text_of(twice)), HasSubstr("has a name that another key has too"));
  twice.keys.clear();
  EXPECT_THAT(encryption_error(encryption_text_of(twice)), HasSubstr("no key, so nothing is encrypted"));
}

}  // namespace
}  // namespace pki::output
