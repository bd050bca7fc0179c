#include "lb/snapshot/build_snapshot.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>

#include "tests/support/chi_squared.h"
#include "tests/unit/lb/policy/picks.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::snapshot {
namespace {

using namespace std::chrono_literals;

// 'u' up, 'n' draining, 'd' down, 'm' maintenance, a letter a backend.
std::vector<backend::Condition> conditions_of(std::string_view letters) {
  std::vector<backend::Condition> conditions;
  for (const char letter : letters) {
    conditions.push_back(backend::kConditions[std::string_view("undm").find(letter)]);
  }
  return conditions;
}

ListenerView view_of(const cluster::Listener& listener, std::string_view conditions) {
  ListenerView view{.listener = listener, .states = {}, .conditions = conditions_of(conditions)};
  for (const auto& backend : listener.backends) {
    view.states.push_back(std::make_shared<backend::BackendState>(backend.name, backend.address, 1));
  }
  return view;
}

// As the proxy does it where nobody is full.
std::optional<policy::BackendIndex> pick(const Pool& pool, policy::PickContext& context) {
  for (const auto& tier : pool.tiers) {
    if (!tier) continue;
    if (const auto index = tier->pick(context)) return index;
  }
  return std::nullopt;
}

// All that 200 picks came to.
std::set<std::uint32_t> picked(const Pool& pool) {
  base::Random random(7);
  std::uint32_t cursor = 0;
  policy::PickContext context{.random = random, .cursor = cursor};
  std::set<std::uint32_t> indexes;
  for (int i = 0; i < 200; ++i) {
    if (const auto index = pick(pool, context)) indexes.insert(static_cast<std::uint32_t>(*index));
  }
  return indexes;
}

std::set<std::uint32_t> picked_of(std::initializer_list<std::uint32_t> weights, std::string_view conditions) {
  const auto listener = sample_listener(weights);
  return picked(build_snapshot(1, {view_of(listener, conditions)}, 1)->pools.front());
}

bool fails_open(std::initializer_list<std::uint32_t> weights, std::string_view conditions) {
  const auto listener = sample_listener(weights);
  return build_snapshot(1, {view_of(listener, conditions)}, 1)->pools.front().fail_open;
}

TEST(BuildSnapshot, CarriesWhatTheListenersAsk) {
  auto first = sample_listener({1, 2});
  first.retries = 5;
  first.timeouts = {.connect = 1s, .idle = 2h, .half_close = 30s};
  const auto second = sample_listener({3});
  const auto views = {view_of(first, "uu"), view_of(second, "u")};
  const auto snapshot = build_snapshot(42, views, 1000);
  EXPECT_EQ(snapshot->generation, 42U);
  EXPECT_EQ(snapshot->max_connections, 1000U);
  ASSERT_EQ(snapshot->pools.size(), 2U);
  const Pool& pool = snapshot->pools.front();
  EXPECT_EQ(pool.retries, 5U);
  EXPECT_EQ(pool.timeouts.idle, 2h);
  EXPECT_EQ(pool.timeouts.half_close, 30s);
  EXPECT_EQ(&pool.at(policy::BackendIndex{1}), views.begin()->states[1].get());
  EXPECT_EQ(snapshot->pools.back().backends, std::next(views.begin())->states);
}

TEST(BuildSnapshot, AllTriesTogetherStayUnderTheClientsPatienceUnlessOneTryIsGrantedMore) {
  auto listener = sample_listener({1});
  EXPECT_EQ(build_snapshot(1, {view_of(listener, "u")}, 1)->pools.front().connect_deadline, 6s);
  listener.timeouts.connect = 7s;
  EXPECT_EQ(build_snapshot(1, {view_of(listener, "u")}, 1)->pools.front().connect_deadline, 7s);
}

TEST(BuildSnapshot, PicksOnlyWhatIsUpAndHasWeight) {
  EXPECT_EQ(picked_of({1, 1, 1}, "uuu"), (std::set<std::uint32_t>{0, 1, 2}));
  EXPECT_EQ(picked_of({1, 1, 1}, "udu"), (std::set<std::uint32_t>{0, 2}));
  EXPECT_EQ(picked_of({1, 0, 1}, "uud"), (std::set<std::uint32_t>{0}));
}

TEST(BuildSnapshot, FailsOpenWhenNothingThatMayBePickedIsUp) {
  EXPECT_EQ(picked_of({1, 2, 0}, "ddd"), (std::set<std::uint32_t>{0, 1}));
  EXPECT_TRUE(fails_open({1, 2, 0}, "ddd"));
  EXPECT_TRUE(fails_open({1, 2, 0}, "ddu"));  // the third takes no sessions
  EXPECT_FALSE(fails_open({1, 2, 0}, "dud"));
  EXPECT_FALSE(fails_open({1}, "u"));
}

TEST(BuildSnapshot, DrainingOnesComeBeforeThoseThatAreDown) {
  EXPECT_EQ(picked_of({1, 1, 1}, "und"), (std::set<std::uint32_t>{0}));
  EXPECT_EQ(picked_of({1, 1, 1}, "nnd"), (std::set<std::uint32_t>{0, 1}));
  EXPECT_EQ(picked_of({0, 0, 1}, "und"), (std::set<std::uint32_t>{2}));
  EXPECT_TRUE(fails_open({1, 1, 1}, "nnd"));
}

TEST(BuildSnapshot, MaintenanceIsNeverPicked) {
  EXPECT_EQ(picked_of({1, 1}, "md"), (std::set<std::uint32_t>{1}));
  EXPECT_EQ(picked_of({1, 1}, "mm"), (std::set<std::uint32_t>{}));
  EXPECT_TRUE(fails_open({1, 1}, "mm"));
}

// As a session does whose tries fail one after the other.
TEST(BuildSnapshot, AsksTierAfterTierForWhoHasTriedTheBetterOnes) {
  const auto listener = sample_listener({1, 1, 1, 1, 1});
  const auto snapshot = build_snapshot(1, {view_of(listener, "dnumu")}, 1);
  base::Random random(7);
  std::uint32_t cursor = 0;
  std::vector<policy::BackendIndex> tried;
  std::string order;
  while (true) {
    policy::PickContext context{.random = random, .cursor = cursor, .excluded = tried};
    const auto index = pick(snapshot->pools.front(), context);
    if (!index) break;
    tried.push_back(*index);
    order += "dnumu"[static_cast<std::size_t>(*index)];
  }
  EXPECT_EQ(order, "uund");
}

TEST(BuildSnapshot, CarriesWhoseSessionsEnd) {
  const auto listener = sample_listener({1, 1});
  const auto view = view_of(listener, "ud");
  EXPECT_TRUE(build_snapshot(1, {view}, 1)->cut.empty());
  EXPECT_EQ(build_snapshot(1, {view}, 1, {view.states[1].get()})->cut.front(), view.states[1].get());
}

TEST(BuildSnapshot, EachListenerFailsOpenForItself) {
  const auto listener = sample_listener({1, 1});
  const auto snapshot = build_snapshot(1, {view_of(listener, "dd"), view_of(listener, "du")}, 1);
  EXPECT_TRUE(snapshot->pools[0].fail_open);
  EXPECT_FALSE(snapshot->pools[1].fail_open);
  EXPECT_EQ(picked(snapshot->pools[1]), (std::set<std::uint32_t>{1}));
}

TEST(BuildSnapshot, HandsOnWhatIsKnownAboutWhoComes) {
  auto listener = sample_listener({1, 1});
  listener.sticky = cluster::Sticky{.max_entries = 100};
  listener.max_connections = 7;
  auto view = view_of(listener, "uu");
  view.sources = source::make_sources(listener);
  const auto first = build_snapshot(1, {view}, 1);
  const auto second = build_snapshot(2, {view}, 1);
  EXPECT_EQ(first->pools.front().sources.sticky, view.sources.sticky);
  EXPECT_EQ(second->pools.front().sources.sticky, view.sources.sticky);
  EXPECT_EQ(first->pools.front().max_connections, 7U);
  EXPECT_EQ(build_snapshot(1, {view_of(sample_listener({1}), "u")}, 1)->pools.front().max_connections, 0U);
}

TEST(BuildSnapshot, KnowsTheBestBackendsOfAStickyListenerByTheirKeys) {
  auto listener = sample_listener({1, 0, 1, 1});
  listener.sticky = cluster::Sticky{.max_entries = 100};
  auto view = view_of(listener, "uudu");
  view.sources = source::make_sources(listener);
  const auto best_of = [&](std::size_t backend) {
    const auto snapshot = build_snapshot(1, {view}, 1);
    const auto index = snapshot->pools.front().among_the_best(view.states[backend]->key());
    return index ? static_cast<int>(*index) : -1;
  };
  EXPECT_EQ(best_of(0), 0);
  EXPECT_EQ(best_of(1), -1);  // no weight
  EXPECT_EQ(best_of(2), -1);  // down
  EXPECT_EQ(best_of(3), 3);
  view.conditions = conditions_of("dudn");
  EXPECT_EQ(best_of(0), -1);
  EXPECT_EQ(best_of(3), 3);  // as good as any
  view.conditions = conditions_of("dudd");
  EXPECT_EQ(best_of(2), 2);
  EXPECT_EQ(best_of(1), -1);
}

TEST(BuildSnapshot, GivesABackendThatCameBackItsShare) {
  const auto listener = sample_listener({1, 1});
  auto view = view_of(listener, "uu");
  view.shares = {100, 25};
  const auto snapshot = build_snapshot(1, {view}, 1);
  const std::vector<std::uint32_t> expected{100, 25};
  const auto counts = policy::count_picks(*snapshot->pools.front().tiers[0], 2, 3);
  EXPECT_TRUE(tests::chi_squared(counts, expected).fits());
}

TEST(BuildSnapshot, TellsTheWeightsThatCountInTheFirstTierThereIs) {
  const cluster::Listener listener = sample_listener({1, 2, 3});
  const auto weights = [&](std::string_view conditions, std::vector<std::uint32_t> shares = {}) {
    ListenerView view = view_of(listener, conditions);
    view.shares = std::move(shares);
    return build_snapshot(1, {view}, 1)->pools.front().weights;
  };
  using Weights = std::vector<std::uint32_t>;
  EXPECT_EQ(weights("uud"), (Weights{1, 2, 0}));
  EXPECT_EQ(weights("ndm"), (Weights{1, 0, 0}));
  EXPECT_EQ(weights("mmm"), (Weights{0, 0, 0}));
  EXPECT_EQ(weights("uuu", {100, 10, 100}), (Weights{100, 20, 300}));
}

}  // namespace
}  // namespace lb::snapshot
