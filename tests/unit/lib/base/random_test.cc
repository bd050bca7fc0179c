#include "lib/base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

namespace base {
namespace {

std::vector<std::uint64_t> first_of(std::uint64_t seed) {
  Random random(seed);
  std::vector<std::uint64_t> numbers;
  for (int i = 0; i < 4; ++i) numbers.push_back(random());
  return numbers;
}

// Of a separate implementation in Python, after prng.di.unimi.it/xoshiro256plusplus.c and splitmix64.c.
TEST(Random, IsXoshiro256PlusPlusSeededBySplitmix64) {
  EXPECT_EQ(first_of(0), (std::vector<std::uint64_t>{0x53175d61490b23df, 0x61da6f3dc380d507, 0x5c0fdf91ec9a7bfc,
                                                     0x02eebf8c3bbe5e1a}));
  EXPECT_EQ(first_of(42), (std::vector<std::uint64_t>{0xd0764d4f4476689f, 0x519e4174576f3791, 0xfbe07cfb0c24ed8c,
                                                      0xb37d9f600cd835b8}));
  EXPECT_EQ(first_of(UINT64_MAX), (std::vector<std::uint64_t>{0x56ccf8ce948e27b2, 0xe68588432e5a5b90,
                                                              0xe3e9b5a48119ca8b, 0x460f19495532ae73}));
}

TEST(Random, IsTheSameForTheSameSeedOnly) {
  EXPECT_EQ(first_of(7), first_of(7));
  EXPECT_NE(first_of(7), first_of(8));
}

TEST(Random, ServesTheStandardsDistributions) {
  static_assert(std::uniform_random_bit_generator<Random>);
  Random random(1);
  std::uniform_int_distribution<int> die(1, 6);
  std::array<int, 6> seen{};
  for (int i = 0; i < 600; ++i) ++seen[static_cast<std::size_t>(die(random) - 1)];
  for (const int count : seen) EXPECT_GT(count, 50);
}

}  // namespace
}  // namespace base
