// keepstate-pki as its users run it, judged by the openssl program and not by our own reader.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "lib/base/exit_code.h"
#include "lib/base/subprocess.h"
#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"

namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using tests::support::content_of;
using tests::support::mode_of;
using tests::support::put;
using tests::support::state_of;

constexpr const char* kProgram = KEEPSTATE_BIN_DIR "/keepstate-pki";
constexpr const char* kCluster = R"(apiVersion: keepstate/v1
kind: Cluster
metadata: {name: hard-way}
spec:
  domain: cluster.home.arpa
  controlPlaneEndpoint: kubernetes.cluster.home.arpa:6443
  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24, dnsDomain: cluster.local}
  loadBalancer: {vip: 10.10.0.1}
  machines:
    - {name: controller-0, role: control-plane, address: 10.10.0.11}
    - {name: controller-1, role: control-plane, address: 10.10.0.12}
    - {name: worker-0, role: worker, address: 10.10.0.21}
)";

base::Output run(const std::vector<std::string>& argv) {
  auto output = base::run_captured(argv);
  if (output) return std::move(*output);
  ADD_FAILURE() << output.error().message;
  return {{base::ExitStatus::Kind::kExited, -1}, "", ""};
}

base::Output run_pki(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), kProgram);
  return run(arguments);
}

base::Output run_openssl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "openssl");
  return run(arguments);
}

class PkiProgram : public testing::Test {
 protected:
  PkiProgram() { put(config_, kCluster); }

  [[nodiscard]] base::Output init() const {
    return run_pki({"init", "-c", config_.string(), "--out", folder_.string()});
  }
  void make() const {
    const auto made = init();
    ASSERT_EQ(made.status.value, base::kExitOk) << made.err;
  }
  [[nodiscard]] std::string at(const std::string& file) const { return (folder_ / file).string(); }

  // What `openssl verify` says of a certificate, with further words such as -purpose sslserver.
  [[nodiscard]] base::Output verify(const char* file, std::vector<std::string> words) const {
    words.insert(words.begin(), {"verify", "-x509_strict", "-CAfile", at("ca.pem")});
    words.push_back(at(file));
    return run_openssl(words);
  }
  [[nodiscard]] std::string text_of(const char* file) const {
    return run_openssl({"x509", "-noout", "-text", "-nameopt", "RFC2253", "-in", at(file)}).out;
  }

  void expect_refusal(const std::string& message) const {
    const auto before = state_of(folder_);
    const auto refused = init();
    EXPECT_EQ(refused.status.value, base::kExitFailed);
    EXPECT_THAT(refused.err, AllOf(HasSubstr(message), HasSubstr("keepstate-pki: nothing was changed\n")));
    EXPECT_THAT(refused.out, IsEmpty());
    EXPECT_EQ(state_of(folder_), before);
  }

  tests::support::TemporaryFolder scratch_;
  fs::path config_ = scratch_.path() / "cluster.yaml";
  fs::path folder_ = scratch_.path() / "the pki";
};

TEST_F(PkiProgram, OpensslTrustsTheServerUnderEveryName) {
  make();
  for (const char* address : {"10.10.0.1", "10.10.0.11", "10.10.0.12", "10.32.0.1", "127.0.0.1"}) {
    const auto said = verify("kubernetes.pem", {"-purpose", "sslserver", "-verify_ip", address});
    EXPECT_TRUE(said.status.ok()) << address << ": " << said.err;
  }
  for (const char* name : {"kubernetes.cluster.home.arpa", "controller-0", "controller-0.cluster.home.arpa",
                           "controller-1", "controller-1.cluster.home.arpa", "kubernetes", "kubernetes.default",
                           "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"}) {
    const auto said = verify("kubernetes.pem", {"-purpose", "sslserver", "-verify_hostname", name});
    EXPECT_TRUE(said.status.ok()) << name << ": " << said.err;
  }
  EXPECT_TRUE(verify("worker-0.pem", {"-verify_hostname", "worker-0.cluster.home.arpa"}).status.ok());
  EXPECT_TRUE(verify("worker-0.pem", {"-verify_ip", "10.10.0.21"}).status.ok());
}

TEST_F(PkiProgram, OpensslTrustsNoOtherName) {
  make();
  EXPECT_FALSE(verify("kubernetes.pem", {"-verify_ip", "10.10.0.21"}).status.ok());
  EXPECT_FALSE(verify("kubernetes.pem", {"-verify_hostname", "worker-0"}).status.ok());
}

TEST_F(PkiProgram, OpensslHeedsTheNameConstraints) {
  put(config_, std::string(kCluster) + "  pki: {nameConstraints: {}}\n");
  make();
  EXPECT_THAT(text_of("ca.pem"), HasSubstr("X509v3 Name Constraints: critical\n"));
  for (const char* file : {"kubernetes.pem", "worker-0.pem"}) {
    const auto said = verify(file, {"-purpose", "sslserver"});
    EXPECT_TRUE(said.status.ok()) << file << ": " << said.err;
  }
  for (const char* file : {"admin.pem", "kube-proxy.pem", "service-account.pem"}) {
    EXPECT_TRUE(verify(file, {}).status.ok()) << file;
  }
  // A certificate that the stolen key signs for somebody else.
  const std::string extensions = (scratch_.path() / "extensions").string();
  put(extensions, "subjectAltName=DNS:www.example.org\n");
  const std::string request = (scratch_.path() / "request.pem").string();
  ASSERT_TRUE(run_openssl({"req", "-new", "-key", at("admin-key.pem"), "-subj", "/CN=x", "-out", request}).status.ok());
  ASSERT_TRUE(run_openssl({"x509", "-req", "-in", request, "-CA", at("ca.pem"), "-CAkey", at("ca-key.pem"), "-extfile",
                           extensions, "-out", at("stolen.pem")})
                  .status.ok());
  EXPECT_THAT(verify("stolen.pem", {}).err, HasSubstr("permitted subtree violation"));
}

TEST_F(PkiProgram, OpensslOpensTheAuthoritysKeyByItsPassphrase) {
  const std::string file = (scratch_.path() / "passphrase").string();
  put(file, "correct horse\n");
  const auto made = run_pki({"init", "-c", config_.string(), "--out", folder_.string(), "--ca-passphrase-file", file});
  ASSERT_EQ(made.status.value, base::kExitOk) << made.err;
  EXPECT_TRUE(run_openssl({"pkey", "-in", at("ca-key.pem"), "-passin", "file:" + file, "-noout"}).status.ok());
  EXPECT_FALSE(run_openssl({"pkey", "-in", at("ca-key.pem"), "-passin", "pass:wrong", "-noout"}).status.ok());
  EXPECT_THAT(run_openssl({"asn1parse", "-in", at("ca-key.pem")}).out,
              AllOf(HasSubstr("PBKDF2"), HasSubstr("aes-256-cbc"), HasSubstr("hmacWithSHA256")));
}

TEST_F(PkiProgram, RenewsForTheSameKeyAndOpensslTrustsIt) {
  make();
  const auto key = content_of(at("worker-0-key.pem"));
  const auto old = content_of(at("worker-0.pem"));
  const auto renewed = run_pki({"renew", "worker-0", "-c", config_.string(), "--out", folder_.string()});
  ASSERT_EQ(renewed.status.value, base::kExitOk) << renewed.err;
  EXPECT_THAT(renewed.out, HasSubstr("  worker-0  kubelet\n"));
  EXPECT_EQ(content_of(at("worker-0-key.pem")), key);
  EXPECT_NE(content_of(at("worker-0.pem")), old);
  EXPECT_TRUE(verify("worker-0.pem", {"-purpose", "sslserver"}).status.ok());
  const auto plan = run_pki({"plan", "-c", config_.string(), "--out", folder_.string()});
  EXPECT_THAT(plan.out, HasSubstr("nothing to do: all 23 files"));
}

TEST_F(PkiProgram, ChecksWhenTheyEnd) {
  make();
  EXPECT_EQ(run_pki({"check", "-c", config_.string(), "--out", folder_.string()}).status.value, base::kExitOk);
  EXPECT_EQ(run_pki({"check", "-c", config_.string(), "--out", folder_.string(), "--within", "2y"}).status.value,
            base::kExitFailed);
}

TEST_F(PkiProgram, CertificatesSayWhatTheyShould) {
  make();
  EXPECT_THAT(text_of("ca.pem"),
              AllOf(HasSubstr("Subject: CN=Kubernetes,O=Kubernetes\n"), HasSubstr("CA:TRUE, pathlen:0\n"),
                    HasSubstr("Key Usage: critical\n                Certificate Sign, CRL Sign\n")));
  EXPECT_THAT(text_of("kubernetes.pem"),
              AllOf(HasSubstr("Subject: CN=kubernetes\n"), HasSubstr("Signature Algorithm: ecdsa-with-SHA256"),
                    HasSubstr("Basic Constraints: critical\n                CA:FALSE\n"),
                    HasSubstr("Key Usage: critical\n                Digital Signature\n"),
                    HasSubstr("TLS Web Server Authentication, TLS Web Client Authentication\n"),
                    HasSubstr("IP Address:10.32.0.1, IP Address:127.0.0.1\n")));
  EXPECT_THAT(text_of("admin.pem"),
              AllOf(HasSubstr("Subject: CN=admin,O=system:masters\n"),
                    HasSubstr("                TLS Web Client Authentication\n"), Not(HasSubstr("Alternative"))));
}

TEST_F(PkiProgram, ModesHoldUnderAnyUmask) {
  for (const mode_t mask : {0777U, 0U}) {
    fs::remove_all(folder_);
    const mode_t old = ::umask(mask);
    const auto made = init();
    ::umask(old);
    ASSERT_EQ(made.status.value, base::kExitOk) << made.err;
    EXPECT_EQ(mode_of(folder_), 0700U);
    for (const char* key : {"ca-key.pem", "kubernetes-key.pem", "admin-key.pem"}) EXPECT_EQ(mode_of(at(key)), 0600U);
    for (const char* file : {"ca.pem", "kubernetes.pem", "admin.pem"}) EXPECT_EQ(mode_of(at(file)), 0644U);
    EXPECT_EQ(state_of(folder_).size(), 23U) << "a temporary file was left behind";
  }
}

TEST_F(PkiProgram, ASecondRunTouchesNothingAndSaysSo) {
  make();
  const auto before = state_of(folder_);  // inodes, times, modes, sizes
  std::map<std::string, std::string> bytes;
  for (const auto& [file, state] : before) bytes[file] = content_of(at(file));
  const auto again = init();
  EXPECT_EQ(again.status.value, base::kExitOk);
  EXPECT_THAT(again.out, AllOf(HasSubstr("nothing to do: all 23 files are in "), Not(HasSubstr("made "))));
  EXPECT_EQ(state_of(folder_), before);
  for (const auto& [file, content] : bytes) EXPECT_EQ(content_of(at(file)), content) << file;
}

TEST_F(PkiProgram, CompletesASetForTheKeysThatAreThere) {
  make();
  const auto before = state_of(folder_);
  for (const char* file : {"ca.pem", "kubernetes.pem"}) fs::remove(at(file));
  const auto again = init();
  EXPECT_EQ(again.status.value, base::kExitOk) << again.err;
  EXPECT_THAT(again.out, HasSubstr("2 made, 6 renewed, 15 kept in "));
  const auto after = state_of(folder_);
  for (const char* kept : {"ca-key.pem", "kubernetes-key.pem", "admin-key.pem", "admin.pem"}) {
    EXPECT_EQ(after.at(kept), before.at(kept)) << kept;
  }
  // The authority's new certificate stands for what the old one signed.
  EXPECT_TRUE(verify("admin.pem", {"-purpose", "sslclient"}).status.ok());
  EXPECT_TRUE(verify("kubernetes.pem", {"-purpose", "sslserver"}).status.ok());
}

TEST_F(PkiProgram, RefusesAForeignAuthority) {
  make();
  const auto other = scratch_.path() / "other";
  ASSERT_EQ(run_pki({"init", "-c", config_.string(), "--out", other.string()}).status.value, base::kExitOk);
  const std::string own = content_of(at("ca.pem"));
  put(at("ca.pem"), content_of(other / "ca.pem"));
  expect_refusal(at("ca.pem") + ": it is not for the key in ca-key.pem");
  put(at("ca.pem"), own);
  put(at("admin.pem"), content_of(other / "admin.pem"));
  put(at("admin-key.pem"), content_of(other / "admin-key.pem"));
  expect_refusal(at("admin.pem") + ": it was signed by another authority");
}

TEST_F(PkiProgram, RefusesDamagedMissingAndForeignKeys) {
  make();
  const std::string key = content_of(at("admin-key.pem"));
  put(at("admin-key.pem"), key.substr(0, key.size() / 2));
  expect_refusal(at("admin-key.pem") + ": it is not a whole private key in PEM form: ");
  put(at("admin-key.pem"), content_of(at("ca-key.pem")));
  expect_refusal(at("admin.pem") + ": it is not for the key in admin-key.pem");
  fs::remove(at("admin-key.pem"));
  expect_refusal(at("admin-key.pem") + ": it is missing while admin.pem is there");
  put(at("admin-key.pem"), key);
  fs::remove(at("ca-key.pem"));
  expect_refusal(at("ca-key.pem") + ": it is missing while ca.pem is there");
  fs::remove(at("ca.pem"));
  expect_refusal(at("ca-key.pem") + ": it is missing while certificates are there");
}

TEST_F(PkiProgram, UsesAnAuthorityThatOpensslMade) {
  fs::create_directory(folder_);
  const auto made = run_openssl({"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj",
                                 "/C=US/O=Example/CN=Elsewhere", "-addext", "keyUsage=critical,keyCertSign", "-keyout",
                                 at("ca-key.pem"), "-out", at("ca.pem")});
  ASSERT_TRUE(made.status.ok()) << made.err;
  const auto output = init();
  EXPECT_EQ(output.status.value, base::kExitOk) << output.err;
  EXPECT_THAT(output.out, HasSubstr("kept  ca-key.pem                          private key of ca.pem, RSA 2048\n"));
  EXPECT_TRUE(verify("kubernetes.pem", {"-purpose", "sslserver"}).status.ok());
  EXPECT_EQ(init().status.value, base::kExitOk);
}

TEST_F(PkiProgram, RunsThatMeetLeaveOneSoundSet) {
  base::SubprocessOptions quiet;
  quiet.out = base::Discard{};
  quiet.err = base::Discard{};
  std::vector<base::Subprocess> runs;
  for (int i = 0; i < 8; ++i) {
    auto started =
        base::Subprocess::start({kProgram, "init", "-c", config_.string(), "--out", folder_.string()}, quiet);
    ASSERT_TRUE(started) << started.error().message;
    runs.push_back(std::move(*started));
  }
  for (auto& each : runs) {
    const auto status = each.wait();
    EXPECT_TRUE(status.value == base::kExitOk || status.value == base::kExitFailed) << status.to_string();
  }
  make();  // completes what the quarrel may have left out, and refuses if the files did not fit
  EXPECT_TRUE(verify("kubernetes.pem", {"-purpose", "sslserver"}).status.ok());
  EXPECT_TRUE(verify("admin.pem", {"-purpose", "sslclient"}).status.ok());
  EXPECT_EQ(state_of(folder_).size(), 23U);
}

TEST_F(PkiProgram, ShowsNoByteOfAKey) {
  const auto made = init();
  const auto again = init();
  const std::string shown = made.out + made.err + again.out + again.err;
  EXPECT_THAT(shown, Not(HasSubstr("PRIVATE KEY")));
  for (const char* key : {"ca-key.pem", "kubernetes-key.pem", "admin-key.pem"}) {
    const std::string pem = content_of(at(key));
    EXPECT_THAT(shown, Not(HasSubstr(pem.substr(pem.find('\n') + 33, 32))));
  }
}

TEST_F(PkiProgram, SaysWhatIsWrongWithTheFolder) {
  const fs::path file = scratch_.path() / "file";
  put(file, "");
  const auto is_file = run_pki({"init", "-c", config_.string(), "--out", file.string()});
  EXPECT_EQ(is_file.status.value, base::kExitFailed);
  EXPECT_THAT(is_file.err, HasSubstr(file.string() + " is not a folder; give --out a folder"));
  const auto below = run_pki({"init", "-c", config_.string(), "--out", (file / "pki").string()});
  EXPECT_EQ(below.status.value, base::kExitFailed);
  EXPECT_THAT(below.err, HasSubstr("Not a directory"));
}

TEST_F(PkiProgram, AWrongCommandLineIsExitCode2) {
  EXPECT_EQ(run_pki({}).status.value, base::kExitUsage);
  const auto without_config = run_pki({"init", "--out", folder_.string()});
  EXPECT_EQ(without_config.status.value, base::kExitUsage);
  EXPECT_THAT(without_config.err, HasSubstr("--config is required"));
  EXPECT_EQ(run_pki({"init", "-c", config_.string(), "--out", ""}).status.value, base::kExitUsage);
  const auto missing = run_pki({"init", "-c", (scratch_.path() / "no.yaml").string(), "--out", folder_.string()});
  EXPECT_EQ(missing.status.value, base::kExitUsage);
  EXPECT_THAT(missing.err, HasSubstr("no.yaml: No such file or directory"));
}

TEST_F(PkiProgram, AConfigurationWithoutWhatItNeedsIsExitCode2) {
  put(config_, "apiVersion: keepstate/v1\nkind: Cluster\nmetadata: {name: bare}\nspec: {}\n");
  const auto bare = init();
  EXPECT_EQ(bare.status.value, base::kExitUsage);
  EXPECT_THAT(bare.err, AllOf(HasSubstr(config_.string() + ": spec.controlPlaneEndpoint is needed"),
                              HasSubstr("spec.networking.serviceSubnet is needed"),
                              HasSubstr("spec.loadBalancer.vip is needed"), HasSubstr("role: control-plane")));
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(PkiProgram, TellsItsVersionAndHowItIsUsed) {
  const auto version = run_pki({"--version"});
  EXPECT_EQ(version.status.value, base::kExitOk);
  EXPECT_THAT(version.out, testing::StartsWith("keepstate-pki "));
  const auto usage = run_pki({"init", "--help"});
  EXPECT_EQ(usage.status.value, base::kExitOk);
  EXPECT_THAT(usage.out, HasSubstr("Example:\n  keepstate-pki init -c "));
}

}  // namespace
