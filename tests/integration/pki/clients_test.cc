// Clients that are not ours with the files of a PKI whose authority has name constraints on: kubectl (Go) by every
// kubeconfig and curl (OpenSSL), against the stand-in for kube-apiserver, which asks for a client's certificate.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/folder_state.h"
#include "tests/support/pki_folder.h"
#include "tests/support/tcp.h"

namespace tests {
namespace {

using testing::HasSubstr;

// The VIP is this machine, and the endpoint's port is the server's: so kubeconfigs reach it.
std::string yaml_with(const base::SocketAddress& server) {
  return R"(apiVersion: keepstate/v1
kind: Cluster
metadata: {name: clients}
spec:
  domain: test.home.arpa
  controlPlaneEndpoint: kubernetes.test.home.arpa:)" +
         std::to_string(server.port()) + R"(
  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}
  loadBalancer: {vip: 127.0.0.1}
  pki: {nameConstraints: {}}
  machines:
    - {name: controller-0, role: control-plane, address: 127.0.0.11}
    - {name: worker-0, role: worker, address: 127.0.0.21}
)";
}

class PkiClients : public testing::Test {
 protected:
  void SetUp() override {
    const auto made = pki_.run("init");
    ASSERT_TRUE(made.status.ok()) << made.err;
    auto programs = support::Programs::in(KEEPSTATE_BIN_DIR);
    ASSERT_TRUE(programs) << programs.error().message;
    auto server = programs->start_api_server("api-0", address_, pki_.files(), {"--client-ca", pki_.at("ca.pem")});
    ASSERT_TRUE(server) << server.error().message;
    server_.emplace(std::move(*server));
  }

  [[nodiscard]] base::Output kubectl(const std::string& kubeconfig) const {
    return support::run_program(
        {"kubectl", "--kubeconfig", kubeconfig, "--request-timeout=20s", "get", "--raw", "/whoami"});
  }
  [[nodiscard]] base::Output curl(const std::string& host, const std::string& client) const {
    const std::string port = std::to_string(address_.port());
    return support::run_program({"curl", "--silent", "--show-error", "--max-time", "20", "--cacert", pki_.at("ca.pem"),
                                 "--cert", pki_.at(client + ".pem"), "--key", pki_.at(client + "-key.pem"), "--resolve",
                                 host + ":" + port + ":127.0.0.1", "https://" + host + ":" + port + "/whoami"});
  }

  base::SocketAddress address_ = support::free_address();
  support::PkiFolder pki_{KEEPSTATE_BIN_DIR, yaml_with(address_)};
  std::optional<support::RunningServer> server_;
};

TEST_F(PkiClients, KubectlIsWhoItShouldBeByEachKubeconfig) {
  if (support::run_program({"kubectl", "version", "--client"}).status.value == -1) {
    GTEST_SKIP() << "kubectl is missing; Debian: apt-get install kubernetes-client";
  }
  const std::map<std::string, std::string> users{
      {"admin.kubeconfig", "O=system:masters,CN=admin"},
      {"admin-remote.kubeconfig", "O=system:masters,CN=admin"},
      {"kube-controller-manager.kubeconfig", "O=system:kube-controller-manager,CN=system:kube-controller-manager"},
      {"kube-scheduler.kubeconfig", "O=system:kube-scheduler,CN=system:kube-scheduler"},
      {"kube-proxy.kubeconfig", "O=system:node-proxier,CN=system:kube-proxy"},
      {"worker-0.kubeconfig", "O=system:nodes,CN=system:node:worker-0"}};
  for (const auto& [file, user] : users) {
    const auto said = kubectl(pki_.at(file));
    EXPECT_TRUE(said.status.ok()) << file << ": " << said.err;
    EXPECT_EQ(said.out, user) << file;
  }
}

TEST_F(PkiClients, KubectlTakesAKubeconfigForAnotherWay) {
  if (support::run_program({"kubectl", "version", "--client"}).status.value == -1) {
    GTEST_SKIP() << "kubectl is missing; Debian: apt-get install kubernetes-client";
  }
  const auto file = pki_.scratch() / "another";
  const std::string url = "https://localhost:" + std::to_string(address_.port());
  const auto unnamed = pki_.run_into(file, "kubeconfig", {"admin", "--server", url});
  ASSERT_TRUE(unnamed.status.ok());
  EXPECT_FALSE(kubectl(file.string()).status.ok()) << "kubernetes.pem does not name localhost";
  const auto named = pki_.run(
      "kubeconfig", {"worker-0", "--server", "https://" + address_.to_string(), "--to", file.string(), "--replace"});
  ASSERT_TRUE(named.status.ok()) << named.err;
  EXPECT_EQ(kubectl(file.string()).out, "O=system:nodes,CN=system:node:worker-0");
}

TEST_F(PkiClients, KubectlWorksInEveryStageOfARotation) {
  if (support::run_program({"kubectl", "version", "--client"}).status.value == -1) {
    GTEST_SKIP() << "kubectl is missing; Debian: apt-get install kubernetes-client";
  }
  auto programs = support::Programs::in(KEEPSTATE_BIN_DIR);
  ASSERT_TRUE(programs) << programs.error().message;
  for (const auto& words : {std::vector<std::string>{}, {"--continue", "2"}, {"--continue", "3"}}) {
    const std::string before = support::content_of(pki_.at("admin.kubeconfig"));
    const auto rotated = pki_.run("rotate-ca", words);
    ASSERT_TRUE(rotated.status.ok()) << rotated.err;
    const auto old = pki_.scratch() / "old.kubeconfig";
    support::put(old, before);
    // The server is still of the stage before, or the client is: either way they understand each other.
    EXPECT_EQ(kubectl(pki_.at("admin.kubeconfig")).out, "O=system:masters,CN=admin");
    server_.reset();
    auto server = programs->start_api_server("api-0", address_, pki_.files(), {"--client-ca", pki_.at("ca.pem")});
    ASSERT_TRUE(server) << server.error().message;
    server_.emplace(std::move(*server));
    EXPECT_EQ(kubectl(old.string()).out, "O=system:masters,CN=admin");
    EXPECT_EQ(kubectl(pki_.at("admin.kubeconfig")).out, "O=system:masters,CN=admin");
  }
}

TEST_F(PkiClients, CurlTrustsTheServerByItsNamesDespiteConstraints) {
  for (const char* host : {"127.0.0.1", "kubernetes", "kubernetes.default.svc.cluster.local",
                           "kubernetes.test.home.arpa", "controller-0"}) {
    const auto said = curl(host, "worker-0");
    EXPECT_TRUE(said.status.ok()) << host << ": " << said.err;
    EXPECT_EQ(said.out, "O=system:nodes,CN=system:node:worker-0");
  }
  EXPECT_THAT(curl("elsewhere.home.arpa", "worker-0").err, HasSubstr("elsewhere.home.arpa"));
}

TEST_F(PkiClients, VerifyFindsTheLiveServerSound) {
  const auto said = pki_.run("verify", {"--server", address_.to_string()});
  EXPECT_TRUE(said.status.ok()) << said.out << said.err;
  EXPECT_THAT(said.out, HasSubstr("ok    it is kubernetes.pem of the folder\n"));
}

}  // namespace
}  // namespace tests
