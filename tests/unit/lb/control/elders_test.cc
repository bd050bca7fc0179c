#include "lb/control/elders.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lb/control/handover.h"
#include "lb/control/known_counts.h"
#include "lb/net/descriptor_channel.h"
#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/net/descriptor_shortage.h"
#include "tests/unit/lb/proxy/loop_steps.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

class EldersTest : public testing::Test {
 protected:
  EldersTest() {
    auto ends = net::open_channel();
    if (!ends) throw std::runtime_error(ends.error().message);
    theirs_ = std::move(ends->first);
    ours_ = std::move(ends->second);
  }
  void tell(std::uint64_t accepted, std::uint64_t finished) const {
    const nlohmann::json counts = nlohmann::json::array(
        {{{"name", "kube-apiserver"},
          {"address", "10.10.0.1:6443"},
          {"counts", {{"accepted", accepted}, {"open", accepted - finished}, {"closed", {{"finished", finished}}}}},
          {"backends",
           {{{"name", "controller-0"},
             {"address", "10.10.0.11:6443"},
             {"counts", {{"sessions", accepted}, {"open", accepted - finished}}}}}}}});
    ASSERT_TRUE(net::send_message(theirs_.get(), counts.dump(), {}, kHandoverPatience));
  }
  [[nodiscard]] std::uint64_t held() const {
    return controller_.listeners()[0].backends[0].state->total(&backend::BackendCounters::active);
  }
  [[nodiscard]] const proxy::ListenerState& listener() const { return *controller_.listeners()[0].state; }

  ManualClock clock_;
  base::Log log_{base::Log::Level::kOff};
  net::EventLoop loop_;
  Controller controller_{sample_config({1}), 1, 100, clock_, log_};
  Elders elders_{loop_, controller_, clock_};
  base::UniqueFd theirs_;
  base::UniqueFd ours_;
};

TEST_F(EldersTest, CountsWhatTheyTellUntilTheyAreGone) {
  elders_.add(std::move(ours_), nullptr);
  EXPECT_EQ(elders_.size(), 1U);
  tell(5, 2);
  proxy::turn_until(loop_, [&] { return listener().closed(proxy::CloseReason::kFinished) == 2; });
  EXPECT_EQ(held(), 3U);
  tell(5, 4);
  proxy::turn_until(loop_, [&] { return listener().closed(proxy::CloseReason::kFinished) == 4; });
  EXPECT_EQ(listener().total(&proxy::ListenerCounters::accepted), 5U);
  EXPECT_EQ(held(), 1U);
  theirs_.reset();
  proxy::turn_until(loop_, [&] { return elders_.size() == 0; });
  EXPECT_EQ(listener().closed(proxy::CloseReason::kShutdown), 1U);  // the one that was open
  EXPECT_EQ(held(), 0U);
}

TEST_F(EldersTest, HoldABackendThatIsDroppedAndBroughtBack) {
  auto ends = net::open_channel();
  ASSERT_TRUE(ends);
  elders_.add(std::move(ours_), nullptr);
  elders_.add(std::move(ends->second), nullptr);
  tell(3, 0);
  std::swap(theirs_, ends->first);
  tell(2, 0);
  proxy::turn_until(loop_, [&] { return held() == 5; });
  auto without = sample_config({1, 1});
  without.listeners[0].backends.erase(without.listeners[0].backends.begin());
  controller_.reload(without, 100);
  controller_.reload(sample_config({1}), 100);
  EXPECT_EQ(held(), 0U);  // it has begun anew
  tell(2, 1);
  proxy::turn_until(loop_, [&] { return listener().closed(proxy::CloseReason::kFinished) == 1; });
  EXPECT_EQ(held(), 4U);  // also those of the one that has not told anything since
}

TEST_F(EldersTest, GivesThemOnWithWhatTheyHaveTold) {
  elders_.add(std::move(ours_), nullptr);
  tell(5, 2);
  proxy::turn_until(loop_, [&] { return listener().closed(proxy::CloseReason::kFinished) == 2; });
  auto given = elders_.give();
  ASSERT_EQ(given.channels.size(), 1U);
  Controller next_controller(sample_config({1}), 1, 100, clock_, log_);
  Elders next(loop_, next_controller, clock_);
  next.add(std::move(given.channels[0]), given.last[0]);
  const auto& backend = *next_controller.listeners()[0].backends[0].state;
  EXPECT_EQ(backend.total(&backend::BackendCounters::active), 3U);
  tell(5, 5);
  const auto& counted = *next_controller.listeners()[0].state;
  proxy::turn_until(loop_, [&] { return counted.closed(proxy::CloseReason::kFinished) == 3; });
  EXPECT_EQ(listener().closed(proxy::CloseReason::kFinished), 2U);  // it is not heard twice
  EXPECT_EQ(backend.total(&backend::BackendCounters::active), 0U);
  elders_.leave();
  EXPECT_EQ(elders_.size(), 0U);
}

TEST_F(EldersTest, TakesThemBackWhereThereIsNoNextProcess) {
  elders_.add(std::move(ours_), nullptr);
  static_cast<void>(elders_.give());
  tell(5, 2);
  proxy::turn(loop_);
  EXPECT_EQ(listener().closed(proxy::CloseReason::kFinished), 0U);
  elders_.take_back();
  proxy::turn_until(loop_, [&] { return listener().closed(proxy::CloseReason::kFinished) == 2; });
}

TEST_F(EldersTest, WhatCannotBeReceivedIsNoEnd) {
  elders_.add(std::move(ours_), nullptr);
  tell(5, 2);
  {
    const net::DescriptorShortage shortage;
    proxy::turn(loop_);
  }
  EXPECT_EQ(elders_.size(), 1U);
  EXPECT_EQ(listener().closed(proxy::CloseReason::kShutdown), 0U);
  tell(6, 3);
  proxy::turn_until(loop_, [&] { return listener().closed(proxy::CloseReason::kFinished) == 3; });
}

}  // namespace
}  // namespace lb::control
