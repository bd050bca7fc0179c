#include "lib/cluster/validate_pki.h"

#include <gtest/gtest.h>

#include "tests/unit/lib/cluster/mistakes.h"

namespace cluster {
namespace {

std::string pki_said_of(std::string_view keys) {  // they begin in line 5, indented by four
  return testing::all_said(testing::file_with_spec("  pki:\n" + std::string(keys)));
}

TEST(ValidatePki, RefusesEd25519ForServiceAccounts) {
  EXPECT_EQ(pki_said_of("    serviceAccountAlgorithm: ed25519\n"),
            "5:30: serviceAccountAlgorithm: Kubernetes signs service-account tokens by RSA or ECDSA alone, never by "
            "Ed25519; write ecdsa-p256, or remove the key\n");
}

TEST(ValidatePki, TellsThatServiceAccountsFallBackToEcdsa) {
  EXPECT_EQ(pki_said_of("    algorithm: ed25519\n"),
            "5:16: warning: algorithm: Kubernetes signs service-account tokens by RSA or ECDSA alone, so that key pair "
            "will be ecdsa-p256; write serviceAccountAlgorithm: ecdsa-p256 to say so yourself\n");
  EXPECT_EQ(pki_said_of("    algorithm: ed25519\n    serviceAccountAlgorithm: rsa-2048\n"), "");
  Pki pki;
  pki.algorithm = KeyAlgorithm::kEd25519;
  EXPECT_EQ(service_account_algorithm(pki), KeyAlgorithm::kEcdsaP256);
}

TEST(ValidatePki, WarnsOfCertificatesThatWouldOutliveTheAuthority) {
  EXPECT_EQ(pki_said_of("    validity: {ca: 1y, leaf: 2y}\n"),
            "5:30: warning: leaf: certificates would live for 2y, but none outlives the authority, which lives for 1y; "
            "make ca longer or leaf shorter\n");
  EXPECT_EQ(pki_said_of("    validity: {ca: 30d}\n"),
            "5:20: warning: ca: certificates would live for 1y, but none outlives the authority, which lives for 30d; "
            "make ca longer or leaf shorter\n");
  EXPECT_EQ(pki_said_of("    validity: {ca: 1y, leaf: 1y}\n"), "");
}

TEST(ValidatePki, RefusesANameThatComesTwice) {
  EXPECT_EQ(pki_said_of("    certSANs: [api.example.org, api.example.org]\n"),
            "5:33: certSANs: 'api.example.org' is taken in line 5 already; choose another\n");
}

}  // namespace
}  // namespace cluster
