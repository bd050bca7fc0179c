#include "lb/control/health_checker.h"

#include <optional>

#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/net/descriptor_shortage.h"
#include "tests/unit/lb/net/loop_fixture.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using namespace std::chrono_literals;
using backend::Condition;

class HealthCheckerTest : public net::LoopTest {
 protected:
  // A listener with two backends; the second one's server is in our hand. Time stands still unless the test moves it.
  HealthCheckerTest() {
    config_ = sample_config({1, 1});
    auto& listener = config_.listeners.front();
    listener.health_check.interval = 1ms;
    listener.health_check.timeout = 10s;
    listener.backends[0].address = net::local_address(steady_.front().get());
    listener.backends[1].address = net::local_address(server_.front().get());
    controller_.emplace(config_, 1, 100, clock_, log_);
    controller_->publish_to([this](const auto&) { ++published_; });
  }
  [[nodiscard]] std::unique_ptr<HealthChecker> start_checks() {
    return std::make_unique<HealthChecker>(loop_, *controller_, *make_tls_contexts(config_.listeners), base::Random(7),
                                           clock_);
  }
  [[nodiscard]] const BackendView& view(std::size_t backend) const {
    return controller_->listeners()[0].backends[backend];
  }
  [[nodiscard]] bool up(std::size_t backend) const { return view(backend).condition == Condition::kUp; }
  [[nodiscard]] std::uint64_t checks(std::size_t backend) const {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : view(backend).checks) sum += count;
    return sum;
  }
  [[nodiscard]] std::uint64_t discarded(std::size_t backend) const {
    return view(backend).checks[static_cast<std::size_t>(CheckOutcome::kDiscarded)];
  }
  // Whether so many checks of every backend come to an end.
  bool run_checks(std::uint64_t count) {
    const std::uint64_t first = checks(0) + count;
    const std::uint64_t second = checks(1) + count;
    return run_until([&] { return checks(0) >= first && checks(1) >= second; });
  }

  std::vector<base::UniqueFd> steady_ = *net::open_listen_sockets(net::loopback(), 1);
  std::vector<base::UniqueFd> server_ = *net::open_listen_sockets(net::loopback(), 1);
  config::Config config_;
  base::Log log_{base::Log::Level::kOff};
  ManualClock clock_;
  std::optional<Controller> controller_;
  int published_ = 0;
};

TEST_F(HealthCheckerTest, LeavesBackendsUpThatAnswer) {
  const auto checker = start_checks();
  ASSERT_TRUE(run_checks(5));
  EXPECT_TRUE(up(0) && up(1));
  EXPECT_EQ(published_, 0);
  EXPECT_EQ(view(0).reason, "connect succeeded");
}

TEST_F(HealthCheckerTest, TheFirstFailureTakesABackendDownThatWasNeverSeen) {
  server_.clear();
  const auto checker = start_checks();
  ASSERT_TRUE(run_until([&] { return !up(1); }));
  EXPECT_TRUE(up(0));
  EXPECT_EQ(view(1).reason, "connect: Connection refused");
  ASSERT_TRUE(run_checks(5));
  EXPECT_EQ(published_, 2);  // the change, and that its sessions end
}

TEST_F(HealthCheckerTest, ABackendGoesDownAndComesBack) {
  const auto checker = start_checks();
  ASSERT_TRUE(run_checks(2));
  const auto address = net::local_address(server_.front().get());
  server_.clear();
  ASSERT_TRUE(run_until([&] { return !up(1); }));
  auto again = net::open_listen_sockets(address, 1);
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_TRUE(run_until([&] { return up(1); }));
  EXPECT_TRUE(up(0));
}

TEST_F(HealthCheckerTest, AsksTheOthersAtOnceWhenOneGoesDown) {
  config_.listeners[0].health_check.interval = 1h;
  config_.listeners[0].health_check.fast_interval = 100ms;
  controller_.emplace(config_, 1, 100, clock_, log_);
  std::vector<const backend::BackendState*> cut;
  controller_->publish_to([&](const auto& snapshot) { cut = snapshot->cut; });
  server_.clear();
  const auto checker = start_checks();
  ASSERT_TRUE(run_until([&] { return !cut.empty(); }));
  EXPECT_EQ(cut.front(), view(1).state.get());
}

TEST_F(HealthCheckerTest, DoesNotBlameTheBackendForOurOwnLackOfDescriptors) {
  const auto checker = start_checks();
  ASSERT_TRUE(run_checks(2));
  const net::DescriptorShortage shortage;
  ASSERT_TRUE(run_checks(10));
  EXPECT_TRUE(up(0) && up(1));
  EXPECT_EQ(published_, 0);
  EXPECT_GE(discarded(0), 9U);
}

TEST_F(HealthCheckerTest, ThrowsAwayWhatItLearntWhileTheLoopRanLate) {
  const auto checker = start_checks();
  ASSERT_TRUE(run_checks(2));
  server_.clear();
  // From the first failure on, the loop seems to be late: every beat comes a second after the one before.
  for (int i = 0; i < 20; ++i) {
    clock_.advance(1s);
    ASSERT_TRUE(run_until([&, before = checks(1)] { return checks(1) > before; }));
  }
  EXPECT_TRUE(up(1));
  EXPECT_GT(discarded(1), 0U);
  EXPECT_EQ(discarded(0), 0U);  // a pass is a pass, however late
  // In time again, it counts.
  EXPECT_TRUE(run_until([&] {
    clock_.advance(10us);
    return !up(1);
  }));
}

TEST_F(HealthCheckerTest, ItsEndEndsTheChecks) {
  auto checker = start_checks();
  ASSERT_TRUE(run_checks(1));
  checker.reset();
  const std::uint64_t before = checks(0) + checks(1);
  run_ready();
  EXPECT_EQ(checks(0) + checks(1), before);
}

TEST_F(HealthCheckerTest, AsksNobodyWhereChecksAreOff) {
  config_.listeners[0].health_check.kind = cluster::HealthCheckKind::kNone;
  controller_.emplace(config_, 1, 100, clock_, log_);
  const auto checker = start_checks();
  run_ready();
  EXPECT_EQ(checks(0) + checks(1), 0U);
}

}  // namespace
}  // namespace lb::control
