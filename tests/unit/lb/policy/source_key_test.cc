#include "lb/policy/source_key.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace lb::policy {
namespace {

std::uint64_t key(const std::string& client) {
  return source_key(*base::IpAddress::parse(client));
}

TEST(SourceKey, IsTheSameForEver) {
  EXPECT_EQ(key("192.0.2.1"), 5587340691309784508U);
  EXPECT_EQ(key("2001:db8::1"), 3328167765460244526U);
}

TEST(SourceKey, TellsFamiliesAndHalvesApart) {
  EXPECT_NE(key("0.0.0.0"), key("::"));
  EXPECT_NE(key("2001:db8::1"), key("2001:db8:0:0:1::"));
}

TEST(SourceKey, NeighboursAreFarApart) {
  std::set<std::uint64_t> keys;
  std::array<int, 8> low_bits{};
  for (int i = 0; i < 256; ++i) {
    keys.insert(key("10.10.0." + std::to_string(i)));
    ++low_bits[key("10.10.0." + std::to_string(i)) % low_bits.size()];
  }
  EXPECT_EQ(keys.size(), 256U);
  for (const int count : low_bits) EXPECT_NEAR(count, 32, 20);
}

}  // namespace
}  // namespace lb::policy
