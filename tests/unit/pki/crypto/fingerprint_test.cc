#include "pki/crypto/fingerprint.h"

#include <gtest/gtest.h>

#include "tests/unit/pki/crypto/sample_keys.h"

namespace pki::crypto {
namespace {

TEST(Fingerprint, IsSha256InHexadecimal) {
  EXPECT_EQ(sha256_text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-2
  EXPECT_EQ(sha256_text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Fingerprint, GoesByThePublicHalf) {
  // openssl pkey -pubout -outform DER | sha256sum
  EXPECT_EQ(Key::from_pem(kSec1Key).value().fingerprint(), public_key_fingerprint(*Key::from_pem(kSec1Key)->native()));
  EXPECT_NE(Key::from_pem(kSec1Key).value().fingerprint(), Key::from_pem(kEd25519Key).value().fingerprint());
  EXPECT_EQ(Key::from_pem(kSec1Key).value().fingerprint().size(), 64U);
}

}  // namespace
}  // namespace pki::crypto
