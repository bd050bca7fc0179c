#include "pki/crypto/pem.h"

#include <gmock/gmock.h>
#include <openssl/err.h>
#include <openssl/pem.h>

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

TEST(Pem, ReadsSeveralCertificatesWhereTheyMayBe) {
  const std::string first = some_certificate();
  const std::string second = some_certificate();
  const auto all = read_certificates(first + second);
  ASSERT_TRUE(all) << all.error().message;
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ(write_certificate(*(*all)[1]).value(), second);
  EXPECT_EQ(ERR_peek_error(), 0U);
  EXPECT_FALSE(read_certificates(first + second.substr(0, 200))) << "the second one is cut";
  EXPECT_FALSE(read_certificates(""));
}

TEST(Pem, LocksByPbes2WithManyRounds) {
  const auto key = read_private_key(kSec1Key).value();
  const auto locked = write_locked_private_key(*key, "correct horse").value();
  EXPECT_THAT(std::string(locked.view()), StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
  const BioPtr bio(BIO_new_mem_buf(locked.view().data(), static_cast<int>(locked.view().size())));
  const OpensslPtr<X509_SIG, X509_SIG_free> read(PEM_read_bio_PKCS8(bio.get(), nullptr, nullptr, nullptr));
  const X509_ALGOR* algorithm = nullptr;
  X509_SIG_get0(read.get(), &algorithm, nullptr);
  const auto* const parameters = algorithm->parameter->value.sequence;
  const unsigned char* at = parameters->data;
  const OpensslPtr<PBE2PARAM, PBE2PARAM_free> pbes2(d2i_PBE2PARAM(nullptr, &at, parameters->length));
  ASSERT_TRUE(pbes2);
  EXPECT_EQ(OBJ_obj2nid(pbes2->encryption->algorithm), NID_aes_256_cbc);
  at = pbes2->keyfunc->parameter->value.sequence->data;
  const OpensslPtr<PBKDF2PARAM, PBKDF2PARAM_free> pbkdf2(
      d2i_PBKDF2PARAM(nullptr, &at, pbes2->keyfunc->parameter->value.sequence->length));
  ASSERT_TRUE(pbkdf2);
  EXPECT_EQ(ASN1_INTEGER_get(pbkdf2->iter), 600'000);
  EXPECT_EQ(OBJ_obj2nid(pbkdf2->prf->algorithm), NID_hmacWithSHA256);
  EXPECT_EQ(pbkdf2->salt->value.octet_string->length, 16);
}

TEST(Pem, SeesAPassphraseInBothOldAndNewForm) {
  EXPECT_TRUE(has_passphrase(kKeyWithPassphrase));
  EXPECT_TRUE(has_passphrase("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"));
  EXPECT_FALSE(has_passphrase(kSec1Key));
}

TEST(Pem, TakesNoKeyForACertificateNorTheOtherWayRound) {
  EXPECT_THAT(read_certificate(sample_key_pem()).error().message, HasSubstr("no start line"));
  EXPECT_FALSE(read_private_key(some_certificate()));
  EXPECT_FALSE(read_certificate(""));
}

}  // namespace
}  // namespace pki::crypto
