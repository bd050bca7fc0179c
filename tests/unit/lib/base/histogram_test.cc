#include "lib/base/histogram.h"

#include <gtest/gtest.h>

namespace base {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::chrono::nanoseconds, 3> kSomeBounds{1ms, 10ms, 1s};
using Some = Histogram<kSomeBounds>;

TEST(Histogram, CountsEachTimeInTheFirstBucketThatHoldsIt) {
  Some histogram;
  histogram.record(0ns);
  histogram.record(1ms);
  histogram.record(1ms + 1ns);
  histogram.record(10ms);
  histogram.record(1s);
  histogram.record(24h);
  Some::Reading reading;
  reading.add(histogram);
  EXPECT_EQ(reading.counts, (std::array<std::uint64_t, 4>{2, 2, 1, 1}));
  EXPECT_EQ(reading.sum, 0ms + 1ms + 1ms + 10ms + 1s + 24h);
}

TEST(Histogram, TakesAClockThatWentBackForNoTime) {
  Some histogram;
  histogram.record(-1ms);
  Some::Reading reading;
  reading.add(histogram);
  EXPECT_EQ(reading.counts[0], 1U);
  EXPECT_EQ(reading.sum, 0us);
}

TEST(Histogram, IsAddedUpOverThreads) {
  std::array<Some, 2> rows;
  rows[0].record(2ms);
  rows[1].record(3ms);
  rows[1].record(2h);
  Some::Reading reading;
  for (const Some& row : rows) reading.add(row);
  EXPECT_EQ(reading.counts, (std::array<std::uint64_t, 4>{0, 2, 0, 1}));
  EXPECT_EQ(reading.sum, 5ms + 2h);
}

}  // namespace
}  // namespace base
