#include "lb/source/visit.h"

#include <gtest/gtest.h>

#include "lb/source/sources.h"
#include "tests/unit/lb/manual_clock.h"

namespace lb::source {
namespace {

using namespace std::chrono_literals;

class VisitTest : public ::testing::Test {
 protected:
  VisitTest() {
    listener_.sticky = cluster::Sticky{.ttl = 1min, .max_entries = 100};
    listener_.max_connections_per_source = 1;
    sources_ = make_sources(listener_);
  }

  ManualClock clock_;
  base::IpAddress client_ = *base::IpAddress::parse("192.0.2.1");
  cluster::Listener listener_;
  Sources sources_;
};

TEST_F(VisitTest, GivesBackWhatItTook) {
  EXPECT_TRUE(sources_.count->enter(client_, 1));
  {
    Visit visit(client_, sources_.count, sources_.sticky, clock_);
    visit.stick_to(7);
    clock_.advance(1h);
    EXPECT_EQ(visit.known_backend(), 7U);
    EXPECT_EQ(sources_.count->clients(), 1U);
  }
  EXPECT_EQ(sources_.count->clients(), 0U);
  clock_.advance(1min - 1ms);
  EXPECT_EQ(Visit(client_, nullptr, sources_.sticky, clock_).known_backend(), 7U);
  clock_.advance(1ms);
  EXPECT_EQ(Visit(client_, nullptr, sources_.sticky, clock_).known_backend(), std::nullopt);
}

TEST_F(VisitTest, OneThatFoundNoBackendLeavesTheTableAlone) {
  Visit(client_, nullptr, sources_.sticky, clock_).stick_to(7);
  clock_.advance(30s);
  { const Visit failed(client_, nullptr, sources_.sticky, clock_); }
  clock_.advance(30s);
  EXPECT_EQ(Visit(client_, nullptr, sources_.sticky, clock_).known_backend(), std::nullopt);
}

TEST_F(VisitTest, StandingElsewhereMovesNothingButStopsTheTime) {
  Visit(client_, nullptr, sources_.sticky, clock_).stick_to(7);
  {
    Visit visit(client_, nullptr, sources_.sticky, clock_);
    visit.stand_elsewhere();
    clock_.advance(1h);
    EXPECT_EQ(visit.known_backend(), 7U);
  }
  clock_.advance(1min);
  EXPECT_EQ(Visit(client_, nullptr, sources_.sticky, clock_).known_backend(), std::nullopt);
}

TEST_F(VisitTest, KnowsNothingWhereNothingIsConfigured) {
  const Sources none = make_sources({});
  EXPECT_FALSE(none.keeps_visits());
  EXPECT_FALSE(none.filter);
  Visit visit(client_, nullptr, nullptr, clock_);
  visit.stick_to(7);
  visit.stand_elsewhere();
  EXPECT_EQ(visit.known_backend(), std::nullopt);
}

TEST_F(VisitTest, SourcesAreMadeOfWhatTheListenerAsksFor) {
  EXPECT_TRUE(sources_.keeps_visits());
  EXPECT_EQ(sources_.max_sessions, 1U);
  EXPECT_FALSE(sources_.filter);
  cluster::Listener filtered;
  filtered.deny.push_back(*base::IpNetwork::parse("192.0.2.0/24"));
  const Sources sources = make_sources(filtered);
  ASSERT_TRUE(sources.filter);
  EXPECT_FALSE(sources.filter->admits(client_));
  EXPECT_FALSE(sources.keeps_visits());
}

}  // namespace
}  // namespace lb::source
