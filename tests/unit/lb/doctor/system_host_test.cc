#include "lb/doctor/system_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "tests/support/scripted_server.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tls_server.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::doctor {
namespace {

namespace support = tests::support;
using ::testing::HasSubstr;

cluster::Listener listener_before(const base::SocketAddress& backend) {
  cluster::Listener listener = sample_listener({1});
  listener.backends[0].address = backend;
  return listener;
}

TEST(SystemHost, TellsOfThisMachine) {
  const SystemHost host;
  EXPECT_GE(host.cores(), 1U);
  EXPECT_GE(host.descriptor_limit(), 64U);
  EXPECT_THAT(host.addresses(), ::testing::Contains(*base::IpAddress::parse("127.0.0.1")));
  EXPECT_EQ(host.setting("no.such.setting"), std::nullopt);
  EXPECT_GT(host.now().time_since_epoch().count(), 0);
}

#ifdef __linux__
TEST(SystemHost, FindsProcessesByName) {
  const SystemHost host;
  std::ifstream own("/proc/self/cmdline");
  std::string path;
  std::getline(own, path, '\0');
  EXPECT_FALSE(host.processes(std::filesystem::path(path).filename()).empty());
  EXPECT_TRUE(host.processes("no-such-program").empty());
}
#endif

TEST(SystemHost, ChecksAsTheDaemonDoes) {
  const support::EchoServer server;
  SystemHost host;
  const auto results = host.check(listener_before(server.address()));
  ASSERT_TRUE(results);
  ASSERT_EQ(results->size(), 1U);
  EXPECT_EQ((*results)[0].kind, net::ProbeResult::Kind::kPassed);
}

TEST(SystemHost, SaysWhyAListenersChecksCannotBeMade) {
  cluster::Listener listener = sample_listener({1});
  listener.health_check.kind = cluster::HealthCheckKind::kTls;
  listener.health_check.ca_file = "/no/such/file";
  SystemHost host;
  const auto results = host.check(listener);
  ASSERT_FALSE(results);
  EXPECT_THAT(results.error().message, HasSubstr("/no/such/file"));
}

TEST(SystemHost, VisitsAllInTheirOrder) {
  const support::TestCertificates certificates;
  support::TlsServer server(certificates, [](const std::string&) { return support::http_answer(401); });
  std::vector<Call> calls(40, Call{server.address(), {}, "/readyz"});
  calls[7].address = *base::SocketAddress::parse("127.0.0.1:1");
  SystemHost host;
  const std::vector<Visit> visits = host.visit(calls);
  ASSERT_EQ(visits.size(), 40U);
  EXPECT_EQ(visits[7].connect_error, "Connection refused");
  EXPECT_EQ(visits[39].status, 401U);
}

TEST(SystemHost, LooksAtTheDaemon) {
  const support::TemporaryFolder folder;
  SystemHost host;
  EXPECT_EQ(host.look_at_daemon((folder.path() / "lb.sock").string()).error, ENOENT);
}

}  // namespace
}  // namespace lb::doctor
