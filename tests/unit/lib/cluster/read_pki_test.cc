#include "lib/cluster/read_pki.h"

#include <gmock/gmock.h>

#include "tests/unit/lib/cluster/mistakes.h"

namespace cluster {
namespace {

using ::testing::ElementsAre;

std::string file_with_pki(std::string_view keys) {  // they begin in line 5, indented by four
  return testing::file_with_spec("  pki:\n" + std::string(keys));
}

Pki pki_of(std::string_view keys) {
  return parse_cluster(file_with_pki(keys)).value().cluster.pki;
}

std::string said_of(std::string_view keys) {
  return testing::all_said(file_with_pki(keys));
}

TEST(ReadPki, HasDefaultsForAll) {
  const Pki pki = parse_cluster(testing::file_with_spec("  domain: home.arpa\n")).value().cluster.pki;
  EXPECT_EQ(pki.algorithm, KeyAlgorithm::kEcdsaP256);
  EXPECT_EQ(service_account_algorithm(pki), KeyAlgorithm::kEcdsaP256);
  EXPECT_EQ(pki.authority_validity, std::chrono::hours(10 * 365 * 24));
  EXPECT_EQ(pki.leaf_validity, std::chrono::hours(365 * 24));
  EXPECT_TRUE(pki.extra_names.empty());
  EXPECT_FALSE(pki.name_constraints);
  EXPECT_EQ(pki.encryption, EncryptionProvider::kSecretbox);
}

TEST(ReadPki, ReadsEveryKey) {
  const Pki pki = pki_of(
      "    algorithm: rsa-3072\n"
      "    serviceAccountAlgorithm: ecdsa-p384\n"
      "    validity: {ca: 20y, leaf: 90d}\n"
      "    certSANs: [api.example.org, 203.0.113.7, 'fd00::0:1']\n"
      "    nameConstraints: {permit: [example.org, 203.0.113.0/24, 192.0.2.1]}\n"
      "    encryption: {provider: aescbc}\n");
  EXPECT_EQ(name_of(pki.algorithm), "rsa-3072");
  EXPECT_EQ(name_of(service_account_algorithm(pki)), "ecdsa-p384");
  EXPECT_EQ(pki.authority_validity, std::chrono::hours(20 * 365 * 24));
  EXPECT_EQ(pki.leaf_validity, std::chrono::hours(90 * 24));
  EXPECT_THAT(pki.extra_names, ElementsAre("api.example.org", "203.0.113.7", "fd00::1"));
  EXPECT_THAT(pki.name_constraints.value().domains, ElementsAre("example.org"));
  ASSERT_EQ(pki.name_constraints.value().networks.size(), 2U);
  EXPECT_EQ(pki.name_constraints.value().networks[0].to_string(), "203.0.113.0/24");
  EXPECT_EQ(pki.name_constraints.value().networks[1].to_string(), "192.0.2.1/32");
  EXPECT_EQ(name_of(pki.encryption), "aescbc");
}

TEST(ReadPki, KnowsAllAlgorithms) {
  for (const auto& [name, algorithm] : kKeyAlgorithmNames) {
    EXPECT_EQ(pki_of(fmt::format("    algorithm: {}\n", name)).algorithm, algorithm);
    EXPECT_EQ(name_of(algorithm), name);
  }
}

TEST(ReadPki, ConstraintsCanBeSwitchedOff) {
  EXPECT_TRUE(pki_of("    nameConstraints: {enabled: true}\n").name_constraints);
  EXPECT_FALSE(pki_of("    nameConstraints: {enabled: false, permit: [example.org]}\n").name_constraints);
}

TEST(ReadPki, TellsEachMistakeWithItsPlace) {
  EXPECT_EQ(said_of("    algorithm: rsa-1024\n"),
            "5:16: algorithm: 'rsa-1024' is not known (did you mean 'rsa-2048'?)\n");
  EXPECT_EQ(said_of("    validity: {ca: 10, leaf: 1m}\n"),
            "5:20: ca: '10' is not a lifetime; write a number and a unit, as 12h, 30d or 1y\n"
            "5:30: leaf: '1m' is not a lifetime; write a number and a unit, as 12h, 30d or 1y\n");
  EXPECT_EQ(said_of("    encryption: {provider: aesgcm}\n"),
            "5:28: provider: 'aesgcm' is not known; write secretbox or aescbc\n");
  EXPECT_THAT(said_of("    certSANs: [API.example.org, 10.10.0]\n"),
              ::testing::AllOf(::testing::HasSubstr("5:16: certSANs[0]: 'API.example.org' has capital letters"),
                               ::testing::HasSubstr("5:33: certSANs[1]: ")));
  EXPECT_THAT(
      said_of("    nameConstraints: {permit: [10.0.0.1/8, a_b]}\n"),
      ::testing::AllOf(::testing::HasSubstr("5:32: permit[0]: "), ::testing::HasSubstr("5:44: permit[1]: 'a_b'")));
  EXPECT_THAT(said_of("    algoritm: ed25519\n"), ::testing::HasSubstr("did you mean 'algorithm'?"));
}

}  // namespace
}  // namespace cluster
