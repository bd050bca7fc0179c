#include "lb/source/sticky_table.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "tests/support/at_once.h"
#include "tests/unit/lb/manual_clock.h"

namespace lb::source {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kA = 0xa;
constexpr std::uint64_t kB = 0xb;

base::IpAddress ip(const std::string& text) {
  return *base::IpAddress::parse(text);
}

base::IpAddress numbered(unsigned number) {
  return ip(fmt::format("10.{}.{}.{}", number >> 16, number >> 8 & 0xff, number & 0xff));
}

class StickyTableTest : public ::testing::Test {
 protected:
  static cluster::Sticky limits(unsigned entries) { return {.ttl = 5min, .max_entries = entries}; }

  std::optional<std::uint64_t> find(const std::string& client) { return table_.find(ip(client), clock_.now()); }
  void open(const std::string& client, std::uint64_t backend) { table_.assign(ip(client), backend, clock_.now()); }
  void close(const std::string& client) { table_.release(ip(client), clock_.now()); }
  void visit(const std::string& client, std::uint64_t backend) {
    open(client, backend);
    close(client);
  }

  ManualClock clock_;
  StickyTable table_{limits(100'000)};
};

TEST_F(StickyTableTest, KnowsWhereAClientCameTo) {
  EXPECT_EQ(find("192.0.2.1"), std::nullopt);
  visit("192.0.2.1", kA);
  visit("192.0.2.2", kB);
  EXPECT_EQ(find("192.0.2.1"), kA);
  EXPECT_EQ(find("192.0.2.2"), kB);
  EXPECT_EQ(find("192.0.2.3"), std::nullopt);
  EXPECT_EQ(table_.entries(), 2U);
}

TEST_F(StickyTableTest, WhatMovedStaysMoved) {
  open("192.0.2.1", kA);
  open("192.0.2.1", kB);
  EXPECT_EQ(find("192.0.2.1"), kB);
  close("192.0.2.1");
  close("192.0.2.1");
  EXPECT_EQ(find("192.0.2.1"), kB);
  EXPECT_EQ(table_.entries(), 1U);
}

TEST_F(StickyTableTest, ASessionElsewhereMovesNothing) {
  EXPECT_FALSE(table_.hold(ip("192.0.2.1")));
  EXPECT_EQ(find("192.0.2.1"), std::nullopt);
  visit("192.0.2.1", kA);
  EXPECT_TRUE(table_.hold(ip("192.0.2.1")));
  clock_.advance(24h);
  EXPECT_EQ(find("192.0.2.1"), kA);  // a session is open
  close("192.0.2.1");
  clock_.advance(5min);
  EXPECT_EQ(find("192.0.2.1"), std::nullopt);
}

TEST_F(StickyTableTest, TimeBeginsWhenTheLastSessionCloses) {
  open("192.0.2.1", kA);
  open("192.0.2.1", kA);
  clock_.advance(10h);
  close("192.0.2.1");
  clock_.advance(10h);
  EXPECT_EQ(find("192.0.2.1"), kA);
  close("192.0.2.1");
  clock_.advance(5min - 1ms);
  EXPECT_EQ(find("192.0.2.1"), kA);
  clock_.advance(1ms);
  EXPECT_EQ(find("192.0.2.1"), std::nullopt);
  EXPECT_EQ(table_.entries(), 0U);
}

TEST_F(StickyTableTest, ANewSessionStopsTheTime) {
  visit("192.0.2.1", kA);
  clock_.advance(4min);
  open("192.0.2.1", kA);
  clock_.advance(4min);
  close("192.0.2.1");
  clock_.advance(4min);
  EXPECT_EQ(find("192.0.2.1"), kA);
}

TEST_F(StickyTableTest, AReleaseThatNobodyOwesIsIgnored) {
  close("192.0.2.1");
  visit("192.0.2.1", kA);
  clock_.advance(4min);
  close("192.0.2.1");
  clock_.advance(1min);
  EXPECT_EQ(find("192.0.2.1"), std::nullopt);
}

TEST_F(StickyTableTest, CountsAsManyBitsAsItIsTold) {
  StickyTable table({.prefix4 = 24, .prefix6 = 48, .ttl = 5min, .max_entries = 1000});
  table.assign(ip("192.0.2.1"), kA, clock_.now());
  table.assign(ip("2001:db8:7::1"), kB, clock_.now());
  EXPECT_EQ(table.find(ip("192.0.2.200"), clock_.now()), kA);
  EXPECT_EQ(table.find(ip("192.0.3.1"), clock_.now()), std::nullopt);
  EXPECT_EQ(table.find(ip("2001:db8:7:ffff::2"), clock_.now()), kB);
  EXPECT_EQ(table.find(ip("2001:db8:8::1"), clock_.now()), std::nullopt);
  EXPECT_EQ(table.find(ip("::ffff:192.0.2.9"), clock_.now()), kA);
}

TEST_F(StickyTableTest, TheOneThatHasBeenGoneLongestMakesRoom) {
  StickyTable small(limits(3));
  const auto visit_small = [&](unsigned client) {
    small.assign(numbered(client), client, clock_.now());
    small.release(numbered(client), clock_.now());
    clock_.advance(1s);
  };
  for (const unsigned client : {1U, 2U, 3U, 1U}) visit_small(client);
  visit_small(4);
  EXPECT_EQ(small.entries(), 3U);
  EXPECT_EQ(small.find(numbered(2), clock_.now()), std::nullopt);
  for (const unsigned client : {1U, 3U, 4U}) EXPECT_EQ(small.find(numbered(client), clock_.now()), client);
}

TEST_F(StickyTableTest, OpenSessionsGoLast) {
  StickyTable small(limits(2));
  small.assign(numbered(1), kA, clock_.now());  // stays open
  clock_.advance(1h);
  small.assign(numbered(2), kA, clock_.now());
  small.release(numbered(2), clock_.now());
  small.assign(numbered(3), kB, clock_.now());  // stays open
  EXPECT_EQ(small.find(numbered(1), clock_.now()), kA);
  EXPECT_EQ(small.find(numbered(2), clock_.now()), std::nullopt);
  small.assign(numbered(4), kB, clock_.now());  // all are open: the oldest goes
  EXPECT_EQ(small.find(numbered(1), clock_.now()), std::nullopt);
  EXPECT_EQ(small.find(numbered(3), clock_.now()), kB);
  EXPECT_EQ(small.find(numbered(4), clock_.now()), kB);
}

TEST_F(StickyTableTest, WhatHasExpiredMakesRoomBeforeTheTableIsFull) {
  for (unsigned i = 0; i < 50; ++i) visit(fmt::format("192.0.2.{}", i), kA);
  clock_.advance(5min);
  StickyTable small(limits(10));
  for (unsigned i = 0; i < 5; ++i) {
    small.assign(numbered(i), kA, clock_.now());
    small.release(numbered(i), clock_.now());
  }
  clock_.advance(5min);
  for (unsigned i = 10; i < 15; ++i) small.assign(numbered(i), kB, clock_.now());
  EXPECT_EQ(small.entries(), 5U);
}

TEST_F(StickyTableTest, IsNeverLargerThanItMayBe) {
  for (const unsigned most : {1U, 63U, 64U, 1000U, 5000U}) {
    StickyTable table(limits(most));
    for (unsigned i = 0; i < 3 * most + 10; ++i) {
      table.assign(numbered(i), i, clock_.now());
      table.release(numbered(i), clock_.now());
    }
    EXPECT_LE(table.entries(), most);
    EXPECT_GE(table.entries(), most * 3 / 4) << "the room that was asked for is used";
    EXPECT_EQ(table.find(numbered(3 * most + 9), clock_.now()), 3 * most + 9);
  }
}

// For tsan; and the counts must come out even.
TEST_F(StickyTableTest, ManyWorkersUseItAtOnce) {
  StickyTable table(limits(2000));
  const base::SteadyTime now = clock_.now();
  std::atomic<int> wrong{0};
  tests::support::at_once(4, [&](int thread) {
    for (unsigned i = 0; i < 5000; ++i) {
      const auto shared = numbered(i % 100);
      const auto found = table.find(shared, now);
      if (found && *found > 3) ++wrong;
      table.assign(shared, static_cast<std::uint64_t>(thread), now);
      const bool held = table.hold(shared);
      if (!held) ++wrong;
      table.release(shared, now);
      table.release(shared, now);
    }
  });
  EXPECT_EQ(wrong.load(), 0);
  EXPECT_EQ(table.entries(), 100U);
  EXPECT_EQ(table.find(numbered(1), now + 5min), std::nullopt) << "a session was left open";
}

TEST_F(StickyTableTest, TellsWhatItKnowsAndChangesNothing) {
  const auto look = [this] { return table_.look(ip("192.0.2.1"), clock_.now()); };
  EXPECT_FALSE(look());
  open("192.0.2.1", kA);
  open("192.0.2.1", kA);
  ASSERT_TRUE(look());
  EXPECT_EQ(look()->backend, kA);
  EXPECT_EQ(look()->open, 2U);
  EXPECT_FALSE(look()->expires_in);
  close("192.0.2.1");
  close("192.0.2.1");
  clock_.advance(2min);
  EXPECT_EQ(look()->open, 0U);
  EXPECT_EQ(look()->expires_in, 3min);
  clock_.advance(3min);
  EXPECT_FALSE(look());
  EXPECT_EQ(table_.entries(), 1U);  // it goes when somebody asks for it
}

TEST_F(StickyTableTest, WhoHasASessionInTheTableBeforeIsNotForgotten) {
  auto former = std::make_shared<StickyTable>(limits(1000));
  former->assign(ip("192.0.2.1"), kA, clock_.now());
  former->assign(ip("192.0.2.2"), kB, clock_.now());
  former->release(ip("192.0.2.2"), clock_.now());
  StickyTable table({.ttl = 1min, .max_entries = 1000});
  table.follow(former, clock_.now());
  EXPECT_EQ(table.find(ip("192.0.2.2"), clock_.now()), kB);
  clock_.advance(2min);
  ASSERT_TRUE(table.look(ip("192.0.2.1"), clock_.now()));
  EXPECT_EQ(table.look(ip("192.0.2.1"), clock_.now())->open, 1U);
  EXPECT_EQ(table.find(ip("192.0.2.1"), clock_.now()), kA);
  EXPECT_EQ(table.find(ip("192.0.2.2"), clock_.now()), std::nullopt);
  former->release(ip("192.0.2.1"), clock_.now());
  EXPECT_EQ(table.find(ip("192.0.2.1"), clock_.now()), kA);
  clock_.advance(2min);
  EXPECT_EQ(table.find(ip("192.0.2.1"), clock_.now()), std::nullopt);
  former.reset();
  EXPECT_EQ(table.find(ip("192.0.2.1"), clock_.now()), std::nullopt);
}

TEST_F(StickyTableTest, ARefreshedEntryLastsAndAMovedOneStaysMoved) {
  table_.refresh({ip("192.0.2.1"), kA, clock_.now()});
  clock_.advance(4min);
  table_.refresh({ip("192.0.2.1"), kB, clock_.now()});  // what another table says does not move it
  clock_.advance(4min);
  EXPECT_EQ(find("192.0.2.1"), kA);
  clock_.advance(1min);
  table_.refresh({ip("192.0.2.1"), kB, clock_.now()});  // but it is forgotten by now
  EXPECT_EQ(find("192.0.2.1"), kB);
  open("192.0.2.1", kA);
  EXPECT_EQ(table_.open(clock_.now()).size(), 1U);
  table_.refresh({ip("192.0.2.1"), kB, clock_.now()});
  close("192.0.2.1");
  EXPECT_EQ(find("192.0.2.1"), kA);
}

}  // namespace
}  // namespace lb::source
