// Choosing: who may come, how many at a time, and who comes where.
#include <gtest/gtest.h>

#include <array>
#include <list>
#include <map>
#include <vector>

#include "tests/integration/lb/running_daemon.h"

namespace tests::integration {
namespace {

using namespace std::chrono_literals;

// Says its name and then echoes, so that the session stays.
support::ScriptedServer::Script say_and_stay(const std::string& name) {
  return [name](base::UniqueFd socket) {
    support::send_all(socket, name);
    support::echo()(std::move(socket));
  };
}

std::string name_at(const base::UniqueFd& client) {
  return support::recv_exactly(client, 1);
}

// The client may learn of it while it still connects, or when it reads.
bool is_reset(const RunningDaemon& lb) {
  try {
    static_cast<void>(support::recv_all(lb.connect()));
    return false;
  } catch (const support::SocketError& error) {
    return error.error() == ECONNRESET;
  }
}

std::string refused(const std::string& reason) {
  return R"(refused_total{listener="test",reason=")" + reason + "\"}";
}

constexpr const char* kActive = R"(connections_active{listener="test"})";

TEST(Choosing, ResetsThoseWhoAreDeniedAndServesTheOthers) {
  const support::NamingServer server("a");
  auto config = config_for({server.address()});
  config.listeners[0].deny = {*base::IpNetwork::parse("127.0.0.0/8")};
  {
    const RunningDaemon lb(config);
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(is_reset(lb));
    lb.wait_for(refused("denied"), 5);
    EXPECT_EQ(lb.metric(R"(connections_total{listener="test"})"), 0);
    EXPECT_EQ(lb.metric(kActive), 0);
  }
  EXPECT_EQ(server.accepted(), 0U);
  config.listeners[0].allow = {*base::IpNetwork::parse("127.0.0.0/8")};
  config.listeners[0].deny = {*base::IpNetwork::parse("127.0.0.2/32")};
  const RunningDaemon lb(config);
  EXPECT_EQ(support::recv_all(lb.connect()), "a");
  EXPECT_EQ(lb.metric(refused("denied")), 0);
}

TEST(Choosing, ServesOnlyThoseWhoAreAllowed) {
  const support::NamingServer server("a");
  auto config = config_for({server.address()});
  config.listeners[0].allow = {*base::IpNetwork::parse("192.0.2.0/24")};
  const RunningDaemon lb(config);
  EXPECT_TRUE(is_reset(lb));
  lb.wait_for(refused("denied"), 1);
  EXPECT_EQ(server.accepted(), 0U);
}

TEST(Choosing, AFullListenerLetsItsClientsWaitAndOthersGoOn) {
  const support::ScriptedServer server(say_and_stay("a"));
  auto config = config_for({server.address()});
  config.listeners.push_back(config.listeners[0]);
  config.listeners[1].name = "other";
  config.listeners[0].max_connections = 2;
  const RunningDaemon lb(config);
  auto first = lb.connect();
  const auto second = lb.connect();
  EXPECT_EQ(name_at(first) + name_at(second), "aa");
  const auto third = lb.connect();  // the kernel has it; lb has not
  while (lb.metric(R"(accept_pauses_total{reason="listener_limit"})") == 0) std::this_thread::yield();
  EXPECT_EQ(lb.metric(kActive), 2);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(name_at(support::connect_to(lb.address(1))), "a");
  EXPECT_EQ(lb.metric(kActive), 2);
  first.reset();
  EXPECT_EQ(name_at(third), "a");
  EXPECT_EQ(lb.metric(R"(accept_pauses_total{reason="limit"})"), 0);
}

TEST(Choosing, OneSourceHasNoMoreSessionsThanItMay) {
  const support::ScriptedServer server(say_and_stay("a"));
  auto config = config_for({server.address()});
  config.listeners[0].max_connections_per_source = 2;
  const RunningDaemon lb(config);
  auto first = lb.connect();
  const auto second = lb.connect();
  EXPECT_EQ(name_at(first) + name_at(second), "aa");
  EXPECT_TRUE(is_reset(lb));
  EXPECT_TRUE(is_reset(lb));
  lb.wait_for(refused("source_limit"), 2);
  first.reset();
  lb.wait_for(kActive, 1);
  EXPECT_EQ(name_at(lb.connect()), "a");
}

TEST(Choosing, AFullBackendLeavesClientsToTheNextAndAllFullRefuses) {
  std::list<support::ScriptedServer> servers;
  for (const char* name : {"a", "b", "c"}) servers.emplace_back(say_and_stay(name));
  auto config =
      config_for({servers.front().address(), std::next(servers.begin())->address(), servers.back().address()});
  for (auto& backend : config.listeners[0].backends) backend.max_connections = 2;
  const RunningDaemon lb(config);
  std::map<std::string, int> count;
  std::vector<base::UniqueFd> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(lb.connect());
    ++count[name_at(clients.back())];
  }
  EXPECT_EQ(count, (std::map<std::string, int>{{"a", 2}, {"b", 2}, {"c", 2}}));
  EXPECT_TRUE(is_reset(lb));
  lb.wait_for(refused("backends_full"), 1);
  EXPECT_EQ(lb.closed("backends_full"), 1);
  EXPECT_EQ(lb.metric(R"(retries_total{listener="test"})"), 0);
  clients.erase(clients.begin());
  lb.wait_for(kActive, 5);
  EXPECT_NO_THROW(static_cast<void>(name_at(lb.connect())));
}

TEST(Choosing, AStickyClientComesToTheSameBackendUnderEveryPolicy) {
  const support::NamingServer a("a");
  const support::NamingServer b("b");
  const support::NamingServer c("c");
  for (const auto& [name, kind] : cluster::kPolicyNames) {
    auto config = config_for({a.address(), b.address(), c.address()});
    config.listeners[0].policy = kind;
    config.listeners[0].sticky = cluster::Sticky{};
    const RunningDaemon lb(config);
    const std::string own = support::recv_all(lb.connect());
    for (int i = 0; i < 50; ++i) EXPECT_EQ(support::recv_all(lb.connect()), own) << name;
    EXPECT_EQ(lb.metric(R"(sticky_entries{listener="test"})"), 1);
  }
}

TEST(Choosing, AStickyClientMovesWithADownBackendAndStaysMoved) {
  std::map<std::string, support::NamingServer> servers;
  auto config = config_for({});
  for (const char* name : {"a", "b", "c"}) {
    const auto& server = servers.try_emplace(name, name).first->second;
    config.listeners[0].backends.push_back({.name = name, .address = server.address(), .weight = 1});
  }
  config = with_quick_checks(std::move(config));
  config.listeners[0].sticky = cluster::Sticky{};
  const RunningDaemon lb(config);
  const std::string own = support::recv_all(lb.connect());
  const std::string up = R"(backend_up{listener="test",backend=")" + own + "\"}";
  servers.at(own).stop_listening();
  lb.wait_for(up, 0);
  const std::string next = support::recv_all(lb.connect());
  EXPECT_NE(next, own);
  servers.at(own).start_listening();
  lb.wait_for(up, 1);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(support::recv_all(lb.connect()), next);
}

TEST(Choosing, ABackendThatComesBackGetsLittleAtFirst) {
  std::map<std::string, support::NamingServer> servers;
  auto config = config_for({});
  for (const char* name : {"a", "b"}) {
    const auto& server = servers.try_emplace(name, name).first->second;
    config.listeners[0].backends.push_back({.name = name, .address = server.address(), .weight = 1});
  }
  config = with_quick_checks(std::move(config));
  config.listeners[0].slow_start = 1h;  // longer than any test: its first tenth
  const RunningDaemon lb(config);
  servers.at("b").stop_listening();
  lb.wait_for(R"(backend_up{listener="test",backend="b"})", 0);
  servers.at("b").start_listening();
  lb.wait_for(R"(backend_up{listener="test",backend="b"})", 1);
  std::map<std::string, int> count;
  for (int i = 0; i < 2200; ++i) ++count[support::recv_all(lb.connect())];
  // 10 of 110, and some of the next tenth; five sigma are 68.
  EXPECT_GT(count["b"], 200 - 68);
  EXPECT_LT(count["b"], 200 + 68);
}

TEST(Choosing, ALoneSurvivorIsNotThrottled) {
  support::NamingServer server("a");
  auto config = with_quick_checks(config_for({server.address()}));
  config.listeners[0].slow_start = 1h;
  const RunningDaemon lb(config);
  server.stop_listening();
  lb.wait_for(R"(backend_up{listener="test",backend="b0"})", 0);
  server.start_listening();
  lb.wait_for(R"(backend_up{listener="test",backend="b0"})", 1);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(support::recv_all(lb.connect()), "a");
}

}  // namespace
}  // namespace tests::integration
