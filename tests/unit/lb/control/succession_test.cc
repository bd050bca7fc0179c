// One process alone; how one follows another is tested in tests/integration/programs/upgrade_test.cc.
#include "lb/control/succession.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lb/net/descriptor_channel.h"
#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/proxy/loop_steps.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using testing::HasSubstr;

class SuccessionTest : public testing::Test {
 protected:
  std::string upgrade() {
    std::optional<base::Result<std::string>> told;
    succession_.upgrade([&](const base::Result<std::string>& result) { told = result; });
    proxy::turn_until(loop_, [&] { return told.has_value(); });
    return *told ? **told : told->error().message;
  }

  ManualClock clock_;
  base::Log log_{base::Log::Level::kOff};
  net::EventLoop loop_;
  Controller controller_{sample_config({1}), 1, 100, clock_, log_};
  PassiveChecker passive_checker_{loop_, controller_, clock_};
  proxy::Listening listening_{1};
  net::HttpServer server_{loop_, [](const auto&, const auto&) {}};
  Succession succession_{{loop_, controller_, passive_checker_, listening_, server_, clock_, log_},
                         base::Supervisor("", std::nullopt)};
};

TEST_F(SuccessionTest, SaysWhyThereIsNoUpgradeAndGoesOn) {
  bool retired = false;
  succession_.followed_by([&](const auto& left) {
    retired = true;
    left();
  });
  EXPECT_EQ(upgrade(), "it is not known how this process was started");
  succession_.start_by({"/bin/sh", "-c", "exit 1"});
  EXPECT_EQ(upgrade(), "the new process ended before it served; its log says why");
  EXPECT_THAT(upgrade(), HasSubstr("ended before it served"));  // it may be tried again
  EXPECT_FALSE(retired);
  EXPECT_FALSE(succession_.is_followed());
  succession_.report();  // to nobody
}

TEST_F(SuccessionTest, TellsTheOneBeforeThatItServesAndHearsIt) {
  auto ends = net::open_channel();
  ASSERT_TRUE(ends);
  Handover handover;
  std::size_t changes = 0;
  succession_.elders_changed([&] { ++changes; });
  succession_.follow(std::move(ends->second), handover);
  EXPECT_EQ(succession_.old_processes(), 0U);
  succession_.announce();
  const auto word = net::receive_message(ends->first.get(), kHandoverPatience);
  ASSERT_TRUE(word && *word);
  EXPECT_EQ((*word)->text, kReady);
  EXPECT_EQ(succession_.old_processes(), 1U);
  ends->first.reset();
  proxy::turn_until(loop_, [&] { return succession_.old_processes() == 0; });
  EXPECT_EQ(changes, 2U);
}

}  // namespace
}  // namespace lb::control
