#include "lb/snapshot/build_snapshot.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/lb/sample_config.h"

namespace lb::snapshot {
namespace {

using namespace std::chrono_literals;

ListenerView view_of(const cluster::Listener& listener, std::vector<bool> up) {
  ListenerView view{.listener = listener, .states = {}, .up = std::move(up)};
  for (const auto& backend : listener.backends) {
    view.states.push_back(std::make_shared<backend::BackendState>(backend.name, backend.address, 1));
  }
  return view;
}

// All that 200 picks came to.
std::set<std::uint32_t> picked(const Pool& pool) {
  base::Random random(7);
  std::uint32_t cursor = 0;
  policy::PickContext context{.random = random, .cursor = cursor};
  std::set<std::uint32_t> indexes;
  for (int i = 0; i < 200; ++i) {
    if (const auto index = pool.policy->pick(context)) indexes.insert(static_cast<std::uint32_t>(*index));
  }
  return indexes;
}

std::set<std::uint32_t> picked_of(std::initializer_list<std::uint32_t> weights, std::vector<bool> up) {
  const auto listener = sample_listener(weights);
  return picked(build_snapshot(1, {view_of(listener, std::move(up))}, 1)->pools.front());
}

bool fails_open(std::initializer_list<std::uint32_t> weights, std::vector<bool> up) {
  const auto listener = sample_listener(weights);
  return build_snapshot(1, {view_of(listener, std::move(up))}, 1)->pools.front().fail_open;
}

TEST(BuildSnapshot, CarriesWhatTheListenersAsk) {
  auto first = sample_listener({1, 2});
  first.retries = 5;
  first.timeouts = {.connect = 1s, .idle = 2h, .half_close = 30s};
  const auto second = sample_listener({3});
  const auto views = {view_of(first, {true, true}), view_of(second, {true})};
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
  EXPECT_EQ(build_snapshot(1, {view_of(listener, {true})}, 1)->pools.front().connect_deadline, 6s);
  listener.timeouts.connect = 7s;
  EXPECT_EQ(build_snapshot(1, {view_of(listener, {true})}, 1)->pools.front().connect_deadline, 7s);
}

TEST(BuildSnapshot, PicksOnlyWhatIsUpAndHasWeight) {
  EXPECT_EQ(picked_of({1, 1, 1}, {true, true, true}), (std::set<std::uint32_t>{0, 1, 2}));
  EXPECT_EQ(picked_of({1, 1, 1}, {true, false, true}), (std::set<std::uint32_t>{0, 2}));
  EXPECT_EQ(picked_of({1, 0, 1}, {true, true, false}), (std::set<std::uint32_t>{0}));
}

TEST(BuildSnapshot, FailsOpenWhenNothingThatMayBePickedIsUp) {
  EXPECT_EQ(picked_of({1, 2, 0}, {false, false, false}), (std::set<std::uint32_t>{0, 1}));
  EXPECT_TRUE(fails_open({1, 2, 0}, {false, false, false}));
  EXPECT_TRUE(fails_open({1, 2, 0}, {false, false, true}));  // the third takes no sessions
  EXPECT_FALSE(fails_open({1, 2, 0}, {false, true, false}));
  EXPECT_FALSE(fails_open({1}, {true}));
}

TEST(BuildSnapshot, EachListenerFailsOpenForItself) {
  const auto listener = sample_listener({1, 1});
  const auto snapshot = build_snapshot(1, {view_of(listener, {false, false}), view_of(listener, {false, true})}, 1);
  EXPECT_TRUE(snapshot->pools[0].fail_open);
  EXPECT_FALSE(snapshot->pools[1].fail_open);
  EXPECT_EQ(picked(snapshot->pools[1]), (std::set<std::uint32_t>{1}));
}

}  // namespace
}  // namespace lb::snapshot
