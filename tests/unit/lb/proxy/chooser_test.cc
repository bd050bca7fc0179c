#include "lb/proxy/chooser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "lb/snapshot/build_snapshot.h"
#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::proxy {
namespace {

using namespace std::chrono_literals;

class ChooserTest : public ::testing::Test {
 protected:
  ChooserTest() { listener_.sticky = cluster::Sticky{.ttl = 5min, .max_entries = 1000}; }

  // With other conditions, and perhaps other policies, the same backends and tables.
  void publish(const std::vector<bool>& up) {
    std::vector<backend::Condition> conditions;
    for (const bool is_up : up) conditions.push_back(is_up ? backend::Condition::kUp : backend::Condition::kDown);
    if (states_.empty()) {
      sources_ = source::make_sources(listener_);
      for (const auto& backend : listener_.backends) {
        states_.push_back(std::make_shared<backend::BackendState>(backend.name, backend.address, 1,
                                                                  backend.max_connections.value_or(0)));
      }
    }
    snapshot_ = snapshot::build_snapshot(
        1, {{.listener = listener_, .states = states_, .conditions = conditions, .sources = sources_}}, 1000);
  }
  [[nodiscard]] const snapshot::Pool& pool() const { return snapshot_->pools.front(); }

  backend::Lease choose(Chooser& chooser, const std::vector<int>& tried = {}) {
    excluded_.clear();
    for (const int index : tried) excluded_.push_back(static_cast<policy::BackendIndex>(index));
    return chooser.choose({.pool = pool(),
                           .random = random_,
                           .cursor = cursor_,
                           .worker = 0,
                           .reach = Chooser::Reach::kAll,
                           .excluded = excluded_});
  }
  [[nodiscard]] std::string name_of(const backend::Lease& lease) const { return lease ? lease.backend().name() : "-"; }

  // A session of the client, which stands where it is first tried, and has closed.
  std::string serve() {
    source::Visit visit(client_, nullptr, sources_.sticky, clock_);
    Chooser chooser(client_, &visit);
    const backend::Lease lease = choose(chooser);
    if (lease) chooser.note_standing(pool(), lease.backend());
    return name_of(lease);
  }

  ManualClock clock_;
  base::Random random_{1};
  std::uint32_t cursor_ = 0;
  std::vector<policy::BackendIndex> excluded_;
  base::IpAddress client_ = *base::IpAddress::parse("192.0.2.1");
  cluster::Listener listener_ = sample_listener({1, 1, 1});
  std::vector<std::shared_ptr<backend::BackendState>> states_;
  source::Sources sources_;
  std::shared_ptr<const snapshot::Snapshot> snapshot_;
};

TEST_F(ChooserTest, TheSameClientComesToTheSameBackendUnderEveryPolicyAndSnapshot) {
  publish({true, true, true});
  const std::string own = serve();
  for (const auto& [name, kind] : cluster::kPolicyNames) {
    listener_.policy = kind;
    publish({true, true, true});
    for (int i = 0; i < 20; ++i) EXPECT_EQ(serve(), own) << name;
  }
}

TEST_F(ChooserTest, WithoutAVisitThePolicyDecides) {
  publish({true, true, true});
  serve();
  std::set<std::string> chosen;
  for (int i = 0; i < 50; ++i) {
    Chooser nobody(client_, nullptr);
    const backend::Lease lease = choose(nobody);
    nobody.note_standing(pool(), lease.backend());
    chosen.insert(name_of(lease));
  }
  EXPECT_EQ(chosen.size(), 3U);
}

TEST_F(ChooserTest, AClientWhoseBackendIsDownMovesAndStaysMoved) {
  publish({true, true, true});
  const std::string own = serve();
  std::vector<bool> up(3, true);
  for (std::size_t i = 0; i < up.size(); ++i) up[i] = states_[i]->name() != own;
  publish(up);
  const std::string next = serve();
  EXPECT_NE(next, own);
  publish({true, true, true});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(serve(), next);
}

TEST_F(ChooserTest, ABackendOfWeightZeroGivesItsClientsAway) {
  publish({true, true, true});
  const std::string own = serve();
  for (auto& backend : listener_.backends) backend.weight = backend.name == own ? 0 : 1;
  publish({true, true, true});
  EXPECT_NE(serve(), own);
}

TEST_F(ChooserTest, AnEntryThatHasExpiredDecidesNothing) {
  publish({true, true, true});
  std::set<std::string> chosen;
  for (int i = 0; i < 50; ++i) {
    chosen.insert(serve());
    clock_.advance(5min);
  }
  EXPECT_EQ(chosen.size(), 3U);
}

TEST_F(ChooserTest, AWinElsewhereMovesNobodyWhileTheirOwnBackendIsUp) {
  publish({true, true, true});
  const std::string own = serve();
  source::Visit slow(client_, nullptr, sources_.sticky, clock_);
  Chooser chooser(client_, &slow);
  const backend::Lease first = choose(chooser);
  ASSERT_EQ(name_of(first), own);
  const auto tried = std::ranges::find_if(states_, [&](const auto& state) { return state->name() == own; });
  const backend::Lease hedge = choose(chooser, {static_cast<int>(tried - states_.begin())});
  EXPECT_NE(name_of(hedge), own);
  chooser.note_standing(pool(), hedge.backend());
  EXPECT_EQ(serve(), own);

  // The same, but the own one is found to be down meanwhile.
  Chooser again(client_, &slow);
  const backend::Lease tried_first = choose(again);
  const backend::Lease winner = choose(again, {static_cast<int>(tried - states_.begin())});
  std::vector<bool> up(3, true);
  up[static_cast<std::size_t>(tried - states_.begin())] = false;
  publish(up);
  again.note_standing(pool(), winner.backend());
  publish({true, true, true});
  EXPECT_EQ(serve(), name_of(winner));
}

TEST_F(ChooserTest, AFullBackendIsPassedOver) {
  for (auto& backend : listener_.backends) backend.max_connections = 2;
  for (const auto& [name, kind] : cluster::kPolicyNames) {
    listener_.policy = kind;
    publish({true, true, true});
    std::vector<backend::Lease> held;
    for (int i = 0; i < 6; ++i) {
      Chooser chooser(client_, nullptr);
      held.push_back(choose(chooser));
      EXPECT_TRUE(held.back()) << name << " passes a backend that has room";
      EXPECT_FALSE(chooser.all_full());
    }
    Chooser late(client_, nullptr);
    EXPECT_FALSE(choose(late)) << name;
    EXPECT_TRUE(late.all_full()) << name;
    const std::string freed = name_of(held[3]);
    held[3].give_back();
    EXPECT_EQ(name_of(choose(late)), freed) << name;
    EXPECT_FALSE(late.all_full()) << name;
  }
}

// Those that are down are for when the others fail, not for when they have much to do.
TEST_F(ChooserTest, FullBackendsAreNoReasonToTryWorseOnes) {
  listener_.backends[0].max_connections = 1;
  publish({true, false, false});
  Chooser chooser(client_, nullptr);
  const backend::Lease first = choose(chooser);
  ASSERT_EQ(name_of(first), states_[0]->name());
  Chooser late(client_, nullptr);
  EXPECT_FALSE(choose(late));
  EXPECT_TRUE(late.all_full());
  EXPECT_TRUE(choose(late, {0}));
}

TEST_F(ChooserTest, AllTriedIsNotFull) {
  publish({true, true, true});
  Chooser chooser(client_, nullptr);
  EXPECT_FALSE(choose(chooser, {0, 1, 2}));
  EXPECT_FALSE(chooser.all_full());
}

TEST_F(ChooserTest, TheRestIsFullWhenTheOthersWereTried) {
  listener_.backends[2].max_connections = 1;
  publish({true, true, true});
  const backend::Lease taken(*states_[2], 0);
  Chooser chooser(client_, nullptr);
  EXPECT_FALSE(choose(chooser, {0, 1}));
  EXPECT_TRUE(chooser.all_full());
}

TEST_F(ChooserTest, AClientWhoseOwnBackendIsFullMoves) {
  for (auto& backend : listener_.backends) backend.max_connections = 1;
  publish({true, true, true});
  const std::string own = serve();
  const auto state = std::ranges::find_if(states_, [&](const auto& one) { return one->name() == own; });
  std::string next;
  {
    const backend::Lease taken(**state, 0);
    next = serve();
    EXPECT_NE(next, own);
  }
  EXPECT_EQ(serve(), next);
}

TEST_F(ChooserTest, ManyFullBackendsAreFoundOutAtOnce) {
  listener_.backends.clear();
  for (int i = 0; i < 200; ++i) {
    const std::string address = "10.10.1." + std::to_string(i) + ":6443";
    listener_.backends.push_back(
        {.name = address, .address = *base::SocketAddress::parse(address), .weight = 1, .max_connections = 1});
  }
  publish(std::vector<bool>(200, true));
  std::vector<backend::Lease> held;
  for (int i = 0; i < 200; ++i) {
    Chooser chooser(client_, nullptr);
    held.push_back(choose(chooser));
    ASSERT_TRUE(held.back()) << i;
  }
  Chooser late(client_, nullptr);
  EXPECT_FALSE(choose(late));
  EXPECT_LE(excluded_.size(), 200U);
}

}  // namespace
}  // namespace lb::proxy
