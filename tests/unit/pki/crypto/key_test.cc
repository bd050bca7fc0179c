#include "pki/crypto/key.h"

#include <gtest/gtest.h>

#include "pki/crypto/pem.h"
#include "tests/unit/pki/crypto/sample_keys.h"

namespace pki::crypto {
namespace {

TEST(Key, EachIsNewAndOnTheCurveP256) {
  const auto key = Key::generate();
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->algorithm(), "ECDSA P-256");
  EXPECT_NE(sample_key_pem(), sample_key_pem());
}

TEST(Key, SurvivesItsPemForm) {
  const Key key = sample_key();
  const auto again = Key::from_pem(key.to_pem().value().view());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(EVP_PKEY_eq(key.native(), again->native()), 1);
}

TEST(Key, NamesTheAlgorithmsOfOthers) {
  const PkeyPtr rsa(EVP_RSA_gen(2048));
  ASSERT_TRUE(rsa);
  EXPECT_EQ(Key::from_pem(write_private_key(*rsa).value().view()).value().algorithm(), "RSA 2048");
  EXPECT_EQ(Key::from_pem(kEd25519Key).value().algorithm(), "Ed25519");
}

TEST(Key, IsMadeOfEveryKindThatClusterYamlKnows) {
  using cluster::KeyAlgorithm;
  for (const auto algorithm :
       {KeyAlgorithm::kEcdsaP256, KeyAlgorithm::kEcdsaP384, KeyAlgorithm::kEd25519, KeyAlgorithm::kRsa2048}) {
    const auto key = Key::generate(algorithm);
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_EQ(key->known_algorithm(), algorithm);
    EXPECT_EQ(key->is_rsa(), algorithm == KeyAlgorithm::kRsa2048);
    EXPECT_EQ(Key::from_pem(key->to_pem().value().view()).value().known_algorithm(), algorithm);
  }
}

TEST(Key, KnowsNoNameForOtherKinds) {
  const PkeyPtr curve(EVP_EC_gen("P-521"));
  EXPECT_FALSE(Key::from_pem(write_private_key(*curve).value().view()).value().known_algorithm());
  const PkeyPtr small(EVP_RSA_gen(1024));
  EXPECT_FALSE(Key::from_pem(write_private_key(*small).value().view()).value().known_algorithm());
}

TEST(Key, IsTheSameByItsPublicHalf) {
  const Key key = sample_key();
  EXPECT_TRUE(key.is_same_as(Key::from_pem(key.to_pem().value().view()).value()));
  EXPECT_FALSE(key.is_same_as(sample_key()));
  EXPECT_FALSE(key.is_same_as(Key::from_pem(kEd25519Key).value()));
}

TEST(Key, SurvivesItsPassphrase) {
  const Key key = sample_key();
  const auto locked = key.to_pem("correct horse").value();
  EXPECT_TRUE(has_passphrase(locked.view()));
  EXPECT_TRUE(Key::from_pem(locked.view(), "correct horse").value().is_same_as(key));
  EXPECT_NE(Key::from_pem(locked.view(), "battery staple").error().message.find("under this passphrase"),
            std::string::npos);
}

TEST(Key, SaysWhatIsWrong) {
  EXPECT_NE(Key::from_pem("no key").error().message.find("not a whole private key"), std::string::npos);
}

}  // namespace
}  // namespace pki::crypto
