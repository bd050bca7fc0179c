#include "pki/crypto/issue.h"

#include <gmock/gmock.h>

#include <array>
#include <set>

#include "pki/plan/certificate_plan.h"
#include "tests/unit/pki/crypto/sample_keys.h"
#include "tests/unit/pki/sample_cluster.h"

namespace pki::crypto {
namespace {

using testing::HasSubstr;
using testing::Not;

// The certificate in OpenSSL's own words, so that the test does not lean on our reader.
std::string printed(const Certificate& certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  X509_print(bio.get(), certificate.native());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

BignumPtr serial_of(const Certificate& certificate) {
  return BignumPtr(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate.native()), nullptr));
}

class IssueTest : public testing::Test {
 protected:
  std::vector<plan::CertificateSpec> specs_ = plan::certificates_for(sample_cluster()).value();
  Key authority_key_ = sample_key();
  Key key_ = sample_key();
  Certificate authority_ = issue_authority(specs_[0], authority_key_, kNow).value();
};

TEST_F(IssueTest, AuthorityMaySignCertificatesAndNothingElse) {
  const std::string text = printed(authority_);
  EXPECT_THAT(text, HasSubstr("Version: 3 (0x2)"));
  EXPECT_THAT(text, HasSubstr("Signature Algorithm: ecdsa-with-SHA256"));
  EXPECT_THAT(text, HasSubstr("Issuer: O=Kubernetes, CN=Kubernetes\n"));
  EXPECT_THAT(text, HasSubstr("Subject: O=Kubernetes, CN=Kubernetes\n"));
  EXPECT_THAT(text, HasSubstr("Not Before: Nov 23 11:55:00 2026 GMT"));
  EXPECT_THAT(text, HasSubstr("Not After : Nov 20 12:00:00 2036 GMT"));
  EXPECT_THAT(text, HasSubstr("NIST CURVE: P-256"));
  EXPECT_THAT(text, HasSubstr("Basic Constraints: critical\n                CA:TRUE, pathlen:0\n"));
  EXPECT_THAT(text, HasSubstr("Key Usage: critical\n                Certificate Sign, CRL Sign\n"));
  EXPECT_THAT(text, HasSubstr("Subject Key Identifier"));
  EXPECT_THAT(text, HasSubstr("Authority Key Identifier"));
  EXPECT_THAT(text, Not(HasSubstr("Extended Key Usage")));
}

TEST_F(IssueTest, ServerServesAndCalls) {
  const auto server = issue(specs_[1], key_, authority_, authority_key_, kNow).value();
  const std::string text = printed(server);
  EXPECT_THAT(text, HasSubstr("Issuer: O=Kubernetes, CN=Kubernetes\n"));
  EXPECT_THAT(text, HasSubstr("Subject: CN=kubernetes\n"));
  EXPECT_THAT(text, HasSubstr("Basic Constraints: critical\n                CA:FALSE\n"));
  EXPECT_THAT(text, HasSubstr("Key Usage: critical\n                Digital Signature\n"));
  EXPECT_THAT(text, HasSubstr("TLS Web Server Authentication, TLS Web Client Authentication\n"));
  EXPECT_THAT(text, HasSubstr("DNS:kubernetes.something.local, DNS:controller-0, "));
  EXPECT_THAT(text, HasSubstr("IP Address:10.32.0.1, IP Address:127.0.0.1\n"));
  EXPECT_EQ(X509_check_issued(authority_.native(), server.native()), X509_V_OK);
  EXPECT_TRUE(server.is_signed_by(authority_key_));
  EXPECT_TRUE(server.is_for(key_));
}

TEST_F(IssueTest, ClientOnlyCalls) {
  const std::string text = printed(issue(specs_[2], key_, authority_, authority_key_, kNow).value());
  EXPECT_THAT(text, HasSubstr("Subject: O=system:masters, CN=admin\n"));
  EXPECT_THAT(text, HasSubstr("Extended Key Usage: \n                TLS Web Client Authentication\n"));
  EXPECT_THAT(text, Not(HasSubstr("Subject Alternative Name")));
}

TEST_F(IssueTest, WritesAddressesOfBothFamilies) {
  specs_[1].names = {{}, {*base::IpAddress::parse("fd00::1"), *base::IpAddress::parse("10.0.0.1")}};
  const std::string text = printed(issue(specs_[1], key_, authority_, authority_key_, kNow).value());
  EXPECT_THAT(text, HasSubstr("IP Address:FD00:0:0:0:0:0:0:1, IP Address:10.0.0.1\n"));
}

TEST_F(IssueTest, NamesCannotSmuggleExtensionsIn) {
  specs_[1].names = {{"a.home.arpa,ip:1.2.3.4"}, {}};
  const auto said = issue(specs_[1], key_, authority_, authority_key_, kNow).value().describe().value();
  EXPECT_EQ(said.names.dns, specs_[1].names.dns);
  EXPECT_TRUE(said.names.addresses.empty());
}

TEST_F(IssueTest, SerialNumbersArePositiveAndOf128RandomBits) {
  std::set<std::array<unsigned char, 16>> seen;
  int longest = 0;
  for (int i = 0; i < 64; ++i) {
    const auto certificate = issue(specs_[2], key_, authority_, authority_key_, kNow).value();
    const auto serial = serial_of(certificate);
    EXPECT_FALSE(BN_is_negative(serial.get()));
    EXPECT_LE(BN_num_bits(serial.get()), 128);
    longest = std::max(longest, BN_num_bits(serial.get()));
    std::array<unsigned char, 16> bytes{};
    ASSERT_EQ(BN_bn2binpad(serial.get(), bytes.data(), bytes.size()), 16);
    seen.insert(bytes);
  }
  EXPECT_EQ(seen.size(), 64U);
  EXPECT_GT(longest, 120);  // all 64 shorter: once in 2^512
}

TEST_F(IssueTest, NothingOutlivesItsAuthority) {
  specs_[0].lifetime = std::chrono::days(30);
  const auto authority = issue_authority(specs_[0], authority_key_, kNow).value();
  const auto server = issue(specs_[1], key_, authority, authority_key_, kNow + std::chrono::days(1)).value();
  EXPECT_EQ(server.describe()->not_after, kNow + std::chrono::days(30));
}

TEST_F(IssueTest, SignsWithKeysThatFixTheDigest) {
  const Key ed25519 = Key::from_pem(kEd25519Key).value();
  const auto authority = issue_authority(specs_[0], ed25519, kNow);
  ASSERT_TRUE(authority) << authority.error().message;
  const auto server = issue(specs_[1], key_, *authority, ed25519, kNow);
  ASSERT_TRUE(server) << server.error().message;
  EXPECT_TRUE(server->is_signed_by(ed25519));
}

TEST_F(IssueTest, OnlyRsaServersMayBeEncryptedTo) {
  const Key rsa = Key::generate(cluster::KeyAlgorithm::kRsa2048).value();
  const std::string server = printed(issue(specs_[1], rsa, authority_, authority_key_, kNow).value());
  EXPECT_THAT(server, HasSubstr("Key Usage: critical\n                Digital Signature, Key Encipherment\n"));
  const std::string client = printed(issue(specs_[2], rsa, authority_, authority_key_, kNow).value());
  EXPECT_THAT(client, HasSubstr("Key Usage: critical\n                Digital Signature\n"));
}

TEST_F(IssueTest, NobodyConnectsByTheTokenSigner) {
  const auto& spec = specs_[6];
  ASSERT_EQ(spec.kind, plan::CertificateKind::kTokenSigner);
  const auto signer = issue(spec, key_, authority_, authority_key_, kNow).value();
  EXPECT_THAT(printed(signer), HasSubstr("Extended Key Usage: \n                1.3.6.1.5.5.7.3.37\n"));
  const auto said = signer.describe().value();
  EXPECT_FALSE(said.serves);
  EXPECT_FALSE(said.calls);
}

TEST_F(IssueTest, P384IsPairedWithItsDigest) {
  const Key key = Key::generate(cluster::KeyAlgorithm::kEcdsaP384).value();
  EXPECT_THAT(printed(issue_authority(specs_[0], key, kNow).value()), HasSubstr("ecdsa-with-SHA384"));
}

TEST_F(IssueTest, SaysWhyItCannot) {
  specs_[2].subject.common_name = std::string(65, 'x');  // X.520 ends at 64
  const auto refused = issue(specs_[2], key_, authority_, authority_key_, kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "cannot issue the certificate admin.pem: string too long");
}

}  // namespace
}  // namespace pki::crypto
