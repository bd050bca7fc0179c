// What health checks find out about real TLS servers, and what that does to sessions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/lb/running_daemon.h"
#include "tests/support/tls_server.h"

namespace tests::integration {
namespace {

using std::chrono::milliseconds;

// A backend that is checked over TLS and echoes what its sessions send.
class Backend {
 public:
  explicit Backend(const support::TestCertificates& certificates)
      : server_(certificates,
                [this](const std::string& path) { return support::http_answer(path == "/readyz" ? ready_ : live_); }) {}

  [[nodiscard]] const base::SocketAddress& address() const noexcept { return server_.address(); }
  [[nodiscard]] int sessions() const noexcept { return server_.sessions(); }
  void answer_readyz(int status) noexcept { ready_ = status; }
  void answer_livez(int status) noexcept { live_ = status; }
  void fall_silent() noexcept { server_.fall_silent(); }
  void refuse() { server_.tcp().stop_listening(); }
  void come_back() { server_.tcp().start_listening(); }

 private:
  std::atomic<int> ready_{200};
  std::atomic<int> live_{200};
  support::TlsServer server_;
};

class Health : public ::testing::Test {
 protected:
  // Checked as the kube-apiserver profile does, only faster.
  [[nodiscard]] lb::config::Config config() const {
    auto config = config_for({a_.address(), b_.address()});
    cluster::HealthCheck& check = config.listeners[0].health_check;
    check.kind = cluster::HealthCheckKind::kHttps;
    check.interval = milliseconds{100};
    check.timeout = milliseconds{300};
    check.path = "/readyz";
    check.live_path = "/livez?exclude=etcd";
    check.ca_file = certificates_.ca();
    return config;
  }
  static std::string state(const char* backend, const char* state) {
    return fmt::format(R"(backend_state{{listener="test",backend="{}",state="{}"}})", backend, state);
  }
  static std::string checks(const char* backend, const char* result) {
    return fmt::format(R"(health_checks_total{{listener="test",backend="{}",result="{}"}})", backend, result);
  }
  // Until so many checks more have come to this.
  static void wait_for_checks(const RunningDaemon& lb, const char* backend, const char* result, int more) {
    const double until = lb.metric(checks(backend, result)) + more;
    while (lb.metric(checks(backend, result)) < until) std::this_thread::yield();
  }
  static bool echoes(const base::UniqueFd& client) {
    try {
      support::send_all(client, "x");
      return support::recv_exactly(client, 1) == "x";
    } catch (const support::SocketError&) {
      return false;
    }
  }
  // A session that is on this backend.
  static base::UniqueFd session_on(const RunningDaemon& lb, const Backend& backend) {
    while (true) {
      const int before = backend.sessions();
      auto client = lb.connect();
      EXPECT_TRUE(echoes(client));
      if (backend.sessions() > before) return client;
    }
  }
  static void expect_reset(const base::UniqueFd& client) {
    EXPECT_THROW(static_cast<void>(support::recv_all(client)), support::SocketError);
  }

  support::TestCertificates certificates_;
  Backend a_{certificates_};
  Backend b_{certificates_};
};

TEST_F(Health, ABackendThatIsNotReadyKeepsItsSessionsAndGetsNoNewOnes) {
  const RunningDaemon lb(config());
  const auto client = session_on(lb, a_);
  a_.answer_readyz(500);
  lb.wait_for(state("b0", "draining"), 1);
  const int before = a_.sessions();
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(echoes(lb.connect()));
  EXPECT_EQ(a_.sessions(), before);
  EXPECT_TRUE(echoes(client));
  EXPECT_EQ(lb.closed("backend_down"), 0);
  EXPECT_EQ(lb.metric(R"(fail_open{listener="test"})"), 0);
  a_.answer_readyz(200);
  lb.wait_for(state("b0", "up"), 1);
  EXPECT_TRUE(echoes(client));
  static_cast<void>(session_on(lb, a_));
}

TEST_F(Health, AServerOfAnotherCaIsDownAndTheReasonSaysSo) {
  const support::TestCertificates others;
  const Backend stranger(others);
  auto config = this->config();
  config.listeners[0].backends[0].address = stranger.address();
  testing::internal::CaptureStderr();
  {
    const RunningDaemon lb(config, base::Log::Level::kWarn);
    lb.wait_for(state("b0", "down"), 1);
    for (int i = 0; i < 30; ++i) EXPECT_TRUE(echoes(lb.connect()));
    EXPECT_EQ(stranger.sessions(), 0);
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              testing::HasSubstr("backend b0 of listener test is down: TLS handshake: the certificate is refused"));
}

TEST_F(Health, ASilentServerIsDownAndItsSessionsAreReset) {
  const RunningDaemon lb(config());
  const auto client = session_on(lb, a_);
  const auto other = session_on(lb, b_);
  wait_for_checks(lb, "b0", "passed", 1);
  a_.fall_silent();
  lb.wait_for(state("b0", "down"), 1);
  EXPECT_GE(lb.metric(checks("b0", "failed")), 2);
  expect_reset(client);
  lb.wait_for_closed("backend_down", 1);
  EXPECT_TRUE(echoes(other));
}

TEST_F(Health, SessionsOfAServerThatRefusesAreResetWhileAnotherOneIsUp) {
  const RunningDaemon lb(config());
  const auto client = session_on(lb, a_);  // its connection lives on: only new ones are refused
  a_.refuse();
  lb.wait_for(state("b0", "down"), 1);
  expect_reset(client);
  lb.wait_for_closed("backend_down", 1);
}

TEST_F(Health, TheyAreKeptWhereThatIsWanted) {
  auto config = this->config();
  config.listeners[0].on_down = cluster::OnDown::kKeep;
  const RunningDaemon lb(config);
  const auto client = session_on(lb, a_);
  a_.refuse();
  lb.wait_for(state("b0", "down"), 1);
  wait_for_checks(lb, "b1", "passed", 3);
  EXPECT_TRUE(echoes(client));
  EXPECT_EQ(lb.closed("backend_down"), 0);
}

TEST_F(Health, TheyAreKeptWhileNoOtherOneIsUpAndResetWhenOneComes) {
  const RunningDaemon lb(config());
  const auto client = session_on(lb, a_);
  b_.answer_readyz(500);
  lb.wait_for(state("b1", "draining"), 1);
  a_.refuse();
  lb.wait_for(state("b0", "down"), 1);
  wait_for_checks(lb, "b1", "not_ready", 3);
  EXPECT_TRUE(echoes(client));
  EXPECT_EQ(lb.closed("backend_down"), 0);
  b_.answer_readyz(200);
  expect_reset(client);
  EXPECT_EQ(lb.metric(state("b1", "up")), 1);
}

TEST_F(Health, WithNoneUpTheDrainingOneIsUsedBeforeTheOneThatIsDown) {
  const RunningDaemon lb(config());
  a_.fall_silent();
  lb.wait_for(state("b0", "down"), 1);
  b_.answer_readyz(500);
  lb.wait_for(state("b1", "draining"), 1);
  lb.wait_for(R"(fail_open{listener="test"})", 1);
  const int before = b_.sessions();
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(echoes(lb.connect()));
  EXPECT_EQ(b_.sessions(), before + 30);
  b_.refuse();
  lb.wait_for(state("b1", "down"), 1);
  a_.refuse();
  b_.come_back();
  EXPECT_TRUE(echoes(lb.connect()));  // at once, before the checks have seen it again
}

// etcd without a leader turns every /readyz red.
TEST_F(Health, WithAllNotReadyAllAreUsedAndNothingIsCut) {
  const RunningDaemon lb(config());
  const auto first = session_on(lb, a_);
  const auto second = session_on(lb, b_);
  a_.answer_readyz(500);
  b_.answer_readyz(500);
  lb.wait_for(state("b0", "draining"), 1);
  lb.wait_for(state("b1", "draining"), 1);
  wait_for_checks(lb, "b0", "not_ready", 5);
  wait_for_checks(lb, "b1", "not_ready", 5);
  static_cast<void>(session_on(lb, a_));
  static_cast<void>(session_on(lb, b_));
  EXPECT_TRUE(echoes(first));
  EXPECT_TRUE(echoes(second));
  EXPECT_EQ(lb.closed("backend_down"), 0);
}

TEST_F(Health, TheReasonTellsWhatTheLivePathSaid) {
  testing::internal::CaptureStderr();
  {
    const RunningDaemon lb(config(), base::Log::Level::kWarn);
    a_.answer_readyz(500);
    a_.answer_livez(503);
    lb.wait_for(state("b0", "draining"), 1);
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              testing::HasSubstr("backend b0 of listener test is draining: GET /readyz: 500, "
                                 "GET /livez?exclude=etcd: 503"));
}

TEST_F(Health, ACaThatCannotBeReadIsToldAtStart) {
  auto config = this->config();
  config.listeners[0].health_check.ca_file = "/nowhere/ca.pem";
  try {
    const RunningDaemon lb(config);
    ADD_FAILURE() << "every backend would be down, for a reason that nobody reads";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("listener 'test': healthCheck.caFile: cannot use /nowhere/ca.pem"));
  }
}

}  // namespace
}  // namespace tests::integration
