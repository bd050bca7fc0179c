#include "pki/crypto/certificate.h"

#include <gmock/gmock.h>
#include <openssl/err.h>

#include "pki/crypto/issue.h"
#include "pki/plan/certificate_plan.h"
#include "tests/unit/pki/crypto/sample_keys.h"
#include "tests/unit/pki/sample_cluster.h"

namespace pki::crypto {
namespace {

class CertificateTest : public testing::Test {
 protected:
  std::vector<plan::CertificateSpec> specs_ = plan::certificates_for(sample_cluster()).value();
  Key authority_key_ = sample_key();
  Key server_key_ = sample_key();
  Certificate authority_ = issue_authority(specs_[0], authority_key_, kNow).value();
  Certificate server_ = issue(specs_[1], server_key_, authority_, authority_key_, kNow).value();
};

TEST_F(CertificateTest, DescribesTheServersCertificate) {
  const auto said = Certificate::from_pem(server_.to_pem().value()).value().describe();
  ASSERT_TRUE(said) << said.error().message;
  EXPECT_EQ(said->subject, (plan::Subject{"kubernetes", ""}));
  EXPECT_EQ(said->subject_text, "CN=kubernetes");
  EXPECT_EQ(said->issuer_text, "CN=Kubernetes,O=Kubernetes");
  EXPECT_EQ(said->names.dns, specs_[1].names.dns);
  EXPECT_EQ(said->names.addresses, specs_[1].names.addresses);
  EXPECT_FALSE(said->is_authority);
  EXPECT_TRUE(said->serves);
  EXPECT_TRUE(said->calls);
  EXPECT_EQ(said->not_before, kNow - std::chrono::minutes(5));
  EXPECT_EQ(said->not_after, kNow + std::chrono::days(365));
}

TEST_F(CertificateTest, DescribesAuthorityAndClient) {
  const auto authority = authority_.describe().value();
  EXPECT_TRUE(authority.is_authority);
  EXPECT_EQ(authority.issuer_text, authority.subject_text);
  const auto client = issue(specs_[2], server_key_, authority_, authority_key_, kNow).value().describe().value();
  EXPECT_EQ(client.subject, (plan::Subject{"admin", "system:masters"}));
  EXPECT_FALSE(client.serves);
  EXPECT_TRUE(client.calls);
  EXPECT_EQ(client.names.size(), 0U);
}

TEST_F(CertificateTest, KnowsItsKey) {
  EXPECT_TRUE(server_.is_for(server_key_));
  EXPECT_FALSE(server_.is_for(authority_key_));
  EXPECT_FALSE(server_.is_for(Key::from_pem(kEd25519Key).value()));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST_F(CertificateTest, KnowsWhoSignedIt) {
  EXPECT_TRUE(server_.is_signed_by(authority_key_));
  EXPECT_TRUE(authority_.is_signed_by(authority_key_));
  EXPECT_FALSE(server_.is_signed_by(server_key_));
  EXPECT_FALSE(server_.is_signed_by(Key::from_pem(kEd25519Key).value()));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST_F(CertificateTest, KnowsWhoSignedItByTheCertificateToo) {
  EXPECT_TRUE(server_.is_signed_by(authority_));
  EXPECT_TRUE(authority_.is_signed_by(authority_));
  EXPECT_FALSE(authority_.is_signed_by(server_));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST_F(CertificateTest, IsTheSameByItsBytes) {
  EXPECT_TRUE(server_.is_same_as(Certificate::from_pem(server_.to_pem().value()).value()));
  EXPECT_FALSE(server_.is_same_as(issue(specs_[1], server_key_, authority_, authority_key_, kNow).value()));
}

TEST_F(CertificateTest, TellsSerialKeyAndFingerprint) {
  EXPECT_LE(server_.describe()->serial.size(), 32U);
  EXPECT_EQ(server_.key_algorithm(), "ECDSA P-256");
  EXPECT_EQ(server_.fingerprint().size(), 64U);
  EXPECT_NE(server_.fingerprint(), authority_.fingerprint());
}

TEST_F(CertificateTest, ReadsSeveral) {
  const auto all = Certificate::all_from_pem(authority_.to_pem().value() + server_.to_pem().value()).value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[1].is_same_as(server_));
}

TEST_F(CertificateTest, SaysWhatIsWrong) {
  EXPECT_NE(Certificate::from_pem("").error().message.find("not a whole certificate"), std::string::npos);
}

TEST_F(CertificateTest, RefusesDamagedNames) {
  // An alternative-names extension whose list claims more bytes than there are.
  X509* const damaged = server_.native();
  const int at = X509_get_ext_by_NID(damaged, NID_subject_alt_name, -1);
  const OpensslPtr<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> bytes(ASN1_OCTET_STRING_new());
  ASSERT_EQ(ASN1_OCTET_STRING_set(bytes.get(), reinterpret_cast<const unsigned char*>("\x30\x7f\x01"), 3), 1);
  ASSERT_EQ(X509_EXTENSION_set_data(X509_get_ext(damaged, at), bytes.get()), 1);
  const auto said = server_.describe();
  ASSERT_FALSE(said);
  EXPECT_NE(said.error().message.find("cannot read the certificate's alternative names: "), std::string::npos);
}

}  // namespace
}  // namespace pki::crypto
