#include "lb/control/capacity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using testing::HasSubstr;

TEST(CapacityTest, TakesWhatTheConfigSays) {
  const base::Log log(base::Log::Level::kOff);
  auto config = sample_config({1, 1});
  config.workers = 3;
  config.max_connections = 7;
  EXPECT_EQ(worker_count(config), 3U);
  EXPECT_EQ(session_limit(config, log), 7U);
  EXPECT_GT(kept_sockets(config), 0U);
  config.reuse_sockets = false;
  EXPECT_EQ(kept_sockets(config), 0U);
}

TEST(CapacityTest, TakesWhatTheHostHasWhereTheConfigDoesNotSay) {
  const base::Log log(base::Log::Level::kOff);
  auto config = sample_config({1});
  EXPECT_GE(worker_count(config), 1U);
  EXPECT_GT(session_limit(config, log), 100U);
}

TEST(CapacityTest, WarnsWhereTheConfigWantsMoreThanThereIs) {
  const base::Log log(base::Log::Level::kWarn);
  auto config = sample_config({1});
  config.max_connections = 2'000'000'000;
  testing::internal::CaptureStderr();
  EXPECT_EQ(session_limit(config, log), 2'000'000'000U);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("raise it (LimitNOFILE= in systemd"));
}

}  // namespace
}  // namespace lb::control
