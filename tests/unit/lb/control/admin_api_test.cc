#include "lb/control/admin_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using ::testing::HasSubstr;
using Method = net::HttpRequest::Method;

class AdminApiTest : public ::testing::Test {
 protected:
  AdminApiTest() { stats_.push_back(std::make_unique<proxy::WorkerStats>(2)); }
  static config::Config two_listeners() {
    config::Config config = sample_config({1, 1});
    config.listeners.push_back(sample_listener({1}));
    config.listeners.back().name = "second";
    return config;
  }
  [[nodiscard]] net::HttpResponse get(const std::string& path) const { return api_.answer({Method::kGet, path}); }

  void take_down(BackendId id) { controller_.set_condition(id, backend::Condition::kDown, "refused"); }

  ManualClock clock_;
  base::Log log_{base::Log::Level::kOff};
  Controller controller_{two_listeners(), 1, 100, clock_, log_};
  std::vector<std::unique_ptr<proxy::WorkerStats>> stats_;
  MetricsExporter metrics_{controller_, stats_, "1.2.3"};
  AdminApi api_{controller_, metrics_};
};

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
}

TEST_F(AdminApiTest, ServesMetricsInPrometheusText) {
  const net::HttpResponse response = get("/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(response.body, HasSubstr("keepstate_lb_build_info{version=\"1.2.3\"} 1\n"));
}

TEST_F(AdminApiTest, AnswersHeadAsGet) {
  EXPECT_EQ(api_.answer({Method::kHead, "/livez"}).status, 200);
  EXPECT_EQ(api_.answer({Method::kHead, "/livez"}).body, get("/livez").body);  // the server leaves the body out
}

TEST_F(AdminApiTest, KnowsNothingElse) {
  for (const std::string& path :
       {std::string("/"), std::string(), std::string("/livez/"), std::string("/LIVEZ"), std::string("/livez\0", 7)}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
  EXPECT_EQ(get("/").body, "nothing is here; try /metrics, /livez or /readyz\n");
}

TEST_F(AdminApiTest, TakesNoOtherMethod) {
  const net::HttpResponse response = api_.answer({Method::kOther, "/livez"});
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.body, "only GET and HEAD are served here\n");
}

}  // namespace
}  // namespace lb::control
