// The admin API of a whole daemon: what is changed works when it is answered, and everybody is answered, also at once
// and while workers have much to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <nlohmann/json.hpp>

#include "lb/client/control_client.h"
#include "lb/client/orders.h"
#include "lib/base/file_system.h"
#include "tests/integration/lb/running_daemon.h"
#include "tests/support/at_once.h"
#include "tests/support/byte_pattern.h"
#include "tests/support/temporary_folder.h"

namespace tests::integration {
namespace {

using lb::client::ClientOptions;
using lb::client::ControlClient;
using nlohmann::json;
using testing::HasSubstr;
using Order = ClientOptions::Order;

class AdminApi : public testing::Test {
 protected:
  lb::config::Config config() {
    auto config = config_for({a_.address(), b_.address()});
    config.socket = path();
    return config;
  }
  [[nodiscard]] std::string path() const { return (folder_.path() / "lb.sock").string(); }
  [[nodiscard]] ControlClient client() const { return ControlClient(path()); }
  [[nodiscard]] json get(const std::string& what) const {
    const auto answer = client().get(what);
    EXPECT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200) << answer->body;
    return json::parse(answer->body);
  }
  json patch(const std::string& backend, const std::string& body) const {
    const auto answer = client().patch("/v1/backends/test/" + backend, body);
    EXPECT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200) << answer->body;
    return json::parse(answer->body);
  }
  lb::client::Outcome order(Order what, const std::string& backend = "") const {
    ClientOptions options;
    options.order = what;
    options.backend = backend;
    options.client = "127.0.0.1";
    options.socket = path();
    return lb::client::carry_out(options);
  }

  support::TemporaryFolder folder_;
  support::NamingServer a_{"a"};
  support::NamingServer b_{"b"};
};

TEST_F(AdminApi, ADrainIsDoneWhenItIsAnswered) {
  const RunningDaemon lb(config());
  for (int round = 0; round < 10; ++round) {
    const std::string other = round % 2 == 0 ? "b" : "a";
    const std::string drained = round % 2 == 0 ? "b0" : "b1";
    const std::string state = round % 4 < 2 ? "drain" : "maintenance";
    EXPECT_EQ(patch(drained, R"({"state": ")" + state + "\"}")["backend"]["share"], 0);
    for (int i = 0; i < 20; ++i) EXPECT_EQ(support::recv_all(lb.connect()), other);
    EXPECT_EQ(patch(drained, R"({"state": "up"})")["backend"]["state"], "up");
  }
}

TEST_F(AdminApi, AWeightCountsWhenItIsAnswered) {
  const RunningDaemon lb(config());
  EXPECT_EQ(patch("b0", R"({"weight": 0})")["backend"]["configuredWeight"], 1);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(support::recv_all(lb.connect()), "b");
  patch("b0", R"({"weight": null})");
  bool seen = false;
  for (int i = 0; i < 200 && !seen; ++i) seen = support::recv_all(lb.connect()) == "a";
  EXPECT_TRUE(seen);
}

TEST_F(AdminApi, WhoDrainsKeepsItsSessions) {
  const support::EchoServer echo;
  auto one = config_for({echo.address()});
  one.listeners[0].backends.push_back({.name = "b1", .address = b_.address(), .weight = 0});
  one.socket = path();
  const RunningDaemon lb(one);
  const auto session = lb.connect();
  support::send_all(session, "a");
  EXPECT_EQ(support::recv_exactly(session, 1), "a");
  patch("b1", R"({"weight": 1})");
  patch("b0", R"({"state": "maintenance"})");
  support::send_all(session, "still here");
  EXPECT_EQ(support::recv_exactly(session, 10), "still here");
  const json sessions = get("/v1/sessions");
  EXPECT_EQ(sessions["total"], 1);
  ASSERT_EQ(sessions["sessions"].size(), 1U);
  EXPECT_EQ(sessions["sessions"][0]["backend"], "b0");
  EXPECT_EQ(sessions["sessions"][0]["listener"], "test");
  EXPECT_EQ(sessions["sessions"][0]["state"], "relaying");
  EXPECT_EQ(sessions["sessions"][0]["client"], support::local_address(session).to_string());
  EXPECT_EQ(sessions["sessions"][0]["bytes"]["toClient"], 11);
}

TEST_F(AdminApi, ListsTheLongestSessionsFirst) {
  const support::EchoServer echo;
  auto one = config_for({echo.address()});
  one.socket = path();
  RunningDaemon lb(one);
  std::vector<base::UniqueFd> sessions;
  for (int i = 0; i < 6; ++i) {
    sessions.push_back(lb.connect());
    support::send_all(sessions.back(), "x");
    EXPECT_EQ(support::recv_exactly(sessions.back(), 1), "x");
    lb.skip(std::chrono::minutes{1});
  }
  const json listed = get("/v1/sessions?limit=4");
  EXPECT_EQ(listed["total"], 6);
  ASSERT_EQ(listed["sessions"].size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(listed["sessions"][i]["client"], support::local_address(sessions[i]).to_string());
  }
}

// Sessions that carry bytes, whose order and number are checked, until stop().
class SessionLoad {
 public:
  explicit SessionLoad(const RunningDaemon& lb)
      : thread_([this, &lb] { support::at_once(4, [this, &lb](int thread) { carry(lb, thread); }); }) {}

  void stop() {
    stop_ = true;
    thread_.join();
  }
  [[nodiscard]] int carried() const { return carried_.load(); }
  [[nodiscard]] int lost() const { return lost_.load(); }

 private:
  void carry(const RunningDaemon& lb, int thread) {
    constexpr std::uint64_t kBytes = 200'000;
    for (std::uint64_t i = 0; !stop_.load(); ++i) {
      const support::BytePattern pattern(static_cast<std::uint64_t>(thread) << 32 | i);
      try {
        const auto session = lb.connect();
        std::jthread sender([&] {
          support::send_pattern(session, pattern, 0, kBytes);
          support::half_close(session);
        });
        (support::recv_pattern(session, pattern) == kBytes ? carried_ : lost_).fetch_add(1);
      } catch (const std::exception&) {
        lost_.fetch_add(1);
      }
    }
  }

  std::atomic<bool> stop_{false};
  std::atomic<int> carried_{0};
  std::atomic<int> lost_{0};
  std::jthread thread_;
};

TEST_F(AdminApi, ManyAtOnceAreAllAnsweredWhileSessionsAreUnderLoad) {
  const support::EchoServer echo;
  auto one = config_for({echo.address(), echo.address()});
  one.socket = path();
  const RunningDaemon lb(one);
  constexpr int kCallers = 16;
  constexpr int kCalls = 20;
  std::atomic<int> answered{0};
  SessionLoad load(lb);
  support::at_once(kCallers, [&](int caller) {
    for (int i = 0; i < kCalls; ++i) {
      const int turn = (caller + i) % 5;
      const auto answer = turn == 0   ? client().get("/v1/status")
                          : turn == 1 ? client().get("/v1/sessions")
                          : turn == 2 ? client().patch("/v1/backends/test/b0", R"({"state": "drain"})")
                          : turn == 3
                              ? client().patch("/v1/backends/test/b0", R"({"state": "up"})")
                              : client().patch("/v1/backends/test/b1", "{\"weight\": " + std::to_string(i + 1) + "}");
      if (answer && answer->status == 200 && json::accept(answer->body)) answered.fetch_add(1);
    }
  });
  load.stop();
  EXPECT_EQ(answered.load(), kCallers * kCalls);
  EXPECT_EQ(load.lost(), 0);
  EXPECT_GT(load.carried(), 0);
}

TEST_F(AdminApi, WhateverIsAskedAtOnceIsAnsweredAlsoWhileTheFileIsReadAgain) {
  auto sticky = config();
  sticky.listeners[0].sticky = cluster::Sticky{};
  RunningDaemon lb(sticky);
  ASSERT_TRUE(lb.reload(sticky));
  struct Question {
    const char* path;
    const char* key;  // that its answer has
  };
  constexpr std::array<Question, 6> kQuestions{{{"/v1/backends", "backends"},
                                                {"/v1/config", "loadBalancer"},
                                                {"/v1/sticky?client=127.0.0.1", "listeners"},
                                                {"/v1/explain?client=127.0.0.1", "listeners"},
                                                {"/v1/sessions?limit=5", "sessions"},
                                                {"/v1/status", "generation"}}};
  constexpr int kCalls = 3 * static_cast<int>(kQuestions.size());
  constexpr int kCallers = 12;
  std::atomic<int> answered{0};
  support::at_once(kCallers, [&](int caller) {
    for (int i = 0; i < kCalls; ++i) {
      const auto& question = kQuestions[static_cast<std::size_t>(caller + i) % kQuestions.size()];
      const bool reloads = caller % 3 == 0;
      const bool changes = caller % 3 == 1;
      const char* const body = i % 2 == 0 ? R"({"state": "drain", "weight": 3})" : R"({"state": "up", "weight": null})";
      const auto answer = reloads   ? client().post("/v1/reload")
                          : changes ? client().patch("/v1/backends/test/b0", body)
                                    : client().get(question.path);
      const std::string key = reloads ? "message" : changes ? "generation" : question.key;
      if (answer && answer->status == 200 && json::parse(answer->body).contains(key)) answered.fetch_add(1);
    }
  });
  EXPECT_EQ(answered.load(), kCallers * kCalls);
  const json last = patch("b0", R"({"state": "up", "weight": null})")["backend"];
  EXPECT_EQ(last["state"], "up");
  EXPECT_EQ(last["weight"], 1);
  EXPECT_EQ(last["share"], 0.5);
}

TEST_F(AdminApi, AWrongFileIsToldToWhoeverAsksForAReload) {
  RunningDaemon lb(config());
  EXPECT_FALSE(lb.reload(base::fail("cluster.yaml:3:1: unknown key")));
  const auto answer = client().post("/v1/reload");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 422);
  EXPECT_THAT(answer->body, HasSubstr("cluster.yaml:3:1: unknown key"));
}

TEST_F(AdminApi, AnswersNoForeignNameOnItsAddress) {
  const RunningDaemon lb(config());
  const auto status_by = [&](const std::string& host, const std::string& path) {
    const auto socket = support::connect_to(lb.admin_address());
    support::send_all(socket, "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    return support::recv_all(socket).substr(9, 3);
  };
  EXPECT_EQ(status_by("evil.example:9440", "/v1/sessions"), "421");
  EXPECT_EQ(status_by("evil.example:9440", "/metrics"), "200");
  EXPECT_EQ(status_by(lb.admin_address().to_string(), "/v1/sessions"), "200");
  EXPECT_EQ(status_by("localhost", "/v1/sessions"), "200");
  std::array<char, 256> name{};
  ASSERT_EQ(::gethostname(name.data(), name.size() - 1), 0);
  EXPECT_EQ(status_by(name.data(), "/v1/sessions"), "200");
}

// What changes nothing is published to nobody, so there is nothing to wait for.
TEST_F(AdminApi, AnOrderThatChangesNothingIsAnsweredAtOnce) {
  const RunningDaemon lb(config());
  for (int i = 0; i < 3; ++i) {
    const json row = patch("b0", R"({"state": "maintenance", "reason": "new disk"})")["backend"];
    EXPECT_EQ(row["operatorState"], "maintenance");
    EXPECT_EQ(row["operatorReason"], "new disk");
  }
}

TEST_F(AdminApi, TellsTheConfigurationAsItRuns) {
  auto one = config();
  one.max_connections.reset();
  one.workers = 3;
  RunningDaemon lb(one);
  auto changed = one;
  changed.workers = 1;  // waits for the next start
  changed.listeners[0].retries = 7;
  ASSERT_TRUE(lb.reload(changed));
  const json running = get("/v1/config")["loadBalancer"];
  EXPECT_EQ(running["workers"], 3);
  EXPECT_GT(running["maxConnections"], 0);
  EXPECT_EQ(running["admin"]["address"], lb.admin_address().to_string());
  EXPECT_EQ(running["socket"], path());
  EXPECT_EQ(running["listeners"][0]["retries"], 7);
  EXPECT_EQ(get("/v1/status")["events"][0]["level"], "info");
  EXPECT_FALSE(lb.reload(base::fail("cluster.yaml:3:1: unknown key")));
  const json status = get("/v1/status");
  EXPECT_EQ(status["reload"]["lastSuccessful"], false);
  EXPECT_EQ(status["reload"]["message"], "cluster.yaml:3:1: unknown key");
  EXPECT_EQ(status["events"][0]["level"], "error");
}

TEST_F(AdminApi, TheTokenIsReadAgainAtAReload) {
  auto one = config();
  one.admin_token_file = (folder_.path() / "token").string();
  const auto write = [&](const char* token) { ASSERT_TRUE(base::write_file(one.admin_token_file, token, 0600)); };
  write("first-first-first\n");
  RunningDaemon lb(one);
  const auto status_with = [&](const std::string& token) {
    const auto socket = support::connect_to(lb.admin_address());
    support::send_all(socket,
                      "PATCH /v1/backends/test/b0 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                      "Content-Type: application/json\r\nContent-Length: 12\r\nAuthorization: Bearer " +
                          token + "\r\n\r\n{\"weight\":2}");
    return support::recv_all(socket).substr(9, 3);
  };
  EXPECT_EQ(status_with("first-first-first"), "200");
  write("second-second-second\n");
  EXPECT_EQ(status_with("first-first-first"), "200");
  ASSERT_TRUE(lb.reload(one));
  EXPECT_EQ(status_with("first-first-first"), "401");
  EXPECT_EQ(status_with("second-second-second"), "200");
  write("");
  EXPECT_FALSE(lb.reload(one));
  EXPECT_EQ(status_with("second-second-second"), "200");
}

TEST_F(AdminApi, TcpIsForReadingAlone) {
  const RunningDaemon lb(config());
  EXPECT_EQ(json::parse(lb.get("/v1/status"))["workers"], 2);
  EXPECT_EQ(json::parse(lb.get("/v1/explain?client=10.0.0.1"))["listeners"].size(), 1U);
  const auto socket = support::connect_to(lb.admin_address());
  support::send_all(socket,
                    "PATCH /v1/backends/test/b0 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    "Content-Type: application/json\r\nContent-Length: 17\r\n\r\n{\"state\":\"drain\"}");
  EXPECT_THAT(support::recv_all(socket), HasSubstr("HTTP/1.1 403 "));
  EXPECT_EQ(get("/v1/status")["generation"], 1);
}

TEST_F(AdminApi, TheCommandLineSaysWhatItDid) {
  const RunningDaemon lb(config());
  EXPECT_THAT(
      order(Order::kDrain, "b0").out,
      HasSubstr("backend b0 of listener test: draining (asked for by an operator), weight 1, 0 % of new sessions"));
  EXPECT_THAT(order(Order::kStatus).out,
              HasSubstr("backend b0 of listener test is draining: asked for by an operator"));
  EXPECT_THAT(order(Order::kExplain).out, HasSubstr("listener test: a new session goes to one of several"));
  EXPECT_THAT(order(Order::kUndrain, "test/b0").out, HasSubstr("backend b0 of listener test: up ("));
  EXPECT_THAT(order(Order::kBackends).out, HasSubstr("not checked yet"));
  EXPECT_EQ(order(Order::kSessions).out, "there is no session now\n");
  EXPECT_EQ(order(Order::kUpgrade).code, 1);
}

}  // namespace
}  // namespace tests::integration
