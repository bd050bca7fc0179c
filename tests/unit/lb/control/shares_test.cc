#include "lb/control/shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lb/control/controller.h"
#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using backend::Condition;
using ::testing::ElementsAre;

class SharesTest : public ::testing::Test {
 protected:
  [[nodiscard]] Shares shares() const { return shares_of(controller_.snapshot()->pools[0]); }

  ManualClock clock_;
  base::Log log_{base::Log::Level::kOff};
  Controller controller_{sample_config({1, 2, 1}), 1, 100, clock_, log_};
};

TEST_F(SharesTest, AreByWeightOfThoseThatAreUp) {
  EXPECT_EQ(shares().tier, Condition::kUp);
  EXPECT_THAT(shares().by_backend, ElementsAre(0.25, 0.5, 0.25));
  controller_.set_condition({0, 1}, Condition::kDown, "refused");
  EXPECT_THAT(shares().by_backend, ElementsAre(0.5, 0, 0.5));
}

TEST_F(SharesTest, FallToTheNextTierThatThereIs) {
  controller_.set_condition({0, 0}, Condition::kDown, "refused");
  controller_.set_condition({0, 1}, Condition::kDraining, "status 500");
  controller_.set_condition({0, 2}, Condition::kDown, "refused");
  EXPECT_EQ(shares().tier, Condition::kDraining);
  EXPECT_THAT(shares().by_backend, ElementsAre(0, 1, 0));
}

TEST_F(SharesTest, AreNobodysWhereAllAreInMaintenance) {
  for (std::size_t i = 0; i < 3; ++i) controller_.set_operator_state({0, i}, Condition::kMaintenance, "repair");
  EXPECT_EQ(shares().tier, std::nullopt);
  EXPECT_THAT(shares().by_backend, ElementsAre(0, 0, 0));
}

}  // namespace
}  // namespace lb::control
