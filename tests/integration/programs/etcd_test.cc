// A real server behind the balancer: three members of etcd, of which the leader is killed and comes back while keys are
// written through the VIP.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "lib/base/file_system.h"
#include "tests/support/etcd_cluster.h"
#include "tests/support/programs.h"
#include "tests/support/tcp.h"
#include "tests/support/temporary_folder.h"

namespace tests {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using support::EtcdClient;
using support::EtcdCluster;

constexpr int kKeys = 1000;
constexpr int kWriters = 8;
constexpr int kKillAt = 300;   // keys written by then
constexpr int kStartAt = 650;  // likewise
constexpr seconds kOnePut{60};

constexpr const char* kEtcdYaml = R"(apiVersion: keepstate/v1
kind: Cluster
metadata: {name: etcd}
spec:
  controlPlaneEndpoint: kubernetes.test.home.arpa:6443
  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}
  loadBalancer: {vip: 127.0.0.1}
  machines:
    - {name: etcd-0, role: control-plane, address: 127.0.0.21}
    - {name: etcd-1, role: control-plane, address: 127.0.0.22}
    - {name: etcd-2, role: control-plane, address: 127.0.0.23}
)";

std::string key_of(int i) {
  return "key-" + std::to_string(i);
}
std::string value_of(int i) {
  return "value of " + std::to_string(i * 7919);
}

// Linux has all of 127.0.0.0/8; elsewhere the members differ by port alone.
std::vector<std::string> machines() {
  try {
    (void)support::free_address("127.0.0.23");
    return {"127.0.0.21", "127.0.0.22", "127.0.0.23"};
  } catch (const support::SocketError&) {
    return {"127.0.0.1", "127.0.0.1", "127.0.0.1"};
  }
}

const char* missing_program() {
  for (const char* name : {"etcd", "etcdctl"}) {
    if (!base::run_captured({name, name == std::string("etcd") ? "--version" : "version"})) return name;
  }
  return nullptr;
}

// Writes key-0 ... key-999 through one address, in parallel; what etcd did not acknowledge is tried again.
class Writers {
 public:
  explicit Writers(EtcdClient client) : client_(std::move(client)) {
    for (int i = 0; i < kWriters; ++i) threads_.emplace_back([this] { work(); });
  }

  // Blocks until so many are written, or a key was given up.
  void wait_for(int written) {
    for (int now = written_.load(); now < written && !gave_up_.load(); now = written_.load()) written_.wait(now);
  }
  void join() { threads_.clear(); }
  [[nodiscard]] int written() const { return written_.load(); }
  [[nodiscard]] int tried_again() const { return tried_again_.load(); }
  [[nodiscard]] std::string trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

 private:
  void work() {
    for (int i = next_.fetch_add(1); i < kKeys && !gave_up_.load(); i = next_.fetch_add(1)) write(i);
  }

  void write(int i) {
    const auto deadline = steady_clock::now() + kOnePut;
    auto done = client_.put(key_of(i), value_of(i));
    while (!done && steady_clock::now() < deadline) {
      tried_again_.fetch_add(1);
      done = client_.put(key_of(i), value_of(i));
    }
    if (done) {
      written_.fetch_add(1);
    } else {
      const std::lock_guard lock(mutex_);
      trouble_ = key_of(i) + ": " + done.error().message;
      gave_up_.store(true);
      written_.fetch_add(1);  // a changed value is what wakes wait_for
    }
    written_.notify_all();
  }

  EtcdClient client_;
  std::atomic<int> next_{0};
  std::atomic<int> written_{0};
  std::atomic<int> tried_again_{0};
  std::atomic<bool> gave_up_{false};
  mutable std::mutex mutex_;
  std::string trouble_;
  std::vector<std::jthread> threads_;  // last: its threads use all above
};

class EtcdBehindTheBalancer : public testing::Test {
 protected:
  void SetUp() override {
    if (const char* name = missing_program()) {
      GTEST_SKIP() << name << " is missing; Debian: apt-get install etcd-server etcd-client";
    }
    auto programs = support::Programs::in(KEEPSTATE_BIN_DIR);
    ASSERT_TRUE(programs) << programs.error().message;
    const auto yaml = folder_.path() / "cluster.yaml";
    ASSERT_TRUE(base::write_file(yaml, kEtcdYaml, 0644));
    auto files = programs->make_certificates(yaml, folder_.path() / "pki");
    ASSERT_TRUE(files) << files.error().message;
    files_ = *files;
    start_etcd();
    if (!HasFatalFailure()) start_balancer(*programs);
  }

  void TearDown() override {
    if (!balancer_) return;
    const auto ended = support::end_balancer(*balancer_, folder_.path() / "lb.log");
    EXPECT_TRUE(ended) << ended.error().message;
  }

  void start_etcd() {
    etcd_.emplace(machines(), files_, folder_.path());
    for (std::size_t i = 0; i < etcd_->size(); ++i) {
      const auto started = etcd_->start(i);
      ASSERT_TRUE(started) << started.error().message;
    }
    const auto healthy = etcd_->wait_until_healthy(seconds{60});
    ASSERT_TRUE(healthy) << healthy.error().message;
  }

  void start_balancer(const support::Programs& programs) {
    vip_ = support::free_address();
    const auto admin = support::free_address();
    std::vector<std::string> arguments{"--listen",        vip_.to_string(), "--admin",
                                       admin.to_string(), "--socket",       (folder_.path() / "lb.sock").string()};
    for (std::size_t i = 0; i < etcd_->size(); ++i) {
      arguments.insert(arguments.end(), {"--backend", etcd_->address(i).to_string()});
    }
    auto balancer = programs.start_balancer(arguments, admin, folder_.path() / "lb.log");
    ASSERT_TRUE(balancer) << balancer.error().message;
    balancer_ = std::move(*balancer);
  }

  support::TemporaryFolder folder_;
  support::CertificateFiles files_;
  std::optional<EtcdCluster> etcd_;
  std::optional<base::Subprocess> balancer_;
  base::SocketAddress vip_;
};

TEST_F(EtcdBehindTheBalancer, KeepsEveryAcknowledgedKeyWhileTheLeaderDiesAndComesBack) {
  Writers writers(EtcdClient(vip_, files_));
  writers.wait_for(kKillAt);
  const auto leader = etcd_->leader();
  ASSERT_TRUE(leader) << leader.error().message;
  etcd_->kill(*leader);
  writers.wait_for(kStartAt);
  const auto started = etcd_->start(*leader);
  ASSERT_TRUE(started) << started.error().message;
  writers.join();
  ASSERT_EQ(writers.trouble(), "");
  EXPECT_EQ(writers.written(), kKeys);

  const auto healthy = etcd_->wait_until_healthy(seconds{60});
  ASSERT_TRUE(healthy) << healthy.error().message;
  const auto pairs = EtcdClient(vip_, files_).get_all("key-");
  ASSERT_TRUE(pairs) << pairs.error().message;
  EXPECT_EQ(pairs->size(), static_cast<std::size_t>(kKeys));
  for (int i = 0; i < kKeys; ++i) {
    const auto found = pairs->find(key_of(i));
    ASSERT_NE(found, pairs->end()) << key_of(i) << " was acknowledged and is lost";
    EXPECT_EQ(found->second, value_of(i));
  }
  RecordProperty("puts_tried_again", writers.tried_again());
  EXPECT_TRUE(balancer_->is_running());
}

}  // namespace
}  // namespace tests
