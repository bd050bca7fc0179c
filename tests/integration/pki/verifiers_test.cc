// Every file of a PKI, of every algorithm, judged by the openssl program; and what the bundle's script leaves on a
// machine, judged by tar, stat and the openssl program.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/folder_state.h"
#include "tests/support/pki_folder.h"

namespace tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::string yaml_of(const std::string& pki) {
  return R"(apiVersion: keepstate/v1
kind: Cluster
metadata: {name: verifiers}
spec:
  domain: test.home.arpa
  controlPlaneEndpoint: kubernetes.test.home.arpa:6443
  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}
  loadBalancer: {vip: 10.240.0.40}
  pki: )" +
         pki +
         R"(
  machines:
    - {name: controller-0, role: control-plane, address: 10.240.0.10}
    - {name: controller-1, role: control-plane, address: 10.240.0.11}
    - {name: controller-2, role: control-plane, address: 10.240.0.12}
    - {name: worker-0, role: worker, address: 10.240.0.20}
)";
}

class PkiVerifiers : public testing::Test {
 protected:
  void make(const std::string& pki = "{}") {
    pki_.emplace(KEEPSTATE_BIN_DIR, yaml_of(pki));
    const auto made = pki_->run("init");
    ASSERT_TRUE(made.status.ok()) << made.err;
  }
  [[nodiscard]] base::Output openssl(std::vector<std::string> words) const {
    words.insert(words.begin(), "openssl");
    return support::run_program(words);
  }
  [[nodiscard]] base::Output verify(const std::string& name, std::vector<std::string> words) const {
    words.insert(words.begin(), {"verify", "-x509_strict", "-CAfile", pki_->at("ca.pem")});
    words.push_back(pki_->at(name + ".pem"));
    return openssl(words);
  }
  void expect_pair(const std::string& name) const {
    EXPECT_TRUE(openssl({"pkey", "-check", "-noout", "-in", pki_->at(name + "-key.pem")}).status.ok()) << name;
    EXPECT_EQ(openssl({"pkey", "-pubout", "-in", pki_->at(name + "-key.pem")}).out,
              openssl({"x509", "-pubkey", "-noout", "-in", pki_->at(name + ".pem")}).out);
  }
  void expect_purposes(const std::string& name, bool serves, bool calls) const {
    const auto server = verify(name, {"-purpose", "sslserver"});
    const auto client = verify(name, {"-purpose", "sslclient"});
    EXPECT_EQ(server.status.ok(), serves) << name << ": " << server.err;
    EXPECT_EQ(client.status.ok(), calls) << name << ": " << client.err;
  }
  void expect_sound() const {
    for (const char* name : {"ca", "admin", "kubernetes", "worker-0", "kube-controller-manager", "kube-scheduler",
                             "kube-proxy", "service-account"}) {
      expect_pair(name);
      const auto said = verify(name, {});
      EXPECT_TRUE(said.status.ok()) << name << ": " << said.err;
    }
    expect_purposes("kubernetes", true, true);
    expect_purposes("worker-0", true, true);
    for (const char* name : {"admin", "kube-controller-manager", "kube-scheduler", "kube-proxy"}) {
      expect_purposes(name, false, true);
    }
    expect_purposes("service-account", false, false);
  }
  // The root of a machine's file system.
  [[nodiscard]] fs::path root(const std::string& name) const {
    fs::path root = pki_->scratch() / "roots" / name;
    fs::create_directories(root);
    return root;
  }
  // The install.sh of the machine's bundle.
  [[nodiscard]] std::string unpacked(const std::string& machine) const {
    const fs::path tar = pki_->scratch() / (machine + ".tar");
    EXPECT_TRUE(pki_->run_into(tar, "bundle", {machine}).status.ok());
    EXPECT_TRUE(support::run_program({"tar", "-xpf", tar.string(), "-C", pki_->scratch().string()}).status.ok());
    return (pki_->scratch() / (machine + "-pki") / "install.sh").string();
  }

  std::optional<support::PkiFolder> pki_;
};

class PkiAlgorithms : public PkiVerifiers, public testing::WithParamInterface<const char*> {};

TEST_P(PkiAlgorithms, OpensslVerifiesEveryFileForItsPurposesOnly) {
  const std::string algorithm = GetParam();
  ASSERT_NO_FATAL_FAILURE(make("{algorithm: " + algorithm + ", validity: {leaf: 12h}}"));
  expect_sound();
  const auto text_of = [this](const char* file) {
    return openssl({"x509", "-noout", "-text", "-in", pki_->at(file)}).out;
  };
  const bool is_rsa = algorithm.starts_with("rsa");  // alone may be encrypted to
  EXPECT_EQ(text_of("kubernetes.pem").find("Key Encipherment") != std::string::npos, is_rsa);
  EXPECT_THAT(text_of("admin.pem"), Not(HasSubstr("Key Encipherment")));
}

const auto kAlgorithms = testing::Values("ecdsa-p256", "ecdsa-p384", "ed25519", "rsa-2048", "rsa-3072", "rsa-4096");

INSTANTIATE_TEST_SUITE_P(Pki, PkiAlgorithms, kAlgorithms, [](const auto& one) {
  std::string name(one.param);
  std::erase(name, '-');
  return name;
});

TEST_F(PkiVerifiers, OpensslVerifiesEveryFileInEveryStageOfRotateCa) {
  ASSERT_NO_FATAL_FAILURE(make());
  for (const auto& words : {std::vector<std::string>{}, {"--continue", "2"}, {"--continue", "3"}}) {
    const auto rotated = pki_->run("rotate-ca", words);
    ASSERT_TRUE(rotated.status.ok()) << rotated.err;
    expect_sound();
  }
}

// Lab 04 of the edition of 2020, its hostnames and addresses, and the one that it forgot.
TEST_F(PkiVerifiers, TheServerHasEveryNameOfTheHardWay) {
  ASSERT_NO_FATAL_FAILURE(make());
  for (const char* address : {"10.32.0.1", "10.240.0.10", "10.240.0.11", "10.240.0.12", "10.240.0.40", "127.0.0.1"}) {
    const auto said = verify("kubernetes", {"-purpose", "sslserver", "-verify_ip", address});
    EXPECT_TRUE(said.status.ok()) << address << ": " << said.err;
  }
  for (const char* name :
       {"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster",
        "kubernetes.svc.cluster.local", "kubernetes.default.svc.cluster.local"}) {
    const auto said = verify("kubernetes", {"-purpose", "sslserver", "-verify_hostname", name});
    EXPECT_TRUE(said.status.ok()) << name << ": " << said.err;
  }
}

TEST_F(PkiVerifiers, TheBundlesScriptPlacesWhatAMachineNeeds) {
  ASSERT_NO_FATAL_FAILURE(make());
  for (const char* machine : {"controller-1", "worker-0"}) {
    const std::string script = unpacked(machine);
    const auto installed = support::run_program({"sh", script, "--root", root(machine).string(), "--keep"});
    ASSERT_TRUE(installed.status.ok()) << installed.err;
    EXPECT_THAT(installed.out, HasSubstr("now run: systemctl restart "));
    const auto again = support::run_program({"sh", script, "--root", root(machine).string()});
    EXPECT_THAT(again.out, HasSubstr("nothing to restart"));
    EXPECT_FALSE(fs::exists(fs::path(script).parent_path())) << "no key stays where it was unpacked";
  }
  const fs::path controller = root("controller-1");
  EXPECT_EQ(support::mode_of(controller / "var/lib/kubernetes/ca-key.pem"), 0600U);
  EXPECT_EQ(support::content_of(controller / "var/lib/kubernetes/ca-signing.pem"),
            support::content_of(pki_->at("ca.pem")));
  EXPECT_EQ(support::mode_of(controller / "etc/etcd/kubernetes.pem"), 0644U);
  const fs::path kubelet = root("worker-0") / "var/lib/kubelet";
  EXPECT_EQ(support::mode_of(kubelet / "kubeconfig"), 0600U);
  EXPECT_EQ(support::content_of(kubelet / "kubeconfig"), support::content_of(pki_->at("worker-0.kubeconfig")));
  const auto said = openssl({"verify", "-CAfile", (controller / "etc/etcd/ca.pem").string(), "-verify_ip",
                             "10.240.0.20", (kubelet / "worker-0.pem").string()});
  EXPECT_TRUE(said.status.ok()) << said.err;
}

TEST_F(PkiVerifiers, AControllerThatBecomesAWorkerKeepsNoKeyOfAController) {
  ASSERT_NO_FATAL_FAILURE(make());
  for (const char* machine : {"controller-1", "worker-0"}) {
    const auto said = support::run_program({"sh", unpacked(machine), "--root", root("one").string()});
    ASSERT_TRUE(said.status.ok()) << said.err;
  }
  for (const char* gone : {"var/lib/kubernetes/ca-key.pem", "var/lib/kubernetes/admin.kubeconfig",
                           "var/lib/kubernetes/service-account-key.pem", "etc/etcd/kubernetes-key.pem"}) {
    EXPECT_FALSE(fs::exists(root("one") / gone)) << gone;
  }
  EXPECT_TRUE(fs::exists(root("one") / "var/lib/kubernetes/ca.pem"));
  EXPECT_TRUE(fs::exists(root("one") / "var/lib/kubelet/worker-0-key.pem"));
}

TEST_F(PkiVerifiers, NoKeyIsShownOnATerminal) {
  ASSERT_NO_FATAL_FAILURE(make());
  for (const char* command : {"bundle worker-0", "kubeconfig admin --server https://127.0.0.1:6443"}) {
    const auto said = support::run_program({"script", "-qec",
                                            fmt::format("'{}/keepstate-pki' {} -c '{}' --out '{}'", KEEPSTATE_BIN_DIR,
                                                        command, pki_->config().string(), pki_->path().string()),
                                            "/dev/null"});
    EXPECT_EQ(said.status.value, 2);
    EXPECT_THAT(said.out, HasSubstr("do not belong on a terminal"));
    EXPECT_THAT(said.out, Not(HasSubstr("client-key-data")));
  }
}

}  // namespace
}  // namespace tests
