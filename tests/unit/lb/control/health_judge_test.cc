#include "lb/control/health_judge.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

namespace lb::control {
namespace {

CheckResult result_of(char letter) {
  if (letter == '+') return CheckResult::kPassed;
  return letter == '-' ? CheckResult::kFailed : CheckResult::kNotReady;
}

char letter_of(backend::Condition verdict) {
  if (verdict == backend::Condition::kUp) return 'u';
  return verdict == backend::Condition::kDown ? 'd' : 'n';
}

// Feeds results ('+' passed, '~' not ready, '-' failed) and writes down the verdicts: 'u' up, 'n' draining, 'd' down,
// '.' no change.
std::string verdicts(unsigned fall, unsigned rise, std::string_view results) {
  const auto judge = std::make_unique<HealthJudge>(fall, rise);  // on the stack GCC 12 thinks it uninitialised
  std::string told;
  for (const char result : results) {
    const auto verdict = judge->judge(result_of(result));
    told += verdict ? letter_of(*verdict) : '.';
  }
  return told;
}

TEST(HealthJudge, TheFirstResultDecidesAlone) {
  EXPECT_EQ(verdicts(5, 5, "+"), "u");
  EXPECT_EQ(verdicts(5, 5, "~"), "n");
  EXPECT_EQ(verdicts(5, 5, "-"), "d");
}

TEST(HealthJudge, FallFailuresInARowMakeDown) {
  EXPECT_EQ(verdicts(2, 3, "+--"), "u.d");
  EXPECT_EQ(verdicts(3, 3, "+---"), "u..d");
  EXPECT_EQ(verdicts(1, 3, "+-"), "ud");
  EXPECT_EQ(verdicts(2, 3, "~--"), "n.d");
}

TEST(HealthJudge, RisePassesInARowMakeUp) {
  EXPECT_EQ(verdicts(2, 3, "-+++"), "d..u");
  EXPECT_EQ(verdicts(2, 1, "-+"), "du");
  EXPECT_EQ(verdicts(2, 3, "~+++"), "n..u");
}

TEST(HealthJudge, FromUpFallResultsThatAreNoPassesMakeDraining) {
  EXPECT_EQ(verdicts(2, 3, "+~~"), "u.n");
  EXPECT_EQ(verdicts(2, 3, "+-~"), "u.n");
  EXPECT_EQ(verdicts(2, 3, "+~-"), "u.n");
  EXPECT_EQ(verdicts(2, 3, "+~--"), "u.nd");  // two failures in a row by then
  EXPECT_EQ(verdicts(2, 3, "+~+~+~"), "u.....");
}

TEST(HealthJudge, AStatusAloneNeverMakesDown) {
  EXPECT_EQ(verdicts(1, 1, "+~~~~~~~~"), "un.......");
  EXPECT_EQ(verdicts(2, 3, "+~-~-~-~-"), "u.n......");
}

TEST(HealthJudge, FromDownRiseAnswersMakeDrainingOrUp) {
  EXPECT_EQ(verdicts(2, 3, "-~~~"), "d..n");
  EXPECT_EQ(verdicts(2, 3, "-++~"), "d..n");
  EXPECT_EQ(verdicts(2, 3, "-~+++"), "d..nu");
  EXPECT_EQ(verdicts(2, 3, "-~~-~~-"), "d......");
}

TEST(HealthJudge, ASingleResultOfTheOtherKindBeginsTheCountAnew) {
  EXPECT_EQ(verdicts(3, 3, "+--+--+---"), "u........d");
  EXPECT_EQ(verdicts(3, 3, "-++-++-+++"), "d........u");
}

TEST(HealthJudge, ARepeatedVerdictIsToldOnce) {
  EXPECT_EQ(verdicts(2, 2, "+++++----++++"), "u.....d...u..");
  EXPECT_EQ(verdicts(2, 2, "~~~~"), "n...");
}

TEST(HealthJudge, IsUnsettledWhileTheLastResultSpeaksAgainstTheVerdict) {
  const auto judge = std::make_unique<HealthJudge>(2, 2);
  std::string settled;
  for (const char result : std::string_view("+-+~~-++")) {
    static_cast<void>(judge->judge(result_of(result)));
    settled += judge->settled() ? 's' : '?';
  }
  EXPECT_EQ(settled, "s?s?s??s");
}

}  // namespace
}  // namespace lb::control
