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
  EXPECT_EQ(Key::from_pem(kEd25519Key).value().algorithm(), "ED25519 256");
}

TEST(Key, SaysWhatIsWrong) {
  EXPECT_NE(Key::from_pem("no key").error().message.find("not a whole private key"), std::string::npos);
}

}  // namespace
}  // namespace pki::crypto
