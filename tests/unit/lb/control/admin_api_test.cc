#include "lb/control/admin_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lb/control/status_page.h"
#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;
using Door = net::HttpRequest::Door;
using Method = net::HttpRequest::Method;

constexpr const char* kBackend = "/v1/backends/kube-apiserver/controller-0";

class AdminApiTest : public ::testing::Test {
 protected:
  AdminApiTest() {
    stats_.push_back(std::make_unique<proxy::WorkerStats>());
    controller_.publish_to([](const auto&) {});  // the test tells when workers work by it
  }
  static config::Config two_listeners() {
    config::Config config = sample_config({1, 1});
    config.listeners.push_back(sample_listener({1}));
    config.listeners.back().name = "second";
    return config;
  }
  // The answer, or status 0 while there is none.
  net::HttpResponse ask(const net::HttpRequest& request) {
    net::HttpResponse answer{.status = 0, .content_type = "", .body = ""};
    api_.answer(request, [&](const net::HttpResponse& response) { answer = response; });
    return answer;
  }
  net::HttpResponse get(const std::string& path, std::vector<std::pair<std::string, std::string>> query = {}) {
    return ask({.method = Method::kGet, .path = path, .query = std::move(query)});
  }
  Json json(const std::string& path, std::vector<std::pair<std::string, std::string>> query = {}) {
    const net::HttpResponse answer = get(path, std::move(query));
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.content_type, "application/json");
    return Json::parse(answer.body);
  }
  static net::HttpRequest patch(const std::string& path, const std::string& body) {
    return {.method = Method::kPatch,
            .path = path,
            .door = Door::kUnixSocket,
            .content_type = "application/json",
            .body = body};
  }
  static net::HttpRequest post(const std::string& path) {
    return {.method = Method::kPost, .path = path, .door = Door::kUnixSocket};
  }
  static std::string error_of(const net::HttpResponse& answer) { return Json::parse(answer.body)["error"]; }

  void take_down(BackendId id) { controller_.set_condition(id, backend::Condition::kDown, "refused"); }

  ManualClock clock_;
  base::Log log_{base::Log::Level::kOff};
  Controller controller_{two_listeners(), 1, 100, clock_, log_};
  std::vector<std::unique_ptr<proxy::WorkerStats>> stats_;
  base::Gauge lag_;
  MetricsExporter metrics_{{.controller = controller_,
                            .workers = stats_,
                            .clock = clock_,
                            .control_lag = lag_,
                            .access_log = nullptr,
                            .reload = [] { return ReloadStatus{}; },
                            .version = "1.2.3"}};
  ReloadStatus last_reload_;
  std::size_t asked_for_ = 0;
  std::function<void(AdminApi::Sessions)> tell_sessions_;
  AdminApi api_{{.controller = controller_,
                 .metrics = metrics_,
                 .workers = stats_,
                 .clock = clock_,
                 .version = "1.2.3",
                 .wall = [] { return base::WallTime(std::chrono::seconds{1000}); },
                 .config = [] { return two_listeners(); },
                 .last_reload = [this] { return last_reload_; },
                 .list_sessions =
                     [this](std::size_t most, auto done) {
                       asked_for_ = most;
                       tell_sessions_ = std::move(done);
                     },
                 .host_name = [] { return std::string("hyper1"); }}};
};

// ---- for probes and Prometheus

TEST_F(AdminApiTest, IsAliveWhateverTheBackendsDo) {
  take_down({1, 0});
  api_.note_shutdown();
  EXPECT_EQ(get("/livez").status, 200);
  EXPECT_EQ(get("/livez").body, "ok\n");
}

TEST_F(AdminApiTest, IsReadyWhileEveryListenerHasABackendThatIsUp) {
  EXPECT_EQ(get("/readyz").status, 200);
  take_down({0, 0});
  EXPECT_EQ(get("/readyz").status, 200);
  take_down({1, 0});
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(get("/readyz").body, "no backend of listener second is up\n");
  controller_.set_condition({1, 0}, backend::Condition::kUp, "connected");
  EXPECT_EQ(get("/readyz").status, 200);
}

TEST_F(AdminApiTest, IsNotReadyWhileShuttingDown) {
  api_.note_shutdown();
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(get("/readyz").body, "shutting down\n");
  EXPECT_EQ(json("/v1/status")["shuttingDown"], true);
}

TEST_F(AdminApiTest, ServesMetricsInPrometheusText) {
  const net::HttpResponse response = get("/metrics", {{"format", "text"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(response.body, HasSubstr("keepstate_lb_build_info{version=\"1.2.3\","));
}

TEST_F(AdminApiTest, ServesAPageThatMayRunItsOwnScriptAlone) {
  const net::HttpResponse response = get("/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(response.body, status_page());
  EXPECT_THAT(response.headers, Contains(Pair("Content-Security-Policy", status_page_policy())));
  EXPECT_THAT(response.headers, Contains(Pair("Referrer-Policy", "no-referrer")));
}

TEST_F(AdminApiTest, AnswersHeadAsGet) {
  const net::HttpResponse response = ask({.method = Method::kHead, .path = "/livez"});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, get("/livez").body);  // the server leaves the body out
}

// ---- paths, methods, parameters

TEST_F(AdminApiTest, KnowsNothingElse) {
  for (const std::string& path :
       {std::string("/x"), std::string(), std::string("/livez/"), std::string("/LIVEZ"), std::string("/livez\0", 7)}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
  EXPECT_THAT(get("/x").body, StartsWith("nothing is here; try /, /metrics"));
  EXPECT_EQ(error_of(get("/v1/statsu")),
            "nothing is at /v1/statsu (did you mean '/v1/status'?); docs/admin_api.md names all there is");
}

TEST_F(AdminApiTest, NamesTheMethodThatIsMeant) {
  const std::vector<std::tuple<std::string, Method, std::string>> wrong{
      {"/livez", Method::kOther, "GET, HEAD"},     {"/v1/status", Method::kPost, "GET, HEAD"},
      {"/v1/status", Method::kPatch, "GET, HEAD"}, {"/v1/reload", Method::kGet, "POST"},
      {"/v1/reload", Method::kHead, "POST"},       {kBackend, Method::kGet, "PATCH"},
      {kBackend, Method::kPost, "PATCH"}};
  for (const auto& [path, method, allowed] : wrong) {
    const net::HttpResponse answer = ask({.method = method, .path = path, .door = Door::kUnixSocket});
    EXPECT_EQ(answer.status, 405) << path;
    EXPECT_EQ(answer.headers.at(0), (std::pair<std::string, std::string>("Allow", allowed))) << path;
  }
}

TEST_F(AdminApiTest, RefusesParametersThatItDoesNotKnow) {
  EXPECT_EQ(get("/v1/sessions", {{"limti", "1"}}).status, 400);
  EXPECT_EQ(error_of(get("/v1/sessions", {{"limti", "1"}})), "unknown parameter 'limti' (did you mean 'limit'?)");
  EXPECT_EQ(error_of(get("/v1/status", {{"a", ""}})), "unknown parameter 'a'");
}

// ---- reading

TEST_F(AdminApiTest, TellsItsStatus) {
  stats_[0]->active.add(4);
  const Json status = json("/v1/status");
  EXPECT_EQ(status["version"], "1.2.3");
  EXPECT_EQ(status["workers"], 1);
  EXPECT_EQ(status["connections"].dump(), R"({"active":4,"limit":100})");
  EXPECT_EQ(status["listeners"].size(), 2U);
  EXPECT_EQ(json("/v1/backends")["backends"].size(), 3U);
  EXPECT_EQ(json("/v1/config")["loadBalancer"]["listeners"][1]["name"], "second");
}

TEST_F(AdminApiTest, TellsHowTheLastReloadWent) {
  last_reload_.last_successful = false;
  last_reload_.last = base::WallTime(std::chrono::seconds{1000});
  last_reload_.message = "line 3: unknown key";
  EXPECT_EQ(json("/v1/status")["reload"].dump(),
            R"({"lastSuccessful":false,"time":"1970-01-01T00:16:40.000Z","message":"line 3: unknown key"})");
}

TEST_F(AdminApiTest, ListsSessionsWhenTheWorkersHaveToldThem) {
  net::HttpResponse answer{.status = 0, .content_type = "", .body = ""};
  api_.answer({.method = Method::kGet, .path = "/v1/sessions", .query = {{"limit", "1"}}},
              [&](const net::HttpResponse& response) { answer = response; });
  EXPECT_EQ(answer.status, 0);
  EXPECT_EQ(asked_for_, 1U);
  stats_[0]->active.add(2);
  tell_sessions_({{.backend = "a", .age = std::chrono::seconds{1}}, {.backend = "b", .age = std::chrono::seconds{2}}});
  EXPECT_EQ(answer.status, 200);
  const Json sessions = Json::parse(answer.body);
  EXPECT_EQ(sessions["total"], 2);
  ASSERT_EQ(sessions["sessions"].size(), 1U);
  EXPECT_EQ(sessions["sessions"][0]["backend"], "b");
  EXPECT_EQ(get("/v1/sessions").status, 0);
  EXPECT_EQ(asked_for_, 100U);
}

TEST_F(AdminApiTest, AFewMayWaitForTheSessionsAndOthersAreToldSo) {
  std::size_t answered = 0;
  net::HttpResponse last;
  const auto ask_for_sessions = [&] {
    api_.answer({.method = Method::kGet, .path = "/v1/sessions"}, [&](const net::HttpResponse& response) {
      ++answered;
      last = response;
    });
  };
  for (std::size_t i = 0; i <= SessionListing::kMostWaiting; ++i) ask_for_sessions();
  EXPECT_EQ(answered, 0U);
  ask_for_sessions();
  EXPECT_EQ(last.status, 503);
  EXPECT_THAT(last.headers, Contains(Pair("Retry-After", "1")));
  std::exchange(tell_sessions_, nullptr)({});
  std::exchange(tell_sessions_, nullptr)({});
  EXPECT_EQ(answered, SessionListing::kMostWaiting + 2);
  EXPECT_EQ(last.status, 200);
}

TEST_F(AdminApiTest, AnswersNoForeignNameByTcp) {
  const auto ask_by = [&](const std::string& host, const std::string& path, Door door = Door::kTcp) {
    return ask({.method = Method::kGet, .path = path, .door = door, .host = host});
  };
  for (const char* const path : {"/", "/v1/status", "/v1/config", "/v1/nothing"}) {
    EXPECT_EQ(ask_by("evil.example:9440", path).status, 421) << path;
    EXPECT_EQ(ask_by("evil.example:9440", path, Door::kUnixSocket).status, ask_by("", path).status) << path;
    EXPECT_NE(ask_by("hyper1:9440", path).status, 421) << path;
  }
  EXPECT_THAT(error_of(ask_by("evil.example", "/v1/status")), HasSubstr("DNS rebinding"));
  EXPECT_EQ(ask({.method = Method::kPost, .path = "/v1/reload", .host = "evil.example"}).status, 421);
  for (const char* const path : {"/metrics", "/livez", "/readyz"}) {
    EXPECT_EQ(ask_by("prometheus-sees.example", path).status, 200) << path;
  }
}

TEST_F(AdminApiTest, RefusesAWrongLimit) {
  for (const char* limit : {"0", "1001", "-1", "x", "", "1 ", "99999999999999999999"}) {
    EXPECT_EQ(get("/v1/sessions", {{"limit", limit}}).status, 400) << limit;
  }
  EXPECT_EQ(error_of(get("/v1/sessions", {{"limit", "0"}})),
            "limit: '0' is no number from 1 to 1000; without it there are 100");
}

TEST_F(AdminApiTest, ExplainsEveryListenerOrOne) {
  EXPECT_EQ(json("/v1/explain", {{"client", "10.0.0.1"}})["listeners"].size(), 2U);
  const Json one = json("/v1/explain", {{"client", "10.0.0.1"}, {"listener", "second"}});
  ASSERT_EQ(one["listeners"].size(), 1U);
  EXPECT_EQ(one["listeners"][0]["listener"], "second");
  EXPECT_EQ(one["client"], "10.0.0.1");
  EXPECT_EQ(get("/v1/explain", {{"client", "10.0.0.1"}, {"listener", "secnd"}}).status, 404);
  EXPECT_EQ(error_of(get("/v1/explain")), "whose? add ?client=ADDRESS, as /v1/explain?client=10.10.0.1");
  EXPECT_EQ(get("/v1/explain", {{"client", "localhost"}}).status, 400);
}

TEST_F(AdminApiTest, TellsWhatStickyTablesKnow) {
  EXPECT_EQ(json("/v1/sticky", {{"client", "fd00::1"}}).dump(), R"({"client":"fd00::1","listeners":[]})");
  EXPECT_EQ(get("/v1/sticky").status, 400);
}

// ---- changing

TEST_F(AdminApiTest, AnswersAChangeOnceEveryWorkerWorksByIt) {
  net::HttpResponse answer{.status = 0, .content_type = "", .body = ""};
  api_.answer(patch(kBackend, R"({"state": "drain", "reason": "kernel", "weight": 5})"),
              [&](const net::HttpResponse& response) { answer = response; });
  EXPECT_EQ(answer.status, 0);
  const std::uint64_t generation = controller_.snapshot()->generation;
  controller_.note_adopted(generation - 1);
  EXPECT_EQ(answer.status, 0);
  controller_.note_adopted(generation);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json json = Json::parse(answer.body);
  EXPECT_EQ(json["generation"], generation);
  EXPECT_EQ(json["backend"]["name"], "controller-0");
  EXPECT_EQ(json["backend"]["listener"], "kube-apiserver");
  EXPECT_EQ(json["backend"]["state"], "draining");
  EXPECT_EQ(json["backend"]["reason"], "kernel");
  EXPECT_EQ(json["backend"]["weight"], 5);
  EXPECT_EQ(json["backend"]["configuredWeight"], 1);
}

TEST_F(AdminApiTest, ManyChangesAtOnceAreEachAnswered) {
  std::vector<int> statuses;
  for (int i = 0; i < 50; ++i) {
    api_.answer(patch(kBackend, "{\"weight\": " + std::to_string(i % 7 + 1) + "}"),
                [&](const net::HttpResponse& response) { statuses.push_back(response.status); });
  }
  controller_.note_adopted(controller_.snapshot()->generation);
  EXPECT_EQ(statuses, std::vector<int>(50, 200));
}

TEST_F(AdminApiTest, WhoEndsReadsNoFileAndStartsNobody) {
  const auto never = [](const AdminApi::Told&) { FAIL(); };
  api_.reload_by(never);
  api_.upgrade_by(never);
  api_.note_shutdown();
  for (const char* const path : {"/v1/reload", "/v1/upgrade"}) {
    EXPECT_EQ(ask(post(path)).status, 503) << path;
    EXPECT_EQ(error_of(ask(post(path))), "the daemon is shutting down");
  }
}

TEST_F(AdminApiTest, AReloadIsAnsweredWhenItIsDone) {
  AdminApi::Told told;
  api_.reload_by([&](AdminApi::Told done) { told = std::move(done); });
  net::HttpResponse answer{.status = 0, .content_type = "", .body = ""};
  api_.answer(post("/v1/reload"), [&](const net::HttpResponse& response) { answer = response; });
  EXPECT_EQ(answer.status, 0);
  told("one backend has another weight");
  EXPECT_EQ(answer.body, "{\"generation\":1,\"message\":\"one backend has another weight\"}\n");
}

TEST_F(AdminApiTest, RefusesAChangeThatIsNotUnderstood) {
  EXPECT_EQ(ask(patch(kBackend, R"({"wieght": 1})")).status, 400);
  EXPECT_EQ(ask(patch("/v1/backends/kube-apiserver/controller-9", R"({"weight": 1})")).status, 404);
  EXPECT_EQ(ask(patch("/v1/backends/nowhere/controller-0", R"({"weight": 1})")).status, 404);
  EXPECT_EQ(error_of(ask(patch("/v1/backends/controller-0", R"({"weight": 1})"))),
            "name the listener too: /v1/backends/LISTENER/BACKEND");
  EXPECT_EQ(controller_.snapshot()->generation, 1U);
}

TEST_F(AdminApiTest, TakesJsonAlone) {
  net::HttpRequest request = patch(kBackend, R"({"state": "drain"})");
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"}) {
    request.content_type = type;
    EXPECT_EQ(ask(request).status, 415) << type;
  }
  EXPECT_EQ(controller_.snapshot()->generation, 1U);
  request.content_type = "Application/JSON ; charset=utf-8";
  EXPECT_NE(ask(request).status, 415);
  EXPECT_EQ(controller_.listeners()[0].backends[0].condition, backend::Condition::kDraining);
}

TEST_F(AdminApiTest, AChangeByTcpNeedsTheToken) {
  for (net::HttpRequest request : {patch(kBackend, R"({"state": "drain"})"), post("/v1/reload"), post("/v1/upgrade")}) {
    request.door = Door::kTcp;
    api_.set_token(std::nullopt);
    EXPECT_EQ(ask(request).status, 403) << request.path;
    api_.set_token("0123456789abcdef");
    EXPECT_EQ(ask(request).status, 401) << request.path;
    request.authorization = "Bearer 0123456789abcdeF";
    EXPECT_EQ(ask(request).status, 401) << request.path;
  }
  EXPECT_EQ(controller_.snapshot()->generation, 1U);
  net::HttpRequest shown = patch(kBackend, R"({"state": "drain"})");
  shown.door = Door::kTcp;
  shown.authorization = "Bearer 0123456789abcdef";
  EXPECT_NE(ask(shown).status, 401);
  EXPECT_EQ(controller_.snapshot()->generation, 2U);
  EXPECT_EQ(get("/v1/status").status, 200);
}

TEST_F(AdminApiTest, WhatNobodyGaveItIsNotImplemented) {
  EXPECT_EQ(ask(post("/v1/reload")).status, 501);
  EXPECT_EQ(ask(post("/v1/upgrade")).status, 501);
}

TEST_F(AdminApiTest, AnOrderThatFailsSaysWhy) {
  api_.reload_by([](const AdminApi::Told& done) { done(base::fail("cluster.yaml:3:1: unknown key 'x'")); });
  api_.upgrade_by([](const AdminApi::Told& done) { done(base::fail("it is not there")); });
  EXPECT_EQ(ask(post("/v1/reload")).status, 422);
  EXPECT_EQ(error_of(ask(post("/v1/reload"))), "cluster.yaml:3:1: unknown key 'x'");
  EXPECT_EQ(ask(post("/v1/upgrade")).status, 500);
  api_.upgrade_by([](const AdminApi::Told& done) { done("handed over to pid 7"); });
  EXPECT_EQ(ask(post("/v1/upgrade")).body, "{\"message\":\"handed over to pid 7\"}\n");
}

}  // namespace
}  // namespace lb::control
