// The daemon as a whole: health, readiness, shutdown.
#include <gtest/gtest.h>

#include "tests/integration/lb/running_daemon.h"

namespace tests::integration {
namespace {

using std::chrono::milliseconds;
constexpr const char* kUpB0 = R"(backend_up{listener="test",backend="b0"})";

TEST(Daemon, TakesABackendOutWhenItIsDownAndBackWhenItIsUp) {
  support::NamingServer a("a");
  const support::NamingServer b("b");
  const RunningDaemon lb(with_quick_checks(config_for({a.address(), b.address()})));
  a.stop_listening();
  lb.wait_for(kUpB0, 0);
  const double failures = lb.metric(R"(backend_connect_failures_total{listener="test",backend="b0",reason="refused"})");
  for (int i = 0; i < 50; ++i) EXPECT_EQ(support::recv_all(lb.connect()), "b");
  // Not even tried: that is what health checks are for.
  EXPECT_EQ(lb.metric(R"(backend_connect_failures_total{listener="test",backend="b0",reason="refused"})"), failures);
  a.start_listening();
  lb.wait_for(kUpB0, 1);
  bool seen = false;
  for (int i = 0; i < 200 && !seen; ++i) seen = support::recv_all(lb.connect()) == "a";
  EXPECT_TRUE(seen);
}

TEST(Daemon, FailsOpenWhenAllAreDownAndSaysSo) {
  support::NamingServer a("a");
  a.stop_listening();
  const RunningDaemon lb(with_quick_checks(config_for({a.address()})));
  lb.wait_for(R"(fail_open{listener="test"})", 1);
  EXPECT_EQ(lb.get("/readyz"), "no backend of listener test is up\n");
  EXPECT_EQ(lb.get("/livez"), "ok\n");
  a.start_listening();
  // Served at once, before the checks have seen it `rise` times.
  EXPECT_EQ(support::recv_all(lb.connect()), "a");
  lb.wait_for(kUpB0, 1);
  EXPECT_EQ(lb.get("/readyz"), "ok\n");
}

TEST(Daemon, LetsSessionsFinishWhenItIsAskedToEnd) {
  const support::EchoServer server;
  RunningDaemon lb(config_for({server.address()}));
  const auto client = lb.connect();
  support::send_all(client, "a");
  EXPECT_EQ(support::recv_exactly(client, 1), "a");
  lb.begin_shutdown();
  while (lb.get("/readyz") != "shutting down\n") std::this_thread::yield();
  support::send_all(client, "still here");
  EXPECT_EQ(support::recv_exactly(client, 10), "still here");
  support::half_close(client);
  EXPECT_EQ(support::recv_all(client), "");
  lb.join();
  EXPECT_THROW(static_cast<void>(lb.connect()), support::SocketError);
}

TEST(Daemon, CutsWhatIsLeftWhenTheGraceIsOver) {
  const support::EchoServer server;
  auto config = config_for({server.address()});
  config.shutdown_grace = milliseconds{50};
  RunningDaemon lb(config);
  const auto client = lb.connect();
  support::send_all(client, "a");
  EXPECT_EQ(support::recv_exactly(client, 1), "a");
  lb.begin_shutdown();
  EXPECT_THROW(static_cast<void>(support::recv_all(client)), support::SocketError);
  lb.join();
}

TEST(Daemon, RefusesAnAddressThatAnotherOneServes) {
  const support::EchoServer server;
  const RunningDaemon first(config_for({server.address()}));
  auto config = config_for({server.address()});
  config.listeners[0].address = first.address();
  try {
    const RunningDaemon second(config);
    ADD_FAILURE() << "it would take half of the clients in silence";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("second keepstate-lb"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace tests::integration
