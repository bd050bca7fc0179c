#include "lb/client/views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/lb/client/answers.h"

namespace lb::client {
namespace {

using nlohmann::json;

TEST(Views, StatusShowsWhatMattersFirst) {
  EXPECT_EQ(
      status_view(json::parse(kStatus)),
      "keepstate-lb 0.1.0, pid 42, up for 1h 1m, NOT READY\n"
      "2 workers, 12 sessions of at most 1000, generation 7\n"
      "1 old process still ending after an upgrade\n"
      "THE LAST RELOAD FAILED (2026-11-23T17:00:00.000Z): cluster.yaml:3:1: unknown key\n"
      "\n"
      "LISTENER  ADDRESS         POLICY  SESSIONS  EVER  FAILED     SENT  RECEIVED\n"
      "api       10.10.0.1:6443  maglev        12   500       3  2.0 KiB   1.0 MiB  NO BACKEND IS UP\n"
      "\n"
      "LISTENER  BACKEND       STATE          FOR       WEIGHT  SHARE  SESSIONS  EVER     SENT  RECEIVED  FAILURES  "
      "REASON\n"
      "api       controller-0  down (drain)  3.2s  2 (file: 1)   50 %        12   499  2.0 KiB   1.0 MiB         4  "
      "refused (new disk)\n"
      "\n"
      "TIME                      LEVEL  EVENT\n"
      "2026-11-23T17:11:20.000Z  warn   backend controller-0 is down\n");
}

TEST(Views, BackendsAreATable) {
  EXPECT_EQ(
      backends_view(json::parse(kBackends)),
      "LISTENER  BACKEND       STATE     FOR  WEIGHT  SHARE  SESSIONS  EVER  SENT  RECEIVED  FAILURES  REASON\n"
      "api       controller-0  up     1m 30s       1  100 %         1     2   0 B       0 B         0  connected\n");
}

TEST(Views, SessionsSayHowManyThereAre) {
  EXPECT_EQ(sessions_view(json::parse(kSessions)),
            "CLIENT         LISTENER  BACKEND  STATE      AGE  IDLE  SENT  RECEIVED\n"
            "10.0.0.7:4242  api       -        choosing  50ms  50ms   0 B       0 B\n"
            "the longest 1 of 5 sessions; --limit N shows more\n");
  EXPECT_EQ(sessions_view(json::parse(R"({"total":0,"sessions":[]})")), "there is no session now\n");
}

TEST(Views, AnExplanationNamesTheBackendAndTheReason) {
  EXPECT_EQ(explain_view(json::parse(kExplanation)),
            "listener api: a new session goes to controller-0\n"
            "  sticky: the client came to it before\n"
            "  no backend is up: those that are draining are used (fail open)\n"
            "  sticky: it came to controller-0 before, 1 session open\n"
            "  BACKEND       STATE     WEIGHT  SESSIONS  CHANCE\n"
            "  controller-0  draining       1         5   100 %\n"
            "  controller-1  down           1  0 (full)     0 %\n");
}

TEST(Views, AChangeSaysWhatItCameTo) {
  EXPECT_EQ(change_view(json::parse(kChange)),
            "backend controller-0 of listener api: draining (kernel update), weight 1, 0 % of new sessions; 1 session "
            "now\nevery worker knows it (generation 9)\n");
}

TEST(Views, AnotherShapeIsAnExceptionAndNoCrash) {
  for (const char* text : {"{}", "[]", "null", R"({"listeners": 7})", R"({"version": 1, "listeners": []})"}) {
    EXPECT_THROW(static_cast<void>(status_view(json::parse(text))), json::exception) << text;
  }
}

}  // namespace
}  // namespace lb::client
