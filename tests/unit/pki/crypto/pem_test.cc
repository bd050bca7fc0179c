#include "pki/crypto/pem.h"

#include <gmock/gmock.h>
#include <openssl/err.h>

#include "pki/crypto/issue.h"
#include "tests/unit/pki/crypto/sample_keys.h"
#include "tests/unit/pki/sample_cluster.h"

namespace pki::crypto {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string some_certificate() {
  const plan::CertificateSpec spec{"ca", "", plan::CertificateKind::kAuthority, {"some", ""}, {}, std::chrono::days(1)};
  return issue_authority(spec, sample_key(), kNow).value().to_pem().value();
}

TEST(Pem, WritesPkcs8AndReadsItBack) {
  const std::string pem = sample_key_pem();
  EXPECT_THAT(pem, StartsWith("-----BEGIN PRIVATE KEY-----\n"));
  const auto key = read_private_key(pem);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(write_private_key(**key).value().view(), pem);
}

TEST(Pem, ReadsWhatOtherToolsWrite) {
  EXPECT_TRUE(read_private_key(kSec1Key));
  EXPECT_TRUE(read_private_key(kEd25519Key));
}

TEST(Pem, RefusesAKeyThatIsCutAnywhere) {
  const std::string pem = sample_key_pem();
  for (std::size_t size = 0; size + 2 < pem.size(); ++size) {  // without the last newline it is still whole
    const auto key = read_private_key(std::string_view(pem).substr(0, size));
    ASSERT_FALSE(key) << size;
    EXPECT_THAT(key.error().message, StartsWith("it is not a whole private key in PEM form: "));
  }
  EXPECT_EQ(ERR_peek_error(), 0U) << "a reason was left behind for the next error";
}

TEST(Pem, RefusesAPassphraseInsteadOfAskingForIt) {
  const auto key = read_private_key(kKeyWithPassphrase);
  ASSERT_FALSE(key);
  EXPECT_THAT(key.error().message, HasSubstr("has a passphrase"));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(Pem, ReadsOneCertificateAndNotTwo) {
  const std::string pem = some_certificate();
  const auto one = read_certificate(pem);
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(write_certificate(**one).value(), pem);
  EXPECT_EQ(ERR_peek_error(), 0U);
  const auto two = read_certificate(pem + some_certificate());
  ASSERT_FALSE(two);
  EXPECT_THAT(two.error().message, HasSubstr("more than one certificate"));
}

TEST(Pem, TakesNoKeyForACertificateNorTheOtherWayRound) {
  EXPECT_THAT(read_certificate(sample_key_pem()).error().message, HasSubstr("no start line"));
  EXPECT_FALSE(read_private_key(some_certificate()));
  EXPECT_FALSE(read_certificate(""));
}

}  // namespace
}  // namespace pki::crypto
