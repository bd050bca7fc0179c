#include "pki/crypto/trust.h"

#include <gmock/gmock.h>
#include <openssl/err.h>

#include "pki/crypto/issue.h"
#include "tests/unit/pki/crypto/sample_keys.h"
#include "tests/unit/pki/sample_cluster.h"

namespace pki::crypto {
namespace {

using std::chrono::days;
using testing::HasSubstr;

plan::CertificateSpec spec_of(plan::CertificateKind kind, days lifetime) {
  plan::CertificateSpec spec{
      .name = "x", .purpose = "", .kind = kind, .subject = {"x", ""}, .names = {}, .lifetime = lifetime};
  if (kind != plan::CertificateKind::kAuthority) {
    spec.names = {{"api.home.arpa"}, {*base::IpAddress::parse("10.10.0.1")}};
  }
  return spec;
}

class TrustTest : public testing::Test {
 protected:
  [[nodiscard]] std::vector<Certificate> signed_as(plan::CertificateKind kind) const {
    std::vector<Certificate> chain;
    chain.push_back(issue(spec_of(kind, days(10)), sample_key(), authorities_[0], key_, kNow).value());
    return chain;
  }
  [[nodiscard]] std::string refused(const std::string& name, std::chrono::sys_seconds now = kNow) const {
    return why_refused(server_, authorities_, name, now).value_or("");
  }
  static std::vector<Certificate> authority_of(const Key& key) {
    std::vector<Certificate> all;
    all.push_back(issue_authority(spec_of(plan::CertificateKind::kAuthority, days(20)), key, kNow).value());
    return all;
  }

  Key key_ = sample_key();
  std::vector<Certificate> authorities_ = authority_of(key_);
  std::vector<Certificate> server_ = signed_as(plan::CertificateKind::kServerAndClient);
};

TEST_F(TrustTest, ASoundServerIsTrustedUnderItsNames) {
  EXPECT_EQ(refused("api.home.arpa"), "");
  EXPECT_EQ(refused("10.10.0.1"), "");
}

TEST_F(TrustTest, AnotherNameIsRefused) {
  EXPECT_THAT(refused("other.home.arpa"), HasSubstr("ostname mismatch"));
  EXPECT_THAT(refused("10.10.0.2"), HasSubstr("IP address mismatch"));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST_F(TrustTest, TheTimeIsTheCallers) {
  EXPECT_THAT(refused("10.10.0.1", kNow + days(11)), HasSubstr("expired"));
  EXPECT_THAT(refused("10.10.0.1", kNow - days(1)), HasSubstr("not yet valid"));
}

TEST_F(TrustTest, AClientIsNoServer) {
  const auto client = signed_as(plan::CertificateKind::kClient);
  EXPECT_NE(why_refused(client, authorities_, "10.10.0.1", kNow).value_or(""), "");
}

TEST_F(TrustTest, OneOfSeveralAuthoritiesOfOneNameIsEnough) {
  auto authorities = authority_of(sample_key());
  EXPECT_NE(why_refused(server_, authorities, "10.10.0.1", kNow), std::nullopt);
  authorities.push_back(Certificate::from_pem(authorities_[0].to_pem().value()).value());
  EXPECT_EQ(why_refused(server_, authorities, "10.10.0.1", kNow), std::nullopt);
  EXPECT_NE(why_refused(server_, {}, "10.10.0.1", kNow), std::nullopt);
  EXPECT_EQ(why_refused({}, authorities_, "10.10.0.1", kNow), "it shows no certificate");
}

}  // namespace
}  // namespace pki::crypto
