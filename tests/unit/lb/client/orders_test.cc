#include "lb/client/orders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "lib/base/exit_code.h"
#include "tests/unit/lb/client/answers.h"
#include "tests/unit/lb/client/fake_daemon.h"

namespace lb::client {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Order = ClientOptions::Order;

ClientOptions asking(const FakeDaemon& daemon, Order order) {
  ClientOptions options;
  options.order = order;
  options.socket = daemon.path();
  return options;
}

Outcome change(FakeDaemon& daemon, Order order, const std::string& weight = "", const std::string& reason = "") {
  ClientOptions options = asking(daemon, order);
  options.backend = "controller-0";
  options.weight = weight;
  options.reason = reason;
  return carry_out(options);
}

TEST(Orders, ShowsTheAnswerAsATableOrAsItIs) {
  const FakeDaemon daemon({FakeDaemon::answer(200, kBackends), FakeDaemon::answer(200, kBackends)});
  ClientOptions options = asking(daemon, Order::kBackends);
  const Outcome table = carry_out(options);
  EXPECT_EQ(table.code, base::kExitOk);
  EXPECT_THAT(table.out, StartsWith("LISTENER  BACKEND"));
  options.json = true;
  EXPECT_EQ(carry_out(options).out, kBackends);
}

TEST(Orders, AskWhatTheyAreNamedAfter) {
  FakeDaemon daemon({FakeDaemon::answer(200, kStatus), FakeDaemon::answer(200, kSessions),
                     FakeDaemon::answer(200, kSessions), FakeDaemon::answer(200, kExplanation),
                     FakeDaemon::answer(200, R"({"message":"nothing has changed"})"),
                     FakeDaemon::answer(200, R"({"message":"handed over"})")});
  EXPECT_EQ(carry_out(asking(daemon, Order::kStatus)).code, base::kExitOk);
  ClientOptions sessions = asking(daemon, Order::kSessions);
  EXPECT_EQ(carry_out(sessions).code, base::kExitOk);
  sessions.limit = 7;
  EXPECT_EQ(carry_out(sessions).code, base::kExitOk);
  ClientOptions explain = asking(daemon, Order::kExplain);
  explain.client = "fd00::1";
  explain.listener = "api";
  EXPECT_EQ(carry_out(explain).code, base::kExitOk);
  EXPECT_EQ(carry_out(asking(daemon, Order::kReload)).out, "nothing has changed\n");
  EXPECT_EQ(carry_out(asking(daemon, Order::kUpgrade)).out, "handed over\n");
  const auto questions = daemon.questions();
  ASSERT_EQ(questions.size(), 6U);
  const std::vector<std::string> starts{"GET /v1/status ",           "GET /v1/sessions ",
                                        "GET /v1/sessions?limit=7 ", "GET /v1/explain?client=fd00%3A%3A1&listener=api ",
                                        "POST /v1/reload ",          "POST /v1/upgrade "};
  for (std::size_t i = 0; i < starts.size(); ++i) EXPECT_THAT(questions[i], StartsWith(starts[i]));
}

TEST(Orders, AChangeFindsItsBackendFirst) {
  const std::vector<std::tuple<Order, std::string, std::string, std::string>> changes{
      {Order::kDrain, "", "kernel", R"({"reason":"kernel","state":"drain"})"},
      {Order::kUndrain, "", "", R"({"state":"up"})"},
      {Order::kMaintenance, "", "", R"({"state":"maintenance"})"},
      {Order::kWeight, "3", "", R"({"weight":3})"},
      {Order::kWeight, "default", "", R"({"weight":null})"}};
  for (const auto& [order, weight, reason, body] : changes) {
    FakeDaemon daemon({FakeDaemon::answer(200, kBackends), FakeDaemon::answer(200, kChange)});
    const Outcome outcome = change(daemon, order, weight, reason);
    EXPECT_EQ(outcome.code, base::kExitOk) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("every worker knows it (generation 9)"));
    ASSERT_EQ(daemon.questions().size(), 2U);
    EXPECT_THAT(daemon.questions()[1], StartsWith("PATCH /v1/backends/api/controller-0 "));
    EXPECT_THAT(daemon.questions()[1], HasSubstr("\r\n\r\n" + body));
  }
}

TEST(Orders, AWrongWeightIsToldBeforeAnybodyIsAsked) {
  FakeDaemon daemon({});
  const Outcome outcome = change(daemon, Order::kWeight, "65536");
  EXPECT_EQ(outcome.code, base::kExitUsage);
  EXPECT_EQ(outcome.err, "keepstate-lb: weight 65536: write a number from 0 to 65535, or default for the file's\n");
}

TEST(Orders, AnUnknownBackendIsWrongUsage) {
  FakeDaemon daemon({FakeDaemon::answer(200, kBackends)});
  ClientOptions options = asking(daemon, Order::kDrain);
  options.backend = "controller-9";
  const Outcome outcome = carry_out(options);
  EXPECT_EQ(outcome.code, base::kExitUsage);
  EXPECT_EQ(outcome.err,
            "keepstate-lb: there is no backend 'controller-9' (did you mean 'controller-0'?); known: controller-0\n");
}

TEST(Orders, TellsTheDaemonsOwnErrors) {
  FakeDaemon daemon({FakeDaemon::answer(422, R"({"error":"cluster.yaml:3:1: unknown key 'x'"})"),
                     FakeDaemon::answer(501, R"({"error":"not here"})"), FakeDaemon::answer(503, "no answer came\n")});
  Outcome outcome = carry_out(asking(daemon, Order::kReload));
  EXPECT_EQ(outcome.code, base::kExitUsage);
  EXPECT_EQ(outcome.err, "keepstate-lb: cluster.yaml:3:1: unknown key 'x'\n");
  outcome = carry_out(asking(daemon, Order::kUpgrade));
  EXPECT_EQ(outcome.code, base::kExitFailed);
  outcome = carry_out(asking(daemon, Order::kStatus));
  EXPECT_EQ(outcome.code, base::kExitFailed);
  EXPECT_THAT(outcome.err, HasSubstr("keepstate-lb answered 503: no answer came"));
}

TEST(Orders, AnotherVersionsAnswerIsToldAsSuch) {
  const FakeDaemon daemon({FakeDaemon::answer(200, "{}"), FakeDaemon::answer(200, "no json")});
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = carry_out(asking(daemon, Order::kStatus));
    EXPECT_EQ(outcome.code, base::kExitFailed);
    EXPECT_THAT(outcome.err, HasSubstr("is it a keepstate-lb of another version?"));
  }
}

TEST(Orders, TheSocketMayBeNamedByTheFile) {
  const FakeDaemon daemon({FakeDaemon::answer(200, kBackends)});
  const tests::support::TemporaryFolder folder;
  const std::string file = (folder.path() / "cluster.yaml").string();
  std::ifstream example(KEEPSTATE_SOURCE_DIR "/configs/cluster.yaml");
  std::string text(std::istreambuf_iterator<char>(example), {});
  text.replace(text.find("  loadBalancer:\n"), 16, "  loadBalancer:\n    socket: " + daemon.path() + "\n");
  std::ofstream(file) << text;
  ClientOptions options;
  options.order = Order::kBackends;
  options.file = file;
  const Outcome outcome = carry_out(options);
  EXPECT_EQ(outcome.code, base::kExitOk) << outcome.err;

  options.file = (folder.path() / "none.yaml").string();
  EXPECT_EQ(carry_out(options).code, base::kExitUsage);
  EXPECT_THAT(carry_out(options).err, HasSubstr("none.yaml"));
}

TEST(Orders, NobodyThereIsAFailure) {
  ClientOptions options;
  options.socket = "/nowhere/lb.sock";
  const Outcome outcome = carry_out(options);
  EXPECT_EQ(outcome.code, base::kExitFailed);
  EXPECT_THAT(outcome.err, StartsWith("keepstate-lb: cannot reach keepstate-lb at /nowhere/lb.sock: "));
}

}  // namespace
}  // namespace lb::client
