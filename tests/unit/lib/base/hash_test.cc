#include "lib/base/hash.h"

#include <gtest/gtest.h>

namespace base {
namespace {

// From the reference implementations: FNV-1a of "a" is af63dc4c8601ec8c; splitmix64 seeded with 0 begins with
// mix(golden ratio).
TEST(Hash, IsWhatItsSourcesSay) {
  EXPECT_EQ(mix(0x9e3779b97f4a7c15U), 0xe220a8397b1dcdafU);
  EXPECT_EQ(hash("a"), mix(0xaf63dc4c8601ec8cU));
  EXPECT_EQ(hash(""), mix(0xcbf29ce484222325U));
}

TEST(Hash, MixesOneToOne) {
  EXPECT_EQ(mix(0), 0U);
  EXPECT_NE(mix(1), mix(2));
}

}  // namespace
}  // namespace base
