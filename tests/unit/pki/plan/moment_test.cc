#include "pki/plan/moment.h"

#include <gtest/gtest.h>

#include "tests/unit/pki/sample_cluster.h"

namespace pki::plan {
namespace {

TEST(Moment, IsWrittenForPeople) {
  EXPECT_EQ(moment_text(kNow), "2026-11-23 12:00:00 UTC");
  EXPECT_EQ(date_text(kNow), "2026-11-23");
  EXPECT_EQ(moment_text(std::chrono::sys_days(std::chrono::year{2126} / 1 / 1)), "2126-01-01 00:00:00 UTC");
}

TEST(Moment, SpansHaveOneUnitRoundedDown) {
  using namespace std::chrono_literals;
  EXPECT_EQ(span_text(std::chrono::days(365)), "365 days");
  EXPECT_EQ(span_text(47h), "1 day");
  EXPECT_EQ(span_text(23h + 59min), "23 hours");
  EXPECT_EQ(span_text(60min), "1 hour");
  EXPECT_EQ(span_text(59s), "0 minutes");
}

}  // namespace
}  // namespace pki::plan
