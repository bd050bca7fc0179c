#include "lb/control/session_json.h"

#include <gtest/gtest.h>

#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using std::chrono::milliseconds;

class SessionJsonTest : public ::testing::Test {
 protected:
  [[nodiscard]] proxy::SessionInfo session(milliseconds age, std::uint64_t listener) const {
    return {.listener = listener,
            .client = *base::SocketAddress::parse("10.0.0.7:4242"),
            .backend = "controller-0",
            .state = "relaying",
            .age = age,
            .idle = milliseconds{500},
            .bytes_to_backend = 1,
            .bytes_to_client = 2};
  }
  [[nodiscard]] std::uint64_t id() const { return controller_.listeners()[0].state->id(); }

  ManualClock clock_;
  base::Log log_{base::Log::Level::kOff};
  Controller controller_{sample_config({1}), 1, 100, clock_, log_};
};

TEST_F(SessionJsonTest, ShowsTheLongestFirstAndNoMoreThanAsked) {
  const Json json = sessions_json(
      {session(milliseconds{10}, id()), session(milliseconds{3000}, id()), session(milliseconds{200}, id())},
      controller_.listeners(), 2, 7);
  EXPECT_EQ(json["total"], 7);
  ASSERT_EQ(json["sessions"].size(), 2U);
  EXPECT_EQ(json["sessions"][0]["ageSeconds"], 3);
  EXPECT_EQ(json["sessions"][1]["ageSeconds"], 0.2);
}

TEST_F(SessionJsonTest, ShowsAllOfASession) {
  const Json json = sessions_json({session(milliseconds{1500}, id())}, controller_.listeners(), 10, 1);
  EXPECT_EQ(json["sessions"][0].dump(),
            R"({"client":"10.0.0.7:4242","listener":"kube-apiserver","backend":"controller-0","state":"relaying",)"
            R"("ageSeconds":1.5,"idleSeconds":0.5,"bytes":{"toBackend":1,"toClient":2}})");
}

TEST_F(SessionJsonTest, WhatIsNotKnownIsNull) {
  proxy::SessionInfo lost = session(milliseconds{1}, id() + 100);
  lost.backend.clear();
  const Json json = sessions_json({lost}, controller_.listeners(), 10, 1);
  EXPECT_TRUE(json["sessions"][0]["listener"].is_null());
  EXPECT_TRUE(json["sessions"][0]["backend"].is_null());
}

}  // namespace
}  // namespace lb::control
