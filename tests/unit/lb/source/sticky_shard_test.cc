#include "lb/source/sticky_shard.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>

#include "lib/base/random.h"
#include "tests/unit/lb/manual_clock.h"

namespace lb::source {
namespace {

using namespace std::chrono_literals;

// Few hashes, so that chains are long.
StickyShard::Source source(unsigned number) {
  const std::array<std::uint8_t, 4> bytes{10, 0, static_cast<std::uint8_t>(number >> 8),
                                          static_cast<std::uint8_t>(number)};
  return {.address = base::IpAddress::from_v4(bytes.data()), .hash = number % 3};
}

TEST(StickyShard, TellsSourcesOfOneHashApart) {
  const ManualClock clock;
  StickyShard shard(8, 1min);
  for (unsigned i = 0; i < 6; ++i) shard.assign(source(i), i, clock.now());
  for (unsigned i = 0; i < 6; ++i) EXPECT_EQ(shard.find(source(i), clock.now()), i);
  EXPECT_EQ(shard.find(source(6), clock.now()), std::nullopt);
  EXPECT_EQ(shard.size(), 6U);
}

// Against a model without room or time: what the shard still knows must be right, and it must know what is open.
TEST(StickyShard, NeverNamesAWrongBackendNorForgetsAnOpenOneWhileThereIsRoom) {
  ManualClock clock;
  base::Random random(11);
  StickyShard shard(40, 1min);
  std::map<unsigned, std::uint64_t> backend;
  std::map<unsigned, int> open;
  for (std::uint64_t step = 0; step < 50'000; ++step) {
    const auto client = static_cast<unsigned>(random() % 200);
    clock.advance(std::chrono::milliseconds(random() % 2000));
    if (const auto known = shard.find(source(client), clock.now())) {
      EXPECT_EQ(*known, backend.at(client));
    } else {
      EXPECT_EQ(open[client], 0) << "client " << client << " has a session";
    }
    // At most 30 are open of the 40 that have room.
    if (open[client] > 0) {
      --open[client];
      shard.release(source(client), clock.now());
    } else if (client < 30) {
      ++open[client];
      backend[client] = step;
      shard.assign(source(client), step, clock.now());
    } else {
      backend[client] = step;
      shard.assign(source(client), step, clock.now());
      shard.release(source(client), clock.now());
    }
    ASSERT_LE(shard.size(), 40U);
  }
}

}  // namespace
}  // namespace lb::source
