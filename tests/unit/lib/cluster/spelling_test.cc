#include "lib/cluster/spelling.h"

#include <gtest/gtest.h>

#include <array>

namespace cluster {
namespace {

TEST(Spelling, CountsEdits) {
  EXPECT_EQ(edit_distance("weight", "weight"), 0U);
  EXPECT_EQ(edit_distance("weigt", "weight"), 1U);
  EXPECT_EQ(edit_distance("weightt", "weight"), 1U);
  EXPECT_EQ(edit_distance("waight", "weight"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("", "vip"), 3U);
  EXPECT_EQ(edit_distance("vip", ""), 3U);
}

TEST(Spelling, CountsASwapOfNeighboursOnce) {
  EXPECT_EQ(edit_distance("wieght", "weight"), 1U);
  EXPECT_EQ(edit_distance("nmae", "name"), 1U);
}

TEST(Spelling, FindsTheNearestWord) {
  constexpr std::array<std::string_view, 5> kKnown = {"name", "role", "address", "weight", "podCIDR"};
  EXPECT_EQ(nearest("adress", kKnown), "address");
  EXPECT_EQ(nearest("wieght", kKnown), "weight");
  EXPECT_EQ(nearest("podcidr", kKnown), "podCIDR");
  EXPECT_EQ(nearest("pod_cidr", kKnown), "podCIDR");
  EXPECT_EQ(nearest("rôle", kKnown), std::nullopt);  // two bytes of UTF-8 are two mistakes in a word of four
}

TEST(Spelling, GuessesNothingFromFarAway) {
  constexpr std::array<std::string_view, 3> kKnown = {"vip", "listeners", "datapath"};
  EXPECT_EQ(nearest("pki", kKnown), std::nullopt);
  EXPECT_EQ(nearest("timeouts", kKnown), std::nullopt);
  EXPECT_EQ(nearest("", kKnown), std::nullopt);
  EXPECT_EQ(nearest("vip", {}), std::nullopt);
  EXPECT_EQ(nearest(std::string(100'000, 'x'), kKnown), std::nullopt);
}

TEST(Spelling, SaysItsGuess) {
  constexpr std::array<std::string_view, 1> kKnown = {"weight"};
  EXPECT_EQ(did_you_mean("wieght", kKnown), " (did you mean 'weight'?)");
  EXPECT_EQ(did_you_mean("address", kKnown), "");
}

}  // namespace
}  // namespace cluster
