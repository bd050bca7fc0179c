// What it does for a process that takes over is tested in known_state_test.cc; here is what stays in the text.
#include "lb/control/known_counts.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

TEST(KnownCountsTest, NamesWhatNeverGoesBack) {
  ManualClock clock;
  const base::Log log(base::Log::Level::kOff);
  const Controller controller(sample_config({1}), 1, 100, clock, log);
  auto& row = controller.listeners()[0].state->counters(0);
  row.accepted.add(3);
  row.active.add(2);
  row.closed[static_cast<std::size_t>(proxy::CloseReason::kIdle)].add(1);
  const nlohmann::json counts = known_counts(controller)[0].at("counts");
  EXPECT_EQ(counts.at("accepted"), 3);
  EXPECT_EQ(counts.at("closed").at("idle"), 1);
  EXPECT_EQ(counts.at("open"), 2);          // this process's own: another has to close them only if this one cannot
  EXPECT_FALSE(counts.contains("active"));  // that is each process's own
}

}  // namespace
}  // namespace lb::control
