// Where it listens; what it answers is tested in admin_api_test.cc and over real sockets in tests/integration/lb.
#include "lb/control/admin_side.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "lib/base/file_system.h"
#include "tests/support/http_client.h"
#include "tests/support/tcp.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

namespace support = tests::support;
using testing::HasSubstr;

class AdminSideTest : public testing::Test {
 protected:
  config::Config config() {
    auto config = sample_config({1});
    config.listeners[0].health_check.kind = cluster::HealthCheckKind::kNone;
    config.admin = *base::SocketAddress::parse("127.0.0.1:0");
    config.socket = (folder_.path() / "run" / "lb.sock").string();
    return config;
  }
  std::unique_ptr<AdminSide> make(const config::Config& config) {
    return std::make_unique<AdminSide>(AdminSide::Parts{.loop = loop_,
                                                        .mailbox = mailbox_,
                                                        .controller = controller_,
                                                        .workers = workers_,
                                                        .reloader = reloader_,
                                                        .control_lag = lag_,
                                                        .access_log = nullptr,
                                                        .clock = clock_,
                                                        .log = log_,
                                                        .version = "1.2.3",
                                                        .old_processes = [] { return std::size_t{0}; }},
                                       config);
  }

  support::TemporaryFolder folder_;
  ManualClock clock_;
  base::Log log_{base::Log::Level::kOff};
  net::EventLoop loop_;
  net::Mailbox mailbox_{loop_};
  base::Gauge lag_;
  Controller controller_{config(), 1, 100, clock_, log_};
  HealthChecker checker_{loop_, controller_, {nullptr}, base::Random(1), clock_};
  PassiveChecker passive_checker_{loop_, controller_, clock_};
  Rebalancer rebalancer_{loop_, controller_, 1, [](std::size_t, const proxy::SurplusOrder&) {}};
  proxy::Listening listening_{1};
  Reloader reloader_{{controller_, checker_, passive_checker_, rebalancer_, listening_},
                     config(),
                     [](const config::Config&) { return std::uint64_t{100}; },
                     log_};
  proxy::WorkerGroup workers_{{.workers = 1}, clock_, log_};
};

TEST_F(AdminSideTest, ListensOnItsAddressAndItsSocketWhoseFolderItMakes) {
  Handover nothing;
  const auto side = make(config());
  const auto listening = side->listen(config(), nothing);
  ASSERT_TRUE(listening) << listening.error().message;
  EXPECT_NO_THROW(static_cast<void>(support::connect_to(*side->address())));
  EXPECT_TRUE(std::filesystem::is_socket(*config().socket));
}

TEST_F(AdminSideTest, TakesOverTheSocketsOfTheProcessBefore) {
  Handover handover;
  auto before = make(config());
  ASSERT_TRUE(before->listen(config(), handover));
  auto doors = before->server().copy_doors();
  handover.admin = std::move(doors.tcp);
  handover.control_socket = std::move(doors.unix_socket);
  ASSERT_TRUE(handover.admin);
  ASSERT_TRUE(handover.control_socket);
  const auto after = make(config());
  const auto listening = after->listen(config(), handover);
  ASSERT_TRUE(listening) << listening.error().message;
  EXPECT_EQ(after->address(), before->address());
  before->server().leave();
  before.reset();
  EXPECT_NO_THROW(static_cast<void>(support::connect_to(*after->address())));
  EXPECT_TRUE(std::filesystem::is_socket(*config().socket));  // it belongs to the new one
}

TEST_F(AdminSideTest, RemovesTheSocketOfTheProcessBeforeThatIsNotNamedAnyMore) {
  Handover handover;
  const auto before = make(config());
  ASSERT_TRUE(before->listen(config(), handover));
  handover.control_socket = before->server().copy_doors().unix_socket;
  config::Config elsewhere = config();
  elsewhere.socket = (folder_.path() / "run" / "other.sock").string();
  const auto after = make(elsewhere);
  ASSERT_TRUE(after->listen(elsewhere, handover));
  EXPECT_TRUE(std::filesystem::is_socket(*config().socket));  // until it is known that the new one serves
  before->server().leave();
  after->own_files();
  EXPECT_FALSE(std::filesystem::exists(*config().socket));
  EXPECT_TRUE(std::filesystem::is_socket(*elsewhere.socket));
}

TEST_F(AdminSideTest, AnswersWhileTheWorkerIsHeldUp) {
  Handover nothing;
  const auto side = make(config());
  ASSERT_TRUE(side->listen(config(), nothing));
  workers_.start({}, std::make_shared<snapshot::Snapshot>());
  std::promise<void> over;
  workers_.list_sessions(1, [held = over.get_future().share()](const auto&) { held.wait(); });
  std::vector<int> answers;
  std::thread client([&] {
    for (const char* const path : {"/livez", "/readyz", "/v1/status", "/v1/backends", "/v1/config", "/metrics"}) {
      const auto response = support::http_get(*side->address(), path, support::kPatience);
      answers.push_back(response ? response->status : 0);
    }
    mailbox_.post([&] { loop_.stop(); });
  });
  loop_.run();
  client.join();
  EXPECT_THAT(answers, testing::ElementsAre(200, 200, 200, 200, 200, 200));
  // What only the worker can tell comes once it can.
  bool told = false;
  side->api().answer({.method = net::HttpRequest::Method::kGet, .path = "/v1/sessions"}, [&](const auto& response) {
    told = response.status == 200;
    loop_.stop();
  });
  EXPECT_FALSE(told);
  over.set_value();
  loop_.run();
  EXPECT_TRUE(told);
}

// As where the daemon ends: the workers go last and still run what they were asked for.
TEST_F(AdminSideTest, AWorkerMayTellItsSessionsAfterItsEnd) {
  workers_.start({}, std::make_shared<snapshot::Snapshot>());
  std::promise<void> over;
  workers_.list_sessions(1, [held = over.get_future().share()](const auto&) { held.wait(); });
  bool told = false;
  {
    const auto side = make(config());
    side->api().answer({.method = net::HttpRequest::Method::kGet, .path = "/v1/sessions"},
                       [&](const auto&) { told = true; });
  }
  over.set_value();
  // The worker's letters come in order, so this one comes after the sessions.
  workers_.list_sessions(1, [this](const auto&) { mailbox_.post([this] { loop_.stop(); }); });
  loop_.run();
  EXPECT_FALSE(told);
}

TEST_F(AdminSideTest, SaysWhatIsWrongWithATokenFile) {
  auto with_token = config();
  with_token.admin_token_file = (folder_.path() / "token").string();
  Handover nothing;
  const auto listening = make(with_token)->listen(with_token, nothing);
  ASSERT_FALSE(listening);
  EXPECT_THAT(listening.error().message, HasSubstr("admin.tokenFile: "));
  ASSERT_TRUE(base::write_file(with_token.admin_token_file, "0123456789abcdef\n", 0600));
  EXPECT_TRUE(AdminSide::read_token(with_token));
}

}  // namespace
}  // namespace lb::control
