#include "lib/cluster/read_load_balancer.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/unit/lib/cluster/mistakes.h"

namespace cluster {
namespace {

using namespace std::chrono_literals;

// Its keys begin in line 5, with four spaces of their own.
std::string file_with_balancer(const std::string& keys) {
  return testing::file_with_spec("  loadBalancer:\n" + keys);
}

LoadBalancer balancer_of(const std::string& keys) {
  const auto loaded = parse_cluster(file_with_balancer(keys));
  if (!loaded) throw std::runtime_error(to_text(loaded.error(), ""));
  return *loaded->cluster.load_balancer;
}

TEST(ReadLoadBalancer, NeedsOnlyAnAddress) {
  const LoadBalancer balancer = balancer_of("    vip: 10.10.0.1\n");
  EXPECT_EQ(balancer.vip.to_string(), "10.10.0.1");
  EXPECT_TRUE(balancer.listeners.empty());
  EXPECT_EQ(balancer.workers, std::nullopt);
  EXPECT_TRUE(balancer.reuse_sockets);
  EXPECT_EQ(balancer.shutdown_grace, 30s);
  EXPECT_EQ(balancer.admin, std::nullopt);
  EXPECT_EQ(balancer.admin_token_file, "");
  EXPECT_FALSE(balancer.access_log);
}

TEST(ReadLoadBalancer, ReadsEachKey) {
  const LoadBalancer balancer = balancer_of(
      "    vip: 10.10.0.1\n    datapath: proxy\n    workers: 3\n    reuseSockets: false\n    maxConnections: 99\n"
      "    shutdownGrace: 1m\n    hardStopAfter: 2h\n    socket: /run/x.sock\n    admin: {address: 127.0.0.1:9440, "
      "tokenFile: /etc/keepstate/token}\n");
  EXPECT_EQ(balancer.workers, 3U);
  EXPECT_EQ(balancer.hard_stop_after, 2h);
  EXPECT_FALSE(balancer.reuse_sockets);
  EXPECT_EQ(balancer.max_connections, 99U);
  EXPECT_EQ(balancer.shutdown_grace, 1min);
  EXPECT_EQ(balancer.socket, "/run/x.sock");
  EXPECT_EQ(balancer.admin->to_string(), "127.0.0.1:9440");
  EXPECT_EQ(balancer.admin_token_file, "/etc/keepstate/token");
  EXPECT_EQ(balancer_of("    vip: 10.10.0.1\n    workers: auto\n").workers, std::nullopt);
}

TEST(ReadLoadBalancer, TakesAWrongNumberOfWorkersForAMistake) {
  EXPECT_EQ(testing::all_said(file_with_balancer("    vip: 10.10.0.1\n    workers: 257\n")),
            "6:14: workers: '257' is too large; write a number from 1 to 256, or auto\n");
}

TEST(ReadLoadBalancer, NeedsTheVipWhereAListenerHasNoAddress) {
  EXPECT_EQ(testing::all_said(file_with_balancer("    workers: 1\n")),
            "5:5: spec.loadBalancer has no 'vip'; add vip: 10.10.0.1\n");
}

TEST(ReadLoadBalancer, ReadsAnAccessLog) {
  const auto least = balancer_of("    vip: 10.10.0.1\n    accessLog: {file: /var/log/a.log}\n").access_log;
  ASSERT_TRUE(least);
  EXPECT_EQ(least->file, "/var/log/a.log");
  EXPECT_EQ(least->format, AccessLogFormat::kLogfmt);
  EXPECT_FALSE(least->connect);
  EXPECT_EQ(least->every, std::nullopt);
  const auto all =
      balancer_of("    vip: 10.10.0.1\n    accessLog: {format: json, file: stdout, connect: true, every: 10m}\n")
          .access_log;
  ASSERT_TRUE(all);
  EXPECT_EQ(all->file, AccessLog::kStdout);
  EXPECT_EQ(all->format, AccessLogFormat::kJson);
  EXPECT_TRUE(all->connect);
  EXPECT_EQ(all->every, 10min);
}

TEST(ReadLoadBalancer, TellsWhatIsWrongWithAnAccessLog) {
  const auto said = [](const std::string& log) {
    return testing::all_said(file_with_balancer("    vip: 10.10.0.1\n    accessLog: " + log + "\n"));
  };
  EXPECT_EQ(said("{format: json}"),
            "6:16: spec.loadBalancer.accessLog has no 'file'; add file: /var/log/keepstate/access.log\n");
  EXPECT_EQ(said("{file: a.log}"), "6:23: file: 'a.log' is not an absolute path; begin it with /, or write stdout\n");
  EXPECT_EQ(said("{file: stdout, format: xml}"), "6:39: format: 'xml' is not known; write logfmt or json\n");
  EXPECT_EQ(said("{file: stdout, every: 10ms}"), "6:38: every: '10ms' is too short; write a duration from 1s to 24h\n");
  EXPECT_EQ(said("{file: stdout, connect: maybe}"), "6:40: connect: 'maybe' is not known; write true or false\n");
  EXPECT_EQ(said("{file: stdout, evry: 10m}"), "6:31: unknown key 'evry' (did you mean 'every'?)\n");
  EXPECT_EQ(said("stdout"), "6:16: accessLog: is one value, not a map; write 'key: value' pairs\n");
}

}  // namespace
}  // namespace cluster
