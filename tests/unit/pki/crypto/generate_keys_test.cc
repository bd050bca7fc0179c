#include "pki/crypto/generate_keys.h"

#include <gmock/gmock.h>

namespace pki::crypto {
namespace {

using cluster::KeyAlgorithm;
using testing::ElementsAre;

TEST(GenerateKeys, KeepsTheirOrder) {
  const auto keys = generate_keys({KeyAlgorithm::kEcdsaP384, KeyAlgorithm::kEd25519, KeyAlgorithm::kEcdsaP256}, 4, {});
  ASSERT_TRUE(keys) << keys.error().message;
  ASSERT_EQ(keys->size(), 3U);
  EXPECT_EQ((*keys)[0].algorithm(), "ECDSA P-384");
  EXPECT_EQ((*keys)[1].algorithm(), "Ed25519");
  EXPECT_EQ((*keys)[2].algorithm(), "ECDSA P-256");
}

TEST(GenerateKeys, MakesRsaKeysOnSeveralThreadsAndTellsEach) {
  std::vector<std::size_t> told;
  const auto keys = generate_keys(std::vector(2, KeyAlgorithm::kRsa2048), 4, [&](std::size_t made, std::size_t total) {
    EXPECT_EQ(total, 2U);
    told.push_back(made);
  });
  ASSERT_TRUE(keys) << keys.error().message;
  EXPECT_THAT(told, ElementsAre(1, 2));
  for (const auto& key : *keys) EXPECT_EQ(key.known_algorithm(), KeyAlgorithm::kRsa2048);
}

TEST(GenerateKeys, NoKeysAreNoWork) {
  EXPECT_TRUE(generate_keys({}, 1, {}).value().empty());
}

}  // namespace
}  // namespace pki::crypto
