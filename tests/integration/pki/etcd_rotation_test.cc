// rotate-ca under load: three members of a real etcd, each with the files of its own bundle, go through all stages, one
// member after another restarted in each, while keys are written; every key that was acknowledged is there afterwards.
//
// It is about the files and not about our memory, so a sanitizer need not see it.
#ifndef __SANITIZE_ADDRESS__
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "tests/support/etcd_cluster.h"
#include "tests/support/folder_state.h"
#include "tests/support/pki_folder.h"
#include "tests/support/tcp.h"

namespace tests {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using std::chrono::steady_clock;
using support::EtcdClient;
using support::EtcdCluster;
using testing::HasSubstr;

constexpr seconds kHealthyWithin{60};
constexpr seconds kOneKey{60};
constexpr int kRotationWriters = 4;

constexpr const char* kRotationYaml = R"(apiVersion: keepstate/v1
kind: Cluster
metadata: {name: rotation}
spec:
  controlPlaneEndpoint: kubernetes.test.home.arpa:6443
  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}
  loadBalancer: {vip: 127.0.0.1}
  pki: {nameConstraints: {}}
  machines:
    - {name: etcd-0, role: control-plane, address: 127.0.0.31}
    - {name: etcd-1, role: control-plane, address: 127.0.0.32}
    - {name: etcd-2, role: control-plane, address: 127.0.0.33}
)";

// Linux has all of 127.0.0.0/8; elsewhere the members differ by port alone.
std::vector<std::string> rotation_machines() {
  try {
    (void)support::free_address("127.0.0.33");
    return {"127.0.0.31", "127.0.0.32", "127.0.0.33"};
  } catch (const support::SocketError&) {
    return {"127.0.0.1", "127.0.0.1", "127.0.0.1"};
  }
}

// Writes one key after another, each through whichever member takes it, until it is told to stop.
class KeyWriters {
 public:
  explicit KeyWriters(const EtcdCluster& cluster) : cluster_(cluster) {
    for (int i = 0; i < kRotationWriters; ++i) threads_.emplace_back([this, i] { work(i); });
  }
  void stop() {
    stopping_.store(true);
    threads_.clear();
  }
  [[nodiscard]] std::vector<std::string> acknowledged() const {
    const std::lock_guard lock(mutex_);
    return acknowledged_;
  }
  [[nodiscard]] std::string trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

 private:
  void work(int writer) {
    for (int n = 0; !stopping_.load(); ++n) {
      const std::string key = "key-" + std::to_string(writer) + "-" + std::to_string(n);
      const std::string failure = write(key);
      const std::lock_guard lock(mutex_);
      if (!failure.empty()) {
        trouble_ = key + ": " + failure;
        return;
      }
      acknowledged_.push_back(key);
    }
  }

  // Empty: it is written.
  std::string write(const std::string& key) {
    const auto deadline = steady_clock::now() + kOneKey;
    std::string failure = "not tried";
    while (!failure.empty() && steady_clock::now() < deadline) {
      const auto written = cluster_.client_of(next_.fetch_add(1) % cluster_.size()).put(key, key);
      failure = written ? "" : written.error().message;
    }
    return failure;
  }

  const EtcdCluster& cluster_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;  // guards the two below
  std::vector<std::string> acknowledged_;
  std::string trouble_;
  std::vector<std::jthread> threads_;  // last: its threads use all above
};

class PkiRotation : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"etcd", "etcdctl"}) {
      if (support::run_program({name, name == std::string("etcd") ? "--version" : "version"}).status.value == -1) {
        GTEST_SKIP() << name << " is missing; Debian: apt-get install etcd-server etcd-client";
      }
    }
    const auto made = pki_.run("init");
    ASSERT_TRUE(made.status.ok()) << made.err;
    cluster_.emplace(rotation_machines(), pki_.files(), pki_.scratch());
    for (std::size_t i = 0; i < cluster_->size(); ++i) {
      ASSERT_NO_FATAL_FAILURE(install(i));
      cluster_->give_files(i, {root_of(i) / "etc/etcd"});
      const auto started = cluster_->start(i);
      ASSERT_TRUE(started) << started.error().message;
    }
    wait_until_healthy();
  }

  [[nodiscard]] fs::path root_of(std::size_t member) const {
    return pki_.scratch() / ("root of etcd-" + std::to_string(member));
  }
  void wait_until_healthy() const {
    const auto healthy = cluster_->wait_until_healthy(kHealthyWithin);
    ASSERT_TRUE(healthy) << healthy.error().message;
  }

  // What an operator does on a machine: the bundle's tar unpacked, its script run.
  void install(std::size_t member) const {
    const std::string machine = "etcd-" + std::to_string(member);
    const fs::path tar = pki_.scratch() / (machine + ".tar");
    fs::remove(tar);
    ASSERT_TRUE(pki_.run_into(tar, "bundle", {machine}).status.ok());
    const auto unpacked = support::run_program({"tar", "-xpf", tar.string(), "-C", pki_.scratch().string()});
    ASSERT_TRUE(unpacked.status.ok()) << unpacked.err;
    fs::create_directory(root_of(member));
    const std::string script = (pki_.scratch() / (machine + "-pki") / "install.sh").string();
    const auto installed = support::run_program({"sh", script, "--root", root_of(member).string()});
    ASSERT_TRUE(installed.status.ok()) << installed.err;
  }

  void roll_out() {
    for (std::size_t i = 0; i < cluster_->size(); ++i) {
      ASSERT_NO_FATAL_FAILURE(install(i));
      cluster_->kill(i);
      const auto started = cluster_->start(i);
      ASSERT_TRUE(started) << started.error().message;
      ASSERT_NO_FATAL_FAILURE(wait_until_healthy());
    }
  }
  [[nodiscard]] std::vector<std::string> with_servers(std::vector<std::string> words) const {
    for (std::size_t i = 0; i < cluster_->size(); ++i) {
      words.insert(words.end(), {"--server", cluster_->address(i).to_string()});
    }
    return words;
  }
  void rotate(const std::vector<std::string>& words, const char* stage) const {
    const auto done = pki_.run("rotate-ca", words);
    ASSERT_TRUE(done.status.ok()) << done.err << done.out;
    EXPECT_THAT(done.out, HasSubstr(stage));
  }

  support::PkiFolder pki_{KEEPSTATE_BIN_DIR, kRotationYaml};
  std::optional<EtcdCluster> cluster_;
};

TEST_F(PkiRotation, EtcdKeepsServingThroughRotateCa) {
  const std::string old = support::content_of(pki_.at("ca.pem"));
  KeyWriters writers(*cluster_);
  ASSERT_NO_FATAL_FAILURE(rotate({}, "stage 1 of 3"));
  // Before the roll-out nobody knows the new authority, which the servers themselves tell.
  const auto early = pki_.run("rotate-ca", with_servers({"--continue", "2"}));
  EXPECT_EQ(early.status.value, 1);
  EXPECT_THAT(early.err, HasSubstr("does not trust the new authority yet"));
  ASSERT_NO_FATAL_FAILURE(roll_out());
  ASSERT_NO_FATAL_FAILURE(rotate(with_servers({"--continue", "2"}), "stage 2 of 3"));
  const auto still_early = pki_.run("rotate-ca", with_servers({"--continue", "3"}));
  EXPECT_EQ(still_early.status.value, 1);
  EXPECT_THAT(still_early.err, HasSubstr("kubernetes.pem"));
  ASSERT_NO_FATAL_FAILURE(roll_out());
  ASSERT_NO_FATAL_FAILURE(rotate(with_servers({"--continue", "3"}), "stage 3 of 3"));
  ASSERT_NO_FATAL_FAILURE(roll_out());
  writers.stop();

  EXPECT_EQ(writers.trouble(), "");
  const auto acknowledged = writers.acknowledged();
  EXPECT_GT(acknowledged.size(), 20U);
  const auto pairs = cluster_->client_of(0).get_all("key-");
  ASSERT_TRUE(pairs) << pairs.error().message;
  for (const auto& key : acknowledged) {
    ASSERT_EQ(pairs->count(key), 1U) << key << " was acknowledged and is lost";
    EXPECT_EQ(pairs->at(key), key);
  }
  // Nothing of the old authority is left.
  const std::string now = support::content_of(pki_.at("ca.pem"));
  EXPECT_EQ(now.find(old), std::string::npos);
  EXPECT_EQ(support::content_of(root_of(2) / "etc/etcd/ca.pem"), now);
  EXPECT_FALSE(fs::exists(pki_.at("ca-next.pem")));
  EXPECT_THAT(pki_.run("rotate-ca", {"--status"}).out, HasSubstr("nothing is under way"));
}

}  // namespace
}  // namespace tests
#endif
