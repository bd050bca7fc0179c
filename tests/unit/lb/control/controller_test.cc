#include "lb/control/controller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using ::testing::HasSubstr;

class ControllerTest : public ::testing::Test {
 protected:
  ControllerTest() {
    controller_.publish_to([this](auto snapshot) { published_.push_back(std::move(snapshot)); });
  }
  static config::Config two_listeners() {
    config::Config config = sample_config({1, 1, 0});
    config.listeners.push_back(sample_listener({1}));
    config.listeners.back().name = "second";
    return config;
  }
  // What is logged meanwhile.
  static std::string log_of(const std::function<void()>& act) {
    testing::internal::CaptureStderr();
    act();
    return testing::internal::GetCapturedStderr();
  }

  base::Log log_{base::Log::Level::kInfo};
  Controller controller_{two_listeners(), 3, 500, log_};
  std::vector<std::shared_ptr<const snapshot::Snapshot>> published_;
};

TEST_F(ControllerTest, BeginsWithEveryBackendUpAndTheFirstGeneration) {
  const auto snapshot = controller_.snapshot();
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->generation, 1U);
  EXPECT_EQ(snapshot->max_connections, 500U);
  ASSERT_EQ(snapshot->pools.size(), 2U);
  EXPECT_FALSE(snapshot->pools[0].fail_open);
  EXPECT_EQ(snapshot->pools[0].backends[1]->name(), "controller-1");
  EXPECT_EQ(snapshot->pools[0].backends[1]->counters().size(), 3U);
  EXPECT_NE(snapshot->pools[0].backends[0], snapshot->pools[1].backends[0]);  // each listener counts for itself
  EXPECT_TRUE(controller_.listeners()[0].backends[2].up);
  EXPECT_TRUE(published_.empty());
}

TEST_F(ControllerTest, PublishesOnceAChangeAndNothingForARepeatedVerdict) {
  controller_.set_up({0, 0}, "is up already");
  EXPECT_TRUE(published_.empty());
  controller_.set_down({0, 0}, "refused");
  controller_.set_down({0, 0}, "refused");
  ASSERT_EQ(published_.size(), 1U);
  EXPECT_EQ(published_[0]->generation, 2U);
  EXPECT_EQ(published_[0], controller_.snapshot());
  controller_.set_up({0, 0}, "connected");
  controller_.set_up({0, 0}, "connected");
  ASSERT_EQ(published_.size(), 2U);
  EXPECT_EQ(published_[1]->generation, 3U);
  EXPECT_EQ(published_[0]->generation, 2U);  // what was published stays as it was
}

TEST_F(ControllerTest, CarriesTheBackendsOverByIdentity) {
  const auto before = controller_.snapshot();
  before->pools[0].backends[0]->counters(2).sessions.add(7);
  controller_.set_down({0, 0}, "refused");
  EXPECT_EQ(controller_.snapshot()->pools[0].backends, before->pools[0].backends);
  EXPECT_EQ(controller_.listeners()[0].backends[0].state->counters()[2].sessions.value(), 7U);
}

TEST_F(ControllerTest, FailsOpenWithTheLastBackendAndClosesWithTheFirst) {
  controller_.set_down({0, 0}, "refused");
  EXPECT_FALSE(controller_.listeners()[0].fail_open);
  const std::string opened = log_of([&] { controller_.set_down({0, 1}, "timed out"); });
  EXPECT_TRUE(controller_.listeners()[0].fail_open);
  EXPECT_TRUE(controller_.snapshot()->pools[0].fail_open);
  EXPECT_FALSE(controller_.listeners()[1].fail_open);
  EXPECT_THAT(opened, HasSubstr("backend controller-1 of listener kube-apiserver is down: timed out"));
  EXPECT_THAT(opened, HasSubstr("no backend of listener kube-apiserver is up: all of them are tried (fail open)"));

  const std::string closed = log_of([&] { controller_.set_up({0, 0}, "connect succeeded"); });
  EXPECT_FALSE(controller_.listeners()[0].fail_open);
  EXPECT_FALSE(controller_.snapshot()->pools[0].fail_open);
  EXPECT_THAT(closed, HasSubstr("backend controller-0 of listener kube-apiserver is up: connect succeeded"));
  EXPECT_THAT(closed, HasSubstr("listener kube-apiserver has a backend that is up again: health counts again"));
}

TEST_F(ControllerTest, SaysItOnceAsLongAsItLasts) {
  controller_.set_down({0, 0}, "refused");
  controller_.set_down({0, 1}, "refused");
  EXPECT_EQ(log_of([&] { controller_.set_down({0, 1}, "refused"); }), "");
  EXPECT_EQ(log_of([&] { controller_.set_down({0, 2}, "refused"); }).find("fail open"), std::string::npos);
}

TEST_F(ControllerTest, WorksWithNobodyToPublishTo) {
  Controller alone(sample_config({1}), 1, 10, log_);
  alone.set_down({0, 0}, "refused");
  EXPECT_EQ(alone.snapshot()->generation, 2U);
}

}  // namespace
}  // namespace lb::control
