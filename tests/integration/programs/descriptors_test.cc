// keepstate-lb when the process may open few descriptors: who is connected lives on, who waits is served later.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "lib/base/file_system.h"
#include "lib/base/subprocess.h"
#include "tests/support/http_client.h"
#include "tests/support/programs.h"
#include "tests/support/scripted_server.h"
#include "tests/support/tcp.h"
#include "tests/support/temporary_folder.h"

namespace tests {
namespace {

using testing::HasSubstr;

constexpr int kDescriptors = 60;  // about twenty sessions

std::string cluster_yaml(const base::SocketAddress& listener, const base::SocketAddress& admin,
                         const base::SocketAddress& backend) {
  return fmt::format(
      "apiVersion: keepstate/v1\nkind: Cluster\nspec:\n  loadBalancer:\n    maxConnections: 1000\n    workers: 1\n"
      "    admin: {{address: {}}}\n    listeners:\n      - {{name: test, address: {}, backends: [{{address: {}}}]}}\n",
      admin.to_string(), listener.to_string(), backend.to_string());
}

void expect_echo(const base::UniqueFd& client) {
  support::send_all(client, "x");
  EXPECT_EQ(support::recv_exactly(client, 1), "x");
}

TEST(OutOfDescriptors, KeepsSessionsAndServesThoseWhoWaitLater) {
  const support::TemporaryFolder folder;
  const support::EchoServer server;
  const auto vip = support::free_address();
  const auto admin = support::free_address();
  const auto file = folder.path() / "cluster.yaml";
  const auto log = folder.path() / "lb.log";
  ASSERT_TRUE(base::write_file(file, cluster_yaml(vip, admin, server.address()), 0600));
  const std::string program = KEEPSTATE_BIN_DIR "/keepstate-lb";
  const std::string limited = "ulimit -n " + std::to_string(kDescriptors) + R"( && exec "$0" "$@")";
  auto balancer = base::Subprocess::start(
      {"/bin/sh", "-c", limited, program, "run", "-c", file.string(), "--socket", (folder.path() / "s").string()},
      {.err = base::AppendTo{log}, .on_parent_death = base::OnParentDeath::kDie});
  ASSERT_TRUE(balancer) << balancer.error().message;
  while (!support::http_get(admin, "/readyz", support::kPatience)) ASSERT_TRUE(balancer->is_running());

  std::deque<base::UniqueFd> first;
  for (int i = 0; i < 10; ++i) {
    first.push_back(support::connect_to(vip));
    expect_echo(first.back());
  }
  // More than there are descriptors for: the kernel takes them, lb cannot.
  std::deque<base::UniqueFd> waiting;
  for (int i = 0; i < 50; ++i) {
    waiting.push_back(support::connect_to(vip));
    support::send_all(waiting.back(), "w");
  }
  for (const auto& client : first) expect_echo(client);
  first.clear();
  // Each one that is served and leaves makes room for the next.
  for (; !waiting.empty(); waiting.pop_front()) EXPECT_EQ(support::recv_exactly(waiting.front(), 1), "w");

  const auto metrics = support::http_get(admin, "/metrics", support::kPatience);
  ASSERT_TRUE(metrics) << metrics.error().message;
  EXPECT_THAT(metrics->body, HasSubstr("connections_total{listener=\"test\"} 60\n"));
  EXPECT_THAT(metrics->body, HasSubstr("cause=\"out_of_resources\"} 0\n"));
  EXPECT_THAT(metrics->body, testing::Not(HasSubstr("accept_pauses_total{reason=\"descriptors\"} 0\n")));
  ASSERT_TRUE(balancer->send_signal(SIGTERM));
  EXPECT_EQ(balancer->wait(), base::ExitStatus{});
  const auto told = base::read_file(log);
  ASSERT_TRUE(told);
  EXPECT_THAT(*told, HasSubstr("maxConnections is 1000, but the limit of 60 descriptors"));
}

}  // namespace
}  // namespace tests
