// A real Prometheus and its promtool before keepstate-lb: what lb says is what they understand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <nlohmann/json.hpp>
#include <optional>

#include "lib/base/file_system.h"
#include "tests/support/http_client.h"
#include "tests/support/programs.h"
#include "tests/support/scripted_server.h"
#include "tests/support/tcp.h"
#include "tests/support/temporary_folder.h"

namespace tests {
namespace {

constexpr int kSessions = 20;

// RFC 3986 s2.1.
std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

class Scraped : public testing::Test {
 protected:
  void SetUp() override {
    const auto programs = support::Programs::in(KEEPSTATE_BIN_DIR);
    ASSERT_TRUE(programs) << programs.error().message;
    vip_ = support::free_address();
    admin_ = support::free_address();
    const std::string yaml = fmt::format(R"(apiVersion: keepstate/v1
kind: Cluster
metadata: {{name: scraped}}
spec:
  loadBalancer:
    admin: {{address: {}}}
    accessLog: {{file: {}}}
    listeners:
      - name: kube-apiserver
        address: {}
        sticky: {{by: source}}
        maxConnections: 1000
        backends:
          - {{address: {}, maxConnections: 500}}
)",
                                         admin_.to_string(), (folder_.path() / "access.log").string(), vip_.to_string(),
                                         server_.address().to_string());
    ASSERT_TRUE(base::write_file(folder_.path() / "cluster.yaml", yaml, 0644));
    auto balancer = programs->start_balancer(
        {"-c", (folder_.path() / "cluster.yaml").string(), "--socket", (folder_.path() / "lb.sock").string()}, admin_,
        folder_.path() / "lb.log");
    ASSERT_TRUE(balancer) << balancer.error().message;
    balancer_ = std::move(*balancer);
    for (int i = 0; i < kSessions; ++i) {
      const base::UniqueFd client = support::connect_to(vip_);
      support::send_all(client, "x");
      ASSERT_EQ(support::recv_exactly(client, 1), "x");
    }
  }
  void TearDown() override {
    if (!balancer_) return;
    const auto ended = support::end_balancer(*balancer_, folder_.path() / "lb.log");
    EXPECT_TRUE(ended) << ended.error().message;
  }

  // The value of an instant query, once there is one and it is this. A hang is ended by the test's time limit.
  void wait_for(const base::SocketAddress& prometheus, const std::string& query, const std::string& value) {
    std::string last;
    do {
      const auto response =
          support::http_get(prometheus, "/api/v1/query?query=" + percent_encoded(query), support::kPatience);
      if (!response || response->status != 200) continue;  // it is not up yet
      const auto answer = nlohmann::json::parse(response->body);
      const auto& result = answer["data"]["result"];
      last = result.empty() ? "" : result[0]["value"][1].get<std::string>();
    } while (last != value);
  }

  support::TemporaryFolder folder_;
  support::EchoServer server_;
  base::SocketAddress vip_;
  base::SocketAddress admin_;
  std::optional<base::Subprocess> balancer_;
};

TEST_F(Scraped, PromtoolFindsNothingToSay) {
  if (!base::run_captured({"promtool", "--version"})) {
    GTEST_SKIP() << "promtool is missing; Debian: apt-get install prometheus";
  }
  const auto scrape = support::http_get(admin_, "/metrics", support::kPatience);
  ASSERT_TRUE(scrape) << scrape.error().message;
  const auto file = folder_.path() / "metrics";
  ASSERT_TRUE(base::write_file(file, scrape->body, 0600));
  // It reads standard input.
  const auto checked = base::run_captured({"sh", "-c", "exec promtool check metrics <\"$0\"", file.string()});
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_EQ(checked->out + checked->err, "");
  EXPECT_TRUE(checked->status.ok()) << checked->status.to_string();
}

TEST_F(Scraped, APrometheusAnswersWhatIsAskedOfIt) {
  if (!base::run_captured({"prometheus", "--version"})) {
    GTEST_SKIP() << "prometheus is missing; Debian: apt-get install prometheus";
  }
  const base::SocketAddress web = support::free_address();
  ASSERT_TRUE(base::write_file(folder_.path() / "prometheus.yml",
                               fmt::format("scrape_configs:\n  - job_name: keepstate-lb\n    scrape_interval: 100ms\n"
                                           "    scrape_timeout: 100ms\n    static_configs:\n      - targets: ['{}']\n",
                                           admin_.to_string()),
                               0600));
  base::SubprocessOptions options;
  options.out = base::AppendTo{folder_.path() / "prometheus.log"};
  options.err = base::AppendTo{folder_.path() / "prometheus.log"};
  options.on_parent_death = base::OnParentDeath::kDie;
  auto prometheus = base::Subprocess::start(
      {"prometheus", "--config.file", (folder_.path() / "prometheus.yml").string(), "--storage.tsdb.path",
       (folder_.path() / "data").string(), "--web.listen-address", web.to_string()},
      options);
  ASSERT_TRUE(prometheus) << prometheus.error().message;
  wait_for(web, "up", "1");
  wait_for(web, "sum(keepstate_lb_connections_total)", std::to_string(kSessions));
  wait_for(web, "keepstate_lb_bytes_total{direction=\"to_client\"}", std::to_string(kSessions));
  // All connected in less than ten seconds: the histogram is one that Prometheus can calculate with.
  wait_for(web, "sum(keepstate_lb_connect_duration_seconds_bucket{le=\"10\"})", std::to_string(kSessions));
  wait_for(web, "histogram_quantile(1,keepstate_lb_connect_duration_seconds_bucket)<bool(11)", "1");
  EXPECT_TRUE(prometheus->is_running()) << support::last_lines(folder_.path() / "prometheus.log");
  prometheus->stop(support::kPatience);
}

}  // namespace
}  // namespace tests
