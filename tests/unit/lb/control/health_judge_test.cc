#include "lb/control/health_judge.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

namespace lb::control {
namespace {

// Feeds results ('+' success, '-' failure) and writes down the verdicts: 'u' up, 'd' down, '.' no change.
std::string verdicts(unsigned fall, unsigned rise, std::string_view results) {
  const auto judge = std::make_unique<HealthJudge>(fall, rise);  // on the stack GCC 12 thinks it uninitialised
  std::string told;
  for (const char result : results) {
    const auto verdict = result == '+' ? judge->on_success() : judge->on_failure();
    told += !verdict ? '.' : *verdict == Verdict::kUp ? 'u' : 'd';
  }
  return told;
}

TEST(HealthJudge, TheFirstResultDecidesAlone) {
  EXPECT_EQ(verdicts(5, 5, "+"), "u");
  EXPECT_EQ(verdicts(5, 5, "-"), "d");
}

TEST(HealthJudge, FallFailuresInARowMakeDown) {
  EXPECT_EQ(verdicts(2, 3, "+--"), "u.d");
  EXPECT_EQ(verdicts(3, 3, "+---"), "u..d");
  EXPECT_EQ(verdicts(1, 3, "+-"), "ud");
}

TEST(HealthJudge, RiseSuccessesInARowMakeUp) {
  EXPECT_EQ(verdicts(2, 3, "-+++"), "d..u");
  EXPECT_EQ(verdicts(2, 1, "-+"), "du");
}

TEST(HealthJudge, ASingleResultOfTheOtherKindBeginsTheCountAnew) {
  EXPECT_EQ(verdicts(3, 3, "+--+--+---"), "u........d");
  EXPECT_EQ(verdicts(3, 3, "-++-++-+++"), "d........u");
}

TEST(HealthJudge, ARepeatedVerdictIsToldOnce) {
  EXPECT_EQ(verdicts(2, 2, "+++++----++++"), "u.....d...u..");
}

}  // namespace
}  // namespace lb::control
