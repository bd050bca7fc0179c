// The access log of a whole daemon: a line a session, whatever became of it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "lib/base/file_system.h"
#include "tests/integration/lb/running_daemon.h"
#include "tests/support/temporary_folder.h"

namespace tests::integration {
namespace {

using namespace std::chrono_literals;

class AccessLog : public testing::Test {
 protected:
  lb::config::Config with_log(lb::config::Config config, cluster::AccessLog log = {}) {
    log.file = path();
    log.format = cluster::AccessLogFormat::kJson;
    config.access_log = log;
    return config;
  }
  [[nodiscard]] std::string path(const std::string& name = "access.log") const {
    return (folder_.path() / name).string();
  }
  // Once there are so many; a hang is ended by the test's time limit.
  [[nodiscard]] std::vector<nlohmann::json> lines(std::size_t count, const std::string& name = "access.log") const {
    while (true) {
      const std::string text = base::read_file(path(name)).value_or("");
      if (std::ranges::count(text, '\n') < static_cast<std::ptrdiff_t>(count)) {
        std::this_thread::yield();
        continue;
      }
      std::vector<nlohmann::json> all;
      std::istringstream in(text);
      for (std::string line; std::getline(in, line);) all.push_back(nlohmann::json::parse(line));
      return all;
    }
  }
  static void echo_once(const RunningDaemon& lb, const std::string& text) {
    const base::UniqueFd client = lb.connect();
    support::send_all(client, text);
    ASSERT_EQ(support::recv_exactly(client, text.size()), text);
  }

  support::TemporaryFolder folder_;
  support::EchoServer server_;
};

TEST_F(AccessLog, SaysWhatBecameOfASession) {
  const RunningDaemon lb(with_log(config_for({server_.address()})));
  std::string client;
  {
    const base::UniqueFd socket = lb.connect();
    client = support::local_address(socket).to_string();
    support::send_all(socket, "hello");
    ASSERT_EQ(support::recv_exactly(socket, 5), "hello");
  }
  const auto all = lines(1);
  ASSERT_EQ(all.size(), 1U);
  const auto& line = all[0];
  EXPECT_EQ(line["event"], "closed");
  EXPECT_EQ(line["listener"], "test");
  EXPECT_EQ(line["client"], client);
  EXPECT_EQ(line["backend"], "b0");
  EXPECT_EQ(line["tries"], 1);
  EXPECT_EQ(line["cause"], "finished");
  EXPECT_EQ(line["to_backend"], 5);
  EXPECT_EQ(line["to_client"], 5);
  EXPECT_GT(line["connect_ms"], 0.0);
  EXPECT_GE(line["first_byte_ms"], line["connect_ms"]);
  EXPECT_GE(line["total_ms"], line["first_byte_ms"]);
}

TEST_F(AccessLog, SaysWhyASessionGotNoBackend) {
  auto config = with_log(config_for({support::free_address(), support::free_address()}));
  const RunningDaemon lb(config);
  try {
    static_cast<void>(support::recv_all(lb.connect()));
  } catch (const support::SocketError&) {
  }
  const auto line = lines(1)[0];
  EXPECT_EQ(line["cause"], "connect_failed");
  EXPECT_TRUE(line["backend"].is_null());
  EXPECT_EQ(line["tries"], 2);
  EXPECT_TRUE(line["connect_ms"].is_null());
  EXPECT_TRUE(line["first_byte_ms"].is_null());
}

TEST_F(AccessLog, SaysWhenASessionIsConnectedWhereThatIsAsked) {
  const RunningDaemon lb(with_log(config_for({server_.address()}), {.connect = true}));
  echo_once(lb, "x");
  const auto all = lines(2);
  EXPECT_EQ(all[0]["event"], "connected");
  EXPECT_EQ(all[0]["backend"], "b0");
  EXPECT_TRUE(all[0]["cause"].is_null());
  EXPECT_EQ(all[1]["event"], "closed");
  EXPECT_EQ(all[0]["client"], all[1]["client"]);
}

TEST_F(AccessLog, ShowsSessionsThatLast) {
  RunningDaemon lb(with_log(config_for({server_.address()}), {.every = 100ms}));
  const base::UniqueFd client = lb.connect();
  support::send_all(client, "abc");
  ASSERT_EQ(support::recv_exactly(client, 3), "abc");
  const auto all = lines(2);
  EXPECT_EQ(all[0]["event"], "open");
  EXPECT_EQ(all[1]["event"], "open");
  EXPECT_EQ(all[1]["to_client"], 3);
  EXPECT_GT(all[1]["total_ms"], all[0]["total_ms"]);
}

TEST_F(AccessLog, IsOpenedAgainAtASignal) {
  const RunningDaemon lb(with_log(config_for({server_.address()})));
  echo_once(lb, "x");
  ASSERT_EQ(lines(1).size(), 1U);
  std::filesystem::rename(path(), path("old"));
  ASSERT_EQ(::kill(::getpid(), SIGUSR1), 0);
  while (!std::filesystem::exists(path())) std::this_thread::yield();
  echo_once(lb, "y");
  EXPECT_EQ(lines(1).size(), 1U);
  EXPECT_EQ(lines(1, "old").size(), 1U);
}

TEST_F(AccessLog, LosesNoLineOfManySessions) {
  constexpr int kMany = 500;
  {
    const RunningDaemon lb(with_log(config_for({server_.address()})));
    for (int i = 0; i < kMany; ++i) echo_once(lb, "x");
    lb.wait_for_closed("finished", kMany);
    EXPECT_EQ(lb.metric(R"(access_log_dropped_total{reason="no_room"})"), 0);
  }
  EXPECT_EQ(lines(kMany).size(), static_cast<std::size_t>(kMany));
}

TEST_F(AccessLog, IsAnErrorAtStartWhereItCannotBeOpened) {
  auto config = with_log(config_for({server_.address()}));
  config.access_log->file = path("missing/access.log");
  try {
    const RunningDaemon lb(config);
    ADD_FAILURE() << "it started";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("make its folder: mkdir -p"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace tests::integration
