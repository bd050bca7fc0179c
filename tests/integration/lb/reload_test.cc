// The file changes while clients are served: nobody notices but those it is about.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "tests/integration/lb/running_daemon.h"
#include "tests/support/client_fleet.h"

namespace tests::integration {
namespace {

using std::chrono::milliseconds;
using support::ClientFleet;

void expect_nobody_noticed(const ClientFleet& fleet) {
  for (const std::string& error : fleet.errors()) ADD_FAILURE() << error;
}

TEST(Reload, AHundredOfThemUnderLoadLoseNothing) {
  const support::EchoServer a;
  const support::EchoServer b;
  const support::EchoServer c;
  auto config = with_quick_checks(config_for({a.address(), b.address(), c.address()}));
  RunningDaemon lb(config);
  ClientFleet fleet([&] { return lb.address(); }, {.openers = 2, .keepers = 2, .bulk = 1});
  std::minstd_rand random(1);  // NOLINT(cert-msc51-cpp): the same run every time
  for (int i = 0; i < 100; ++i) {
    auto changed = config;
    auto& backends = changed.listeners[0].backends;
    for (auto& one : backends) one.weight = 1 + static_cast<std::uint32_t>(random() % 9);
    if (i % 3 == 0) backends.erase(backends.begin() + static_cast<std::ptrdiff_t>(random() % 3));
    if (i % 4 == 0) {
      changed.listeners.push_back(changed.listeners[0]);
      changed.listeners[1].name = "second";
      changed.listeners[1].address = *base::SocketAddress::parse("127.0.0.2:0");
    }
    ASSERT_TRUE(lb.reload(changed)) << i;
    fleet.wait_for_opened(5);
    if (i % 10 == 0) {
      const auto refused = lb.reload(base::fail("cluster.yaml:3:1: unknown key"));
      ASSERT_FALSE(refused);
    }
  }
  fleet.stop();
  expect_nobody_noticed(fleet);
  EXPECT_GE(fleet.opened(), 500U);
  EXPECT_GT(fleet.asked(), 100U);
  EXPECT_GT(fleet.bulk_bytes(), 1'000'000U);
  // What was counted is still there: of the listener, and of the one backend that may not have gone at any time.
  EXPECT_GE(lb.metric(R"(connections_total{listener="test"})"), static_cast<double>(fleet.opened()));
  EXPECT_EQ(lb.closed("finished"), lb.metric(R"(connections_total{listener="test"})"));
}

TEST(Reload, KeepsTheSessionsOfABackendThatGoes) {
  const support::EchoServer old_server;
  const support::NamingServer new_server("new");
  RunningDaemon lb(config_for({old_server.address()}));
  const auto client = lb.connect();
  support::send_all(client, "1");
  EXPECT_EQ(support::recv_exactly(client, 1), "1");
  ASSERT_TRUE(lb.reload(config_for({new_server.address()})));
  EXPECT_EQ(support::recv_all(lb.connect()), "new");
  support::send_all(client, "2");
  EXPECT_EQ(support::recv_exactly(client, 1), "2");
  support::half_close(client);
  EXPECT_EQ(support::recv_all(client), "");
  lb.wait_for_closed("finished", 2);
}

TEST(Reload, KeepsStickyClientsAndEjectionsAndHealth) {
  const support::NamingServer a("a");
  support::NamingServer b("b");
  auto config = with_quick_checks(config_for({a.address(), b.address()}));
  config.listeners[0].sticky = cluster::Sticky{};
  RunningDaemon lb(config);
  const std::string own = support::recv_all(lb.connect());
  b.stop_listening();
  lb.wait_for(R"(backend_up{listener="test",backend="b1"})", 0);
  const auto checks = lb.metric(R"(health_checks_total{listener="test",backend="b0",result="passed"})");
  config.listeners[0].timeouts.idle = std::chrono::minutes{7};
  ASSERT_TRUE(lb.reload(config));
  EXPECT_EQ(lb.metric(R"(backend_up{listener="test",backend="b1"})"), 0);
  EXPECT_GE(lb.metric(R"(health_checks_total{listener="test",backend="b0",result="passed"})"), checks);
  EXPECT_EQ(lb.metric(R"(sticky_entries{listener="test"})"), 1);
}

TEST(Reload, OpensAndClosesListenersWithoutTouchingTheOthers) {
  const support::NamingServer a("a");
  const support::EchoServer echo;
  auto config = config_for({a.address()});
  RunningDaemon lb(config);
  auto with_second = config;
  with_second.listeners.push_back(config_for({echo.address()}).listeners[0]);
  with_second.listeners[1].name = "second";
  with_second.listeners[1].address = *base::SocketAddress::parse("127.0.0.2:0");
  ASSERT_TRUE(lb.reload(with_second));
  const base::SocketAddress second = lb.address(1);
  const auto client = support::connect_to(second);
  support::send_all(client, "1");
  EXPECT_EQ(support::recv_exactly(client, 1), "1");
  EXPECT_EQ(support::recv_all(lb.connect()), "a");
  ASSERT_TRUE(lb.reload(config));
  EXPECT_THROW(static_cast<void>(support::connect_to(second)), support::SocketError);
  support::send_all(client, "2");
  EXPECT_EQ(support::recv_exactly(client, 1), "2");
  EXPECT_EQ(support::recv_all(lb.connect()), "a");
}

TEST(Reload, TakesOverTheSocketOfAListenerThatIsRenamed) {
  const support::NamingServer a("a");
  auto config = config_for({a.address()});
  config.listeners[0].address = support::free_address();
  RunningDaemon lb(config);
  EXPECT_EQ(support::recv_all(lb.connect()), "a");
  config.listeners[0].name = "renamed";
  for (int i = 0; i < 10; ++i) {
    config.listeners[0].name = "renamed-" + std::to_string(i);
    ASSERT_TRUE(lb.reload(config));
    EXPECT_EQ(support::recv_all(lb.connect()), "a");
  }
}

TEST(Reload, LeavesNoDescriptorBehind) {
  const support::NamingServer a("a");
  auto config = config_for({a.address()});
  RunningDaemon lb(config);
  auto with_second = config;
  with_second.listeners.push_back(config.listeners[0]);
  with_second.listeners[1].name = "second";
  with_second.listeners[1].address = *base::SocketAddress::parse("127.0.0.2:0");
  const auto descriptors = [] {
    const std::filesystem::directory_iterator all("/dev/fd");
    return std::distance(begin(all), end(all));
  };
  ASSERT_TRUE(lb.reload(with_second));
  ASSERT_TRUE(lb.reload(config));
  const auto before = descriptors();
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(lb.reload(with_second));
    ASSERT_TRUE(lb.reload(config));
  }
  EXPECT_LE(descriptors(), before + 2);
}

TEST(Reload, IsRefusedWhenAnAddressCannotBeHadAndNothingChanges) {
  const support::NamingServer a("a");
  const support::NamingServer b("b");
  const auto taken = support::listen_on(*base::SocketAddress::parse("127.0.0.1:0"));
  auto config = config_for({a.address()});
  RunningDaemon lb(config);
  auto changed = config_for({b.address()});
  changed.listeners.push_back(changed.listeners[0]);
  changed.listeners[1].name = "second";
  changed.listeners[1].address = support::local_address(taken);
  EXPECT_FALSE(lb.reload(changed));
  EXPECT_EQ(support::recv_all(lb.connect()), "a");
}

}  // namespace
}  // namespace tests::integration
