#include "lb/control/health_checker.h"

#include <optional>

#include "tests/unit/lb/net/descriptor_shortage.h"
#include "tests/unit/lb/net/loop_fixture.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using namespace std::chrono_literals;

// Time stands still; counts how often it was asked for, which every check does twice: when it begins and when it ends.
class CountingClock final : public base::Clock {
 public:
  [[nodiscard]] base::SteadyTime now() const noexcept override {
    ++asked;
    return {};
  }
  mutable int asked = 0;
};

class HealthCheckerTest : public net::LoopTest {
 protected:
  // A listener with two backends; the second one's server is in our hand.
  HealthCheckerTest() {
    config_ = sample_config({1, 1});
    auto& listener = config_.listeners.front();
    listener.health_check.interval = 1ms;
    listener.health_check.timeout = 10s;
    listener.backends[0].address = net::local_address(steady_.front().get());
    listener.backends[1].address = net::local_address(server_.front().get());
    controller_.emplace(config_, 1, 100, log_);
    controller_->publish_to([this](const auto&) { ++published_; });
  }
  [[nodiscard]] bool up(std::size_t backend) const { return controller_->listeners()[0].backends[backend].up; }
  // Whether so many checks of every backend come to an end.
  bool run_checks(int count) {
    const int until = clock_.asked + 2 * 2 * count + 2;
    return run_until([&] { return clock_.asked >= until; });
  }

  std::vector<base::UniqueFd> steady_ = *net::open_listen_sockets(net::loopback(), 1);
  std::vector<base::UniqueFd> server_ = *net::open_listen_sockets(net::loopback(), 1);
  config::Config config_;
  base::Log log_{base::Log::Level::kOff};
  CountingClock clock_;
  std::optional<Controller> controller_;
  int published_ = 0;
};

TEST_F(HealthCheckerTest, LeavesBackendsUpThatAnswer) {
  const HealthChecker checker(loop_, *controller_, clock_);
  ASSERT_TRUE(run_checks(5));
  EXPECT_TRUE(up(0) && up(1));
  EXPECT_EQ(published_, 0);
}

TEST_F(HealthCheckerTest, TheFirstFailureTakesABackendDownThatWasNeverSeen) {
  server_.clear();
  const HealthChecker checker(loop_, *controller_, clock_);
  ASSERT_TRUE(run_until([&] { return !up(1); }));
  EXPECT_TRUE(up(0));
  ASSERT_TRUE(run_checks(5));
  EXPECT_EQ(published_, 1);
}

TEST_F(HealthCheckerTest, ABackendGoesDownAndComesBack) {
  const HealthChecker checker(loop_, *controller_, clock_);
  ASSERT_TRUE(run_checks(2));
  const auto address = net::local_address(server_.front().get());
  server_.clear();
  ASSERT_TRUE(run_until([&] { return !up(1); }));
  auto again = net::open_listen_sockets(address, 1);
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_TRUE(run_until([&] { return up(1); }));
  EXPECT_EQ(published_, 2);
  EXPECT_TRUE(up(0));
}

TEST_F(HealthCheckerTest, DoesNotBlameTheBackendForOurOwnLackOfDescriptors) {
  const HealthChecker checker(loop_, *controller_, clock_);
  ASSERT_TRUE(run_checks(2));
  const net::DescriptorShortage shortage;
  ASSERT_TRUE(run_checks(10));
  EXPECT_TRUE(up(0) && up(1));
  EXPECT_EQ(published_, 0);
}

TEST_F(HealthCheckerTest, ItsEndEndsTheChecks) {
  std::optional<HealthChecker> checker(std::in_place, loop_, *controller_, clock_);
  ASSERT_TRUE(run_checks(1));
  checker.reset();
  const int asked = clock_.asked;
  run_ready();
  EXPECT_EQ(clock_.asked, asked);
}

}  // namespace
}  // namespace lb::control
