// With programs that are no lb; how one lb follows another is tested in tests/integration/programs/upgrade_test.cc.
#include "lb/control/upgrader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace lb::control {
namespace {

using testing::HasSubstr;

class UpgraderTest : public testing::Test {
 protected:
  std::string upgrade(std::vector<std::string> argv) {
    Upgrader upgrader(loop_, std::move(argv));
    std::optional<base::Result<int>> result;
    upgrader.start({}, [&](const base::Result<int>& told) {
      result = told;
      loop_.stop();
    });
    if (!result) loop_.run();
    return *result ? "served by " + std::to_string(**result) : result->error().message;
  }

  net::EventLoop loop_;
};

TEST_F(UpgraderTest, SaysWhenTheProgramCannotBeStarted) {
  EXPECT_THAT(upgrade({"/nowhere/keepstate-lb"}), HasSubstr("/nowhere/keepstate-lb"));
  EXPECT_EQ(upgrade({}), "it is not known how this process was started");
}

TEST_F(UpgraderTest, SaysWhenTheProgramEndsBeforeItServes) {
  EXPECT_EQ(upgrade({"/bin/sh", "-c", "exit 3"}), "the new process ended before it served; its log says why");
}

TEST_F(UpgraderTest, TellsTheProgramWhereItsChannelIs) {
  // Ends only when the variable and the descriptor are there, and it may read from it.
  EXPECT_EQ(upgrade({"/bin/sh", "-c", "test -n \"$KEEPSTATE_HANDOVER\" && test -S /dev/fd/3 || sleep 60"}),
            "the new process ended before it served; its log says why");
}

TEST_F(UpgraderTest, CanBeCancelled) {
  Upgrader upgrader(loop_, {"/bin/sh", "-c", "sleep 60"});
  std::string told;
  upgrader.start({}, [&](const base::Result<pid_t>& result) { told = result.error().message; });
  EXPECT_TRUE(upgrader.is_under_way());
  upgrader.cancel("the daemon is shutting down");
  EXPECT_EQ(told, "the daemon is shutting down");
  EXPECT_FALSE(upgrader.is_under_way());
  upgrader.cancel("again");
  EXPECT_EQ(told, "the daemon is shutting down");
}

TEST_F(UpgraderTest, OneAtATime) {
  Upgrader upgrader(loop_, {"/bin/sh", "-c", "read line"});
  upgrader.start({}, [](const base::Result<int>&) {});
  std::string second;
  upgrader.start({}, [&](const base::Result<int>& told) { second = told.error().message; });
  EXPECT_EQ(second, "an upgrade is under way");
}

}  // namespace
}  // namespace lb::control
