#include "pki/crypto/random_bytes.h"

#include <gtest/gtest.h>

namespace pki::crypto {
namespace {

TEST(RandomBytes, AreAsManyAsWantedAndNeverTheSame) {
  const auto one = random_bytes(32);
  const auto other = random_bytes(32);
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->view().size(), 32U);
  EXPECT_NE(one->view(), other->view());
  EXPECT_EQ(random_bytes(0).value().view(), "");
}

}  // namespace
}  // namespace pki::crypto
