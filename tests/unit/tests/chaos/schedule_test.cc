#include "tests/chaos/schedule.h"

#include <gtest/gtest.h>

#include <set>

namespace tests::chaos {
namespace {

using namespace std::chrono_literals;

std::chrono::milliseconds length_of(const std::vector<PlannedFault>& faults) {
  std::chrono::milliseconds sum{0};
  for (const auto& fault : faults) sum += fault.calm + fault.lasts;
  return sum;
}

TEST(Schedule, IsTheSameForTheSameSeed) {
  const auto first = draw_faults(7, 10min);
  const auto again = draw_faults(7, 10min);
  ASSERT_EQ(first.size(), again.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].kind, again[i].kind);
    EXPECT_EQ(first[i].server, again[i].server);
    EXPECT_EQ(first[i].calm, again[i].calm);
    EXPECT_EQ(first[i].lasts, again[i].lasts);
  }
}

TEST(Schedule, DiffersFromSeedToSeed) {
  std::set<std::pair<FaultKind, std::size_t>> first;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto fault = draw_faults(seed, 2min).front();
    first.emplace(fault.kind, fault.server);
  }
  EXPECT_GT(first.size(), 15U);  // of 21
}

TEST(Schedule, KeepsWithinItsTimeAndMeetsEveryServer) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto faults = draw_faults(seed, 2min);
    EXPECT_LE(length_of(faults), 2min);
    EXPECT_GT(length_of(faults), 90s);
  }
  std::set<std::size_t> servers;
  for (const auto& fault : draw_faults(1, 10min)) servers.insert(fault.server);
  EXPECT_EQ(servers, (std::set<std::size_t>{0, 1, 2}));
}

TEST(Schedule, DealsEachKindOnceBeforeOneComesAgain) {
  const auto faults = draw_faults(3, 10min);
  ASSERT_GE(faults.size(), 2 * kOneServerFaults.size());
  for (std::size_t deal = 0; deal < 2; ++deal) {
    std::set<FaultKind> kinds;
    for (std::size_t i = 0; i < kOneServerFaults.size(); ++i)
      kinds.insert(faults[deal * kOneServerFaults.size() + i].kind);
    EXPECT_EQ(kinds.size(), kOneServerFaults.size());
  }
}

TEST(Schedule, LetsASilenceLastLongerThanASessionMayHang) {
  for (const auto& fault : draw_faults(5, 10min)) {
    if (!is_silent(fault.kind)) continue;
    EXPECT_GT(fault.lasts, 10s);
  }
}

}  // namespace
}  // namespace tests::chaos
