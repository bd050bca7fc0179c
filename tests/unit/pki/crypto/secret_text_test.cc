#include "pki/crypto/secret_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace pki::crypto {
namespace {

TEST(SecretText, HoldsACopy) {
  const SecretText text("private");
  EXPECT_EQ(text.view(), "private");
  EXPECT_EQ(text.capacity(), 7U);
}

TEST(SecretText, WipesTheWholeBufferAlsoBehindItsSize) {
  SecretText text("private");
  text.set_size(2);
  EXPECT_EQ(text.view(), "pr");
  text.wipe();
  EXPECT_EQ(text.view(), "");
  EXPECT_TRUE(std::all_of(text.data(), text.data() + text.capacity(), [](char c) { return c == '\0'; }));
}

TEST(SecretText, MovesWithoutACopy) {
  SecretText first("private");
  const char* const bytes = first.data();
  SecretText second(std::move(first));
  EXPECT_EQ(second.data(), bytes);
  SecretText third("other");
  third = std::move(second);
  EXPECT_EQ(third.data(), bytes);
  EXPECT_EQ(third.view(), "private");
}

}  // namespace
}  // namespace pki::crypto
