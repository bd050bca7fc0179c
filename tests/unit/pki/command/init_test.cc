#include "pki/command/init.h"

#include "lib/base/folder_lock.h"
#include "tests/unit/pki/command/command_fixture.h"
#include "tests/unit/pki/output/failing_files.h"

namespace pki::command {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class InitTest : public CommandFixture {};

TEST_F(InitTest, TellsEachFileItMakes) {
  EXPECT_EQ(run({"init"}), base::kExitOk);
  EXPECT_THAT(err_.str(), IsEmpty());
  EXPECT_THAT(
      out_.str(),
      AllOf(HasSubstr("made  ca-key.pem                          private key of ca.pem, ECDSA P-256\n"
                      "made  ca.pem                              certificate authority, valid to 2036-11-20\n"),
            HasSubstr("API server, valid to 2027-11-23, 13 names and addresses\n"),
            HasSubstr("made  worker-0.kubeconfig                 kubelet of worker-0, to https://10.10.0.1:6443\n"),
            HasSubstr("encryption of secrets in etcd, secretbox key1\n"),
            HasSubstr("23 made, 0 kept in " + folder_.string() + "\n"), Not(HasSubstr("restart"))));
  EXPECT_EQ(state().size(), 23U);
}

TEST_F(InitTest, ASecondRunTouchesNothingAndSaysSo) {
  make();
  const auto before = state();
  now_ += std::chrono::days(30);
  EXPECT_EQ(run({"init"}), base::kExitOk);
  EXPECT_EQ(state(), before);
  EXPECT_THAT(out_.str(), HasSubstr("nothing to do: all 23 files are in " + folder_.string() + "\n"));
}

TEST_F(InitTest, CompletesWhatIsMissingForTheKeysThatAreThere) {
  make();
  const auto before = state();
  for (const char* file : {"ca.pem", "kubernetes.pem", "admin.pem", "admin-key.pem"}) remove(file);
  EXPECT_EQ(run({"init"}), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("4 made, 6 renewed, 13 kept in "));
  const auto after = state();
  EXPECT_EQ(after.at("ca-key.pem"), before.at("ca-key.pem"));
  EXPECT_EQ(after.at("kubernetes-key.pem"), before.at("kubernetes-key.pem"));
  EXPECT_EQ(after.size(), 23U);
  EXPECT_EQ(run({"init"}), base::kExitOk);
  EXPECT_EQ(state(), after);
}

TEST_F(InitTest, MakesWhatANewMachineNeeds) {
  make();
  const auto before = state();
  append("    - {name: worker-1, role: worker, address: 10.10.0.22}\n");
  EXPECT_EQ(run({"init"}), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("3 made, 23 kept in "));
  for (const auto& [file, whole] : before) EXPECT_EQ(state().at(file), whole) << file;
}

TEST_F(InitTest, RefusesConflictsAndChangesNothing) {
  make();
  const std::string key = content("ca-key.pem");
  remove("ca-key.pem");
  expect_refusal({"init"}, at("ca-key.pem") + ": it is missing while ca.pem is there");
  put("ca-key.pem", content("admin-key.pem"));
  expect_refusal({"init"}, at("ca.pem") + ": it is not for the key in ca-key.pem");
  put("ca-key.pem", key.substr(0, 100));
  expect_refusal({"init"}, at("ca-key.pem") + ": it is not a whole private key in PEM form");
  put("ca-key.pem", key);
  replace("vip: 10.10.0.1", "vip: 10.10.0.9");
  expect_refusal({"init"}, at("kubernetes.pem") + ": it does not name 10.10.0.9");
  EXPECT_THAT(err_.str(), HasSubstr("`keepstate-pki renew kubernetes` mends that"));
}

TEST_F(InitTest, MakesNothingAnewThatLosesDataOrTokens) {
  make();
  const std::string keys = content("encryption-config.yaml");
  remove("encryption-config.yaml");
  expect_refusal({"init"}, at("encryption-config.yaml") + ": it is missing while other files of the cluster are there");
  put("encryption-config.yaml", keys);
  for (const char* file : {"service-account.pem", "service-account-key.pem"}) remove(file);
  expect_refusal({"init"},
                 at("service-account.pem") + ": it and service-account-key.pem are missing while other files");
  EXPECT_EQ(run({"renew"}), base::kExitFailed);
}

TEST_F(InitTest, RefusesWhatTheClockSaysIsOverOrNotYet) {
  make();
  now_ = kNow + std::chrono::days(366);
  expect_refusal({"init"}, at("kubernetes.pem") + ": it ended on 2027-11-23 12:00:00 UTC");
  now_ = kNow + std::chrono::days(4000);
  expect_refusal({"init"}, at("ca.pem") + ": it ended on 2036-11-20 12:00:00 UTC");
  now_ = kNow - std::chrono::days(1);
  expect_refusal({"init"}, at("ca.pem") + ": it is valid from 2026-11-23 11:55:00 UTC on");
  now_ = std::chrono::sys_seconds(std::chrono::hours(5));
  expect_refusal({"init"}, "this machine's clock is years behind");
}

// The whole of the program, with calls that change a file failing in turn; output/transaction_test.cc tries every one.
TEST_F(InitTest, AFailureAnywhereIsCompletedByTheNextRun) {
  int failures = 0;
  for (int n = 1;; n += 17) {
    std::filesystem::remove_all(folder_);
    output::FailingFiles failing(n, output::FailureKind::kForEver);
    files_ = &failing;
    const auto code = run({"init"});
    files_ = &system_files_;
    if (!failing.has_failed()) {
      EXPECT_EQ(code, base::kExitOk);
      break;
    }
    ++failures;
    EXPECT_EQ(code, base::kExitFailed);
    EXPECT_THAT(err_.str(), HasSubstr("No space left on device"));
    make();
    EXPECT_EQ(state().size(), 23U) << n;
    EXPECT_EQ(run({"plan"}), base::kExitOk);
    EXPECT_THAT(out_.str(), HasSubstr("nothing to do")) << n;
  }
  EXPECT_GT(failures, 5);
}

TEST_F(InitTest, IsKeptOutByAnotherRun) {
  make();
  const auto lock = base::FolderLock::take(folder_, "process 7 (keepstate-pki renew)");
  ASSERT_TRUE(lock);
  EXPECT_EQ(run({"init"}), base::kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("process 7 (keepstate-pki renew) is at work in " + folder_.string()));
}

TEST_F(InitTest, WarnsOfASecretThatOthersCanRead) {
  make();
  std::filesystem::permissions(at("admin.kubeconfig"), std::filesystem::perms{0644});
  EXPECT_EQ(run({"init"}), base::kExitOk);
  EXPECT_THAT(err_.str(), HasSubstr("keepstate-pki: warning: " + at("admin.kubeconfig") + " has mode 0644"));
}

TEST_F(InitTest, SaysEveryKeyThatTheConfigurationLacks) {
  tests::support::put(config_, "apiVersion: keepstate/v1\nkind: Cluster\nspec: {}\n");
  EXPECT_EQ(run({"init"}), base::kExitUsage);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("cluster.yaml: spec.controlPlaneEndpoint is needed"),
                                HasSubstr("cluster.yaml: spec.loadBalancer.vip is needed")));
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(InitTest, SaysWhenNoFolderCanBeMade) {
  tests::support::put(scratch_.path() / "file", "");
  folder_ = scratch_.path() / "file" / "pki";
  EXPECT_EQ(run({"init"}), base::kExitFailed);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("Not a directory"), HasSubstr("give --out a folder where you may write")));
  EXPECT_THAT(out_.str(), IsEmpty());
}

TEST_F(InitTest, LocksTheAuthoritysKeyByAPassphraseFromAFile) {
  const std::string file = (scratch_.path() / "passphrase").string();
  tests::support::put(file, "correct horse\n");
  EXPECT_EQ(run({"init", "--ca-passphrase-file", file}), base::kExitOk) << err_.str();
  EXPECT_THAT(content("ca-key.pem"), HasSubstr("ENCRYPTED"));
  const auto before = state();
  EXPECT_EQ(run({"init"}), base::kExitOk) << "nothing is signed, so nothing is asked\n" << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("private key of ca.pem, under a passphrase\n"));
  EXPECT_EQ(state(), before);
  remove("admin.pem");
  expect_refusal({"init"}, "ca-key.pem has a passphrase; give it by --ca-passphrase-file FILE");
  tests::support::put(file, "battery staple\n");
  expect_refusal({"init", "--ca-passphrase-file", file}, "give the passphrase that it was made with");
  tests::support::put(file, "correct horse\n");
  EXPECT_EQ(run({"init", "--ca-passphrase-file", file}), base::kExitOk) << err_.str();
}

TEST_F(InitTest, AsksForANewPassphraseTwice) {
  std::vector<std::string> asked;
  prompt_ = [&](std::string_view question) {
    asked.emplace_back(question);
    return base::Result<crypto::SecretText>(crypto::SecretText("correct horse"));
  };
  EXPECT_EQ(run({"init", "--ask-ca-passphrase"}), base::kExitOk) << err_.str();
  EXPECT_THAT(asked, testing::ElementsAre("New passphrase of ca-key.pem:", "The same again:"));
  EXPECT_THAT(content("ca-key.pem"), HasSubstr("ENCRYPTED"));
  EXPECT_EQ(run({"renew", "admin"}), base::kExitOk) << err_.str();
  EXPECT_EQ(asked.back(), "Passphrase of ca-key.pem:");
}

TEST_F(InitTest, FollowsSpecPki) {
  append(
      "  pki: {algorithm: ed25519, serviceAccountAlgorithm: ecdsa-p384, nameConstraints: {}, certSANs: "
      "[api.example.org]}\n");
  EXPECT_EQ(run({"init"}), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("private key of ca.pem, Ed25519\n"),
                                HasSubstr("private key of service-account.pem, ECDSA P-384\n")));
  EXPECT_EQ(run({"inspect", at("ca.pem")}), base::kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("permits     home.arpa, kubernetes, kubernetes.default, svc, cluster.local"));
}

TEST_F(InitTest, TellsHowFarTheSlowKeysAre) {
  make();
  for (const char* file : {"admin.pem", "admin-key.pem"}) remove(file);
  append("  pki: {algorithm: rsa-2048}\n");
  EXPECT_EQ(run({"init"}), base::kExitOk);
  EXPECT_EQ(err_.str(), "keepstate-pki: 1 of 1 keys are made\n");
}

}  // namespace
}  // namespace pki::command
