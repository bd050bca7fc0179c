#include "lb/control/reloader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/tcp.h"
#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using testing::HasSubstr;

class ReloaderTest : public testing::Test {
 protected:
  static config::Config config() {
    config::Config config = sample_config({1, 1, 1});
    config.listeners[0].address = *base::SocketAddress::parse("127.0.0.1:0");
    config.listeners[0].health_check.kind = cluster::HealthCheckKind::kNone;
    return config;
  }
  [[nodiscard]] std::string apply(const config::Config& changed) {
    auto applied = reloader_.apply(changed);
    return applied ? *applied : applied.error().message;
  }

  ManualClock clock_;
  base::Log log_{base::Log::Level::kOff};
  net::EventLoop loop_;
  Controller controller_{config(), 2, 100, clock_, log_};
  HealthChecker checker_{loop_, controller_, {nullptr}, base::Random(1), clock_};
  PassiveChecker passive_checker_{loop_, controller_, clock_};
  Rebalancer rebalancer_{loop_, controller_, 2, [](std::size_t, const proxy::SurplusOrder&) {}};
  proxy::Listening listening_{2};
  Reloader reloader_{{controller_, checker_, passive_checker_, rebalancer_, listening_},
                     config(),
                     [](const config::Config& changed) { return changed.max_connections.value_or(100); },
                     log_};
};

TEST_F(ReloaderTest, SaysWhatHasChanged) {
  EXPECT_EQ(apply(config()), "nothing has changed");
  auto changed = config();
  changed.listeners[0].backends.pop_back();
  changed.listeners[0].backends[0].weight = 5;
  EXPECT_EQ(apply(changed), "1 listener changed; 1 backend removed, 1 backend changed");
  EXPECT_EQ(controller_.listeners()[0].backends.size(), 2U);
  changed.listeners.push_back(changed.listeners[0]);
  changed.listeners[1].name = "second";
  changed.listeners[1].address = *base::SocketAddress::parse("127.0.0.2:0");
  EXPECT_EQ(apply(changed), "1 listener added");
  EXPECT_EQ(apply(config()), "1 listener removed, 1 listener changed; 1 backend added, 1 backend changed");
  EXPECT_EQ(reloader_.status().generation, 5U);
  EXPECT_TRUE(reloader_.status().last_successful);
}

TEST_F(ReloaderTest, OpensWhatBeginsAndHandsItOverOnce) {
  auto changed = config();
  changed.listeners.push_back(changed.listeners[0]);
  changed.listeners[1].name = "second";
  changed.listeners[1].address = *base::SocketAddress::parse("127.0.0.2:0");
  static_cast<void>(apply(changed));
  const auto opened = reloader_.take_opened();
  ASSERT_EQ(opened.size(), 1U);
  EXPECT_EQ(opened[0].listener, controller_.listeners()[1].state);
  EXPECT_EQ(opened[0].sockets.size(), 2U);
  EXPECT_TRUE(reloader_.take_opened().empty());
}

TEST_F(ReloaderTest, ChangesNothingWhenAnAddressCannotBeHad) {
  const auto taken = tests::support::listen_on(*base::SocketAddress::parse("127.0.0.1:0"));
  const auto before = controller_.snapshot();
  auto changed = config();
  changed.listeners[0].backends[0].weight = 5;
  changed.listeners.push_back(changed.listeners[0]);
  changed.listeners[1].name = "second";
  changed.listeners[1].address = tests::support::local_address(taken);
  EXPECT_THAT(apply(changed), HasSubstr("listener 'second': cannot listen on"));
  EXPECT_EQ(controller_.snapshot(), before);
  EXPECT_TRUE(reloader_.take_opened().empty());
  EXPECT_FALSE(reloader_.status().last_successful);
  EXPECT_EQ(reloader_.status().generation, 1U);
  EXPECT_THAT(reloader_.status().message, HasSubstr("cannot listen"));
}

TEST_F(ReloaderTest, ChangesNothingWhenAFileOfAHealthCheckIsMissing) {
  const auto before = controller_.snapshot();
  auto changed = config();
  changed.listeners[0].health_check.kind = cluster::HealthCheckKind::kHttps;
  changed.listeners[0].health_check.ca_file = "/nowhere/ca.crt";
  EXPECT_THAT(apply(changed), HasSubstr("/nowhere/ca.crt"));
  EXPECT_EQ(controller_.snapshot(), before);
}

TEST_F(ReloaderTest, TakesTheNewLimitOfSessions) {
  auto changed = config();
  changed.max_connections = 7;
  static_cast<void>(apply(changed));
  EXPECT_EQ(controller_.snapshot()->max_connections, 7U);
}

}  // namespace
}  // namespace lb::control
