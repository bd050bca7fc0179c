#include "lb/access_log/ring.h"

#include <gtest/gtest.h>

#include <thread>

namespace lb::access_log {
namespace {

Record numbered(std::uint64_t number) {
  Record record;
  record.to_client = number;
  return record;
}

TEST(Ring, GivesWhatItWasGivenInOrder) {
  Ring ring;
  std::uint64_t expected = 0;
  const auto take = [&](const Record& record) { EXPECT_EQ(record.to_client, expected++); };
  EXPECT_EQ(ring.take_all(take), 0U);
  for (std::uint64_t i = 0; i < 3; ++i) ring.push(numbered(i));
  EXPECT_EQ(ring.take_all(take), 3U);
  EXPECT_EQ(ring.take_all(take), 0U);
}

TEST(Ring, DropsAndCountsWhatItHasNoRoomFor) {
  Ring ring;
  for (std::uint64_t i = 0; i < Ring::kRecords + 5; ++i) ring.push(numbered(i));
  EXPECT_EQ(ring.dropped(), 5U);
  std::uint64_t expected = 0;
  ring.take_all([&](const Record& record) { EXPECT_EQ(record.to_client, expected++); });
  EXPECT_EQ(expected, Ring::kRecords);
  ring.push(numbered(expected));
  EXPECT_EQ(ring.take_all([&](const Record& record) { EXPECT_EQ(record.to_client, expected); }), 1U);
  EXPECT_EQ(ring.dropped(), 5U);
}

TEST(Ring, LosesNothingBetweenTwoThreadsButWhatItCounts) {
  Ring ring;
  constexpr std::uint64_t kPushed = 200'000;
  std::thread worker([&ring] {
    for (std::uint64_t i = 1; i <= kPushed; ++i) ring.push(numbered(i));
  });
  std::uint64_t taken = 0;
  std::uint64_t last = 0;
  const auto take = [&](const Record& record) {
    EXPECT_GT(record.to_client, last);
    last = record.to_client;
    ++taken;
  };
  while (taken + ring.dropped() < kPushed) ring.take_all(take);
  worker.join();
  EXPECT_EQ(taken + ring.dropped(), kPushed);
  EXPECT_EQ(ring.take_all(take), 0U);
}

}  // namespace
}  // namespace lb::access_log
