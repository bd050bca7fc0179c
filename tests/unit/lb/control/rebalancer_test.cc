#include "lb/control/rebalancer.h"

#include <gtest/gtest.h>

#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using backend::Condition;

class RebalancerTest : public testing::Test {
 protected:
  static config::Config rebalancing() {
    config::Config config = sample_config({1, 1, 1});
    config.listeners[0].rebalance = {.enabled = true, .threshold = 25, .rate = 3};
    return config;
  }
  void set_active(std::size_t backend, std::size_t worker, std::uint64_t sessions) {
    controller_.listeners()[0].backends[backend].state->counters(worker).active.add(sessions);
  }
  void look() {
    orders_.clear();
    rebalancer_.look();
  }

  ManualClock clock_;
  base::Log log_{base::Log::Level::kOff};
  net::EventLoop loop_;
  Controller controller_{rebalancing(), 2, 100, clock_, log_};
  std::vector<proxy::SurplusOrder> orders_;  // by worker
  Rebalancer rebalancer_{loop_, controller_, 2, [this](std::size_t worker, const proxy::SurplusOrder& order) {
                           EXPECT_EQ(worker, orders_.size());
                           orders_.push_back(order);
                         }};
};

TEST_F(RebalancerTest, AsksTheWorkersOfTheFullestBackendByTurns) {
  set_active(0, 0, 10);
  set_active(0, 1, 20);
  look();
  ASSERT_EQ(orders_.size(), 2U);  // the other one samples
  EXPECT_EQ(orders_[0].backend, nullptr);
  EXPECT_EQ(orders_[1].backend, controller_.listeners()[0].backends[0].state.get());
  EXPECT_EQ(orders_[1].sessions, 3U);  // the rate
  EXPECT_FALSE(orders_[1].dry_run);
  set_active(1, 0, 0);
  look();
  EXPECT_NE(orders_[0].backend, nullptr);
  EXPECT_EQ(orders_[1].backend, nullptr);
}

TEST_F(RebalancerTest, WaitsUntilThoseThatWereClosedHaveComeBack) {
  set_active(0, 0, 30);
  look();
  ASSERT_NE(orders_[0].backend, nullptr);
  controller_.listeners()[0].backends[0].state->counters(0).active.subtract(3);
  look();
  EXPECT_EQ(orders_[0].backend, nullptr);
  set_active(1, 0, 3);
  look();
  EXPECT_NE(orders_[0].backend, nullptr);
}

TEST_F(RebalancerTest, WaitsNotForEver) {
  set_active(0, 0, 30);
  look();
  controller_.listeners()[0].backends[0].state->counters(0).active.subtract(3);
  for (int i = 0; i < 30; ++i) look();
  EXPECT_EQ(orders_[0].backend, nullptr);
  look();
  EXPECT_NE(orders_[0].backend, nullptr);
}

TEST_F(RebalancerTest, TakesNoMoreThanTheSurplus) {
  set_active(0, 0, 15);
  set_active(1, 0, 9);
  set_active(2, 0, 9);
  look();
  EXPECT_EQ(orders_[0].sessions, 1U);  // of 15, 13.75 are allowed
}

TEST_F(RebalancerTest, AsksForNothingWhereSessionsAreSpread) {
  for (std::size_t i = 0; i < 3; ++i) set_active(i, i % 2, 10);
  look();
  for (const auto& order : orders_) EXPECT_EQ(order.backend, nullptr);
}

TEST_F(RebalancerTest, LeavesABackendAloneThatIsOnItsWay) {
  config::Config config = rebalancing();
  config.listeners[0].slow_start = std::chrono::seconds{30};
  Controller controller(config, 2, 100, clock_, log_);
  std::vector<proxy::SurplusOrder> orders;
  Rebalancer rebalancer(loop_, controller, 2, [&](std::size_t, const auto& order) { orders.push_back(order); });
  controller.listeners()[0].backends[0].state->counters(0).active.add(30);
  controller.set_condition({0, 1}, Condition::kDown, "refused");
  controller.set_condition({0, 1}, Condition::kUp, "connected");
  rebalancer.look();
  EXPECT_EQ(orders[0].backend, nullptr);
  clock_.advance(std::chrono::seconds{31});
  controller.refresh();
  rebalancer.look();
  EXPECT_NE(orders[2].backend, nullptr);
}

TEST_F(RebalancerTest, CountsOnlyBackendsThatTakeSessions) {
  set_active(0, 0, 10);
  controller_.set_condition({0, 1}, Condition::kDraining, "GET /readyz: 500");
  controller_.set_condition({0, 2}, Condition::kDown, "silence");
  look();
  EXPECT_EQ(orders_[0].backend, nullptr);  // there is nowhere to go to
}

}  // namespace
}  // namespace lb::control
