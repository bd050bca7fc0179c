// The built programs together: our certificates, the stand-in for kube-apiserver, keepstate-lb and independent clients.
// Every connection is counted at the client, none is tried twice, and each carries bytes that are checked one by one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "lib/base/file_system.h"
#include "tests/support/at_once.h"
#include "tests/support/byte_pattern.h"
#include "tests/support/programs.h"
#include "tests/support/scripted_server.h"
#include "tests/support/tcp.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tls_client.h"

namespace tests {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

constexpr int kConnections = 10'000;
constexpr int kClients = 64;
constexpr int kResets = 500;
constexpr int kTlsEach = 25;
constexpr std::uint64_t kBytesEach =
    1500;  // more than a segment's worth of loopback's small buffers, not more than one read

constexpr const char* kCurlYaml = R"(apiVersion: keepstate/v1
kind: Cluster
metadata: {name: curl}
spec:
  controlPlaneEndpoint: kubernetes.test.home.arpa:6443
  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}
  loadBalancer: {vip: 127.0.0.1}
  machines:
    - {name: controller-0, role: control-plane, address: 127.0.0.11}
)";

// keepstate-lb with free ports before the given backends.
class Balanced : public testing::Test {
 protected:
  Balanced() : programs_(support::Programs::in(KEEPSTATE_BIN_DIR)) {}

  void start_balancer(const std::vector<base::SocketAddress>& backends) {
    ASSERT_TRUE(programs_) << programs_.error().message;
    vip_ = support::free_address();
    const auto admin = support::free_address();
    std::vector<std::string> arguments{"--listen",        vip_.to_string(), "--admin",
                                       admin.to_string(), "--socket",       (folder_.path() / "lb.sock").string()};
    for (const auto& backend : backends) arguments.insert(arguments.end(), {"--backend", backend.to_string()});
    auto balancer = programs_->start_balancer(arguments, admin, folder_.path() / "lb.log");
    ASSERT_TRUE(balancer) << balancer.error().message;
    balancer_ = std::move(*balancer);
  }

  void TearDown() override {
    if (!balancer_) return;
    const auto ended = support::end_balancer(*balancer_, folder_.path() / "lb.log");
    EXPECT_TRUE(ended) << ended.error().message;
  }

  void make_certificates() {
    ASSERT_TRUE(programs_) << programs_.error().message;
    const auto yaml = folder_.path() / "cluster.yaml";
    ASSERT_TRUE(base::write_file(yaml, kCurlYaml, 0644));
    auto files = programs_->make_certificates(yaml, folder_.path() / "pki");
    ASSERT_TRUE(files) << files.error().message;
    files_ = *files;
  }

  support::TemporaryFolder folder_;
  base::Result<support::Programs> programs_;
  support::CertificateFiles files_;
  base::SocketAddress vip_;
  std::optional<base::Subprocess> balancer_;
};

class BalancedTls : public Balanced {
 protected:
  void SetUp() override {
    make_certificates();
    if (HasFatalFailure()) return;
    std::vector<base::SocketAddress> addresses;
    for (const char* name : {"api-0", "api-1", "api-2"}) {
      auto server = programs_->start_api_server(name, *base::SocketAddress::parse("127.0.0.1:0"), files_);
      ASSERT_TRUE(server) << server.error().message;
      addresses.push_back(server->address);
      servers_.push_back(std::move(*server));
    }
    start_balancer(addresses);
  }

  [[nodiscard]] std::vector<std::string> curl(const std::string& path) const {
    return {"curl", "--silent", "--show-error",       "--max-time",
            "20",   "--cacert", files_.ca().string(), "https://" + vip_.to_string() + path};
  }

  std::vector<support::RunningServer> servers_;
};

bool is_ok(const base::Result<support::HttpResponse>& response) {
  EXPECT_TRUE(response) << response.error().message;
  return response && response->status == 200 && response->body == "ok";
}

TEST_F(BalancedTls, CurlIsAnsweredThroughTheVip) {
  if (!base::run_captured({"curl", "--version"})) GTEST_SKIP() << "curl is missing; Debian: apt-get install curl";
  const auto ready = base::run_captured(curl("/readyz"));
  ASSERT_TRUE(ready) << ready.error().message;
  EXPECT_TRUE(ready->status.ok()) << ready->err;
  EXPECT_EQ(ready->out, "ok");
  const auto version = base::run_captured(curl("/version"));
  ASSERT_TRUE(version);
  EXPECT_THAT(version->out, HasSubstr("\"server\":\"api-"));
}

TEST_F(BalancedTls, ManyClientsAtOnceLoseNoTlsConnection) {
  auto client = support::TlsClient::make(files_.ca(), "127.0.0.1");
  ASSERT_TRUE(client) << client.error().message;
  std::atomic<int> answered{0};
  support::at_once(kClients, [&](int) {
    for (int i = 0; i < kTlsEach; ++i) {
      if (is_ok(client->get(vip_, "/livez", seconds{60}))) answered.fetch_add(1);
    }
  });
  EXPECT_EQ(answered.load(), kClients * kTlsEach);
}

TEST_F(BalancedTls, AClientOfAnotherCaRefuses) {
  const support::TemporaryFolder other;
  const auto made = programs_->make_certificates(folder_.path() / "cluster.yaml", other.path() / "pki");
  ASSERT_TRUE(made) << made.error().message;
  const auto stranger = support::TlsClient::make(made->ca(), "127.0.0.1");
  ASSERT_TRUE(stranger);
  const auto response = stranger->get(vip_, "/livez", seconds{20});
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("the certificate is refused"));
  const auto wrong_name = support::TlsClient::make(files_.ca(), "wrong.home.arpa");
  ASSERT_TRUE(wrong_name);
  EXPECT_FALSE(wrong_name->get(vip_, "/livez", seconds{20}));
}

TEST_F(BalancedTls, AWatchRunsWhileOthersComeAndGo) {
  auto client = support::TlsClient::make(files_.ca(), "127.0.0.1");
  ASSERT_TRUE(client);
  auto watch = client->watch(vip_, "/watch?interval=1ms", seconds{20});
  ASSERT_TRUE(watch) << watch.error().message;
  for (int i = 0; i < 100; ++i) {
    const auto line = watch->next_line(std::chrono::steady_clock::now() + seconds{20});
    ASSERT_TRUE(line && *line);
    EXPECT_THAT(**line, HasSubstr("\"event\":" + std::to_string(i + 1) + ","));
    EXPECT_TRUE(client->get(vip_, "/readyz", seconds{20}));
  }
}

// One connection: a stretch of the pattern there and back, ended by half-close in each direction.
void carry(const base::SocketAddress& vip, std::uint64_t seed) {
  const support::BytePattern pattern(seed);
  const auto socket = support::connect_to(vip);
  support::send_pattern(socket, pattern, 0, kBytesEach);
  support::half_close(socket);
  const std::uint64_t received = support::recv_pattern(socket, pattern);
  if (received != kBytesEach) throw std::runtime_error(std::to_string(received) + " bytes came back");
}

class Carriers {
 public:
  void carry_once(const base::SocketAddress& vip, std::uint64_t seed) {
    try {
      carry(vip, seed);
      done_.fetch_add(1);
    } catch (const std::exception& error) {
      const std::lock_guard lock(mutex_);
      if (trouble_.empty()) trouble_ = "connection " + std::to_string(seed) + ": " + error.what();
    }
  }
  [[nodiscard]] int done() const { return done_.load(); }
  [[nodiscard]] std::string trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

 private:
  std::atomic<int> done_{0};
  mutable std::mutex mutex_;
  std::string trouble_;
};

class BalancedTcp : public Balanced {
 protected:
  void SetUp() override { start_balancer({servers_[0].address(), servers_[1].address(), servers_[2].address()}); }

  std::array<support::EchoServer, 3> servers_;
};

TEST_F(BalancedTcp, TenThousandConnectionsInARowLoseNone) {
  Carriers carriers;
  for (int i = 0; i < kConnections; ++i) carriers.carry_once(vip_, static_cast<std::uint64_t>(i));
  EXPECT_EQ(carriers.done(), kConnections) << carriers.trouble();
}

TEST_F(BalancedTcp, TenThousandConnectionsOfManyClientsAtOnceLoseNone) {
  Carriers carriers;
  std::atomic<int> next{0};
  support::at_once(kClients, [&](int) {
    for (int i = next.fetch_add(1); i < kConnections; i = next.fetch_add(1)) {
      carriers.carry_once(vip_, static_cast<std::uint64_t>(i));
    }
  });
  EXPECT_EQ(carriers.done(), kConnections) << carriers.trouble();
}

// A server that dies right behind its last bytes: bytes and reset may reach the balancer as one event of its loop.
class BalancedReset : public Balanced {
 protected:
  void SetUp() override { start_balancer({server_.address()}); }

  // False: the client was left waiting.
  [[nodiscard]] bool sees_the_end() const {
    const auto socket = support::connect_to(vip_);
    support::send_all(socket, "?");
    try {
      (void)support::recv_all(socket, seconds{5});
    } catch (const support::SocketError& error) {
      return error.error() == ECONNRESET;
    }
    return true;
  }

  support::ScriptedServer server_{[](base::UniqueFd socket) {
    (void)support::recv_exactly(socket, 1);
    support::send_all(socket, "last words");
    support::reset(std::move(socket));
  }};
};

TEST_F(BalancedReset, IsPassedOnWhenItComesRightBehindTheLastBytes) {
  for (int i = 0; i < kResets; ++i) ASSERT_TRUE(sees_the_end()) << "connection " << i;
}

}  // namespace
}  // namespace tests
