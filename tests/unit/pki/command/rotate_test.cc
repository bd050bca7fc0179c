#include "pki/command/rotate.h"

#include <gmock/gmock.h>

#include "pki/crypto/certificate.h"
#include "pki/output/encryption_config.h"
#include "pki/output/kubeconfig.h"
#include "tests/unit/pki/command/command_run.h"

namespace pki::command {
namespace {

using crypto::Certificate;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using tests::support::put;
using tests::support::state_of;

class RotateTest : public CommandRun {
 protected:
  void SetUp() override { init(); }

  void go(const char* command, const std::vector<std::string>& words, const char* title) {
    const auto ran = run(command, words);
    ASSERT_EQ(ran.code, base::kExitOk) << ran.err;
    EXPECT_THAT(ran.out, StartsWith(std::string(command) + ": " + title));
  }
  void expect_refusal(const char* command, const std::vector<std::string>& words, const std::string& why) {
    const auto before = state_of(folder_);
    const auto ran = run(command, words);
    EXPECT_EQ(ran.code, base::kExitFailed);
    EXPECT_THAT(ran.err, AllOf(HasSubstr(why), HasSubstr("keepstate-pki: nothing was changed\n")));
    EXPECT_EQ(state_of(folder_), before);
  }
  [[nodiscard]] std::vector<Certificate> certificates(const char* file) const {
    return Certificate::all_from_pem(content(file)).value();
  }
  [[nodiscard]] std::string trusted_by(const char* kubeconfig) const {
    return output::read_kubeconfig(content(kubeconfig)).value().ca_pem;
  }
  [[nodiscard]] bool is_signed(const char* file, const Certificate& authority) const {
    return certificates(file).front().is_signed_by(authority);
  }
};

TEST_F(RotateTest, TheAuthorityIsFollowedInThreeStages) {
  const std::string old = content("ca.pem");
  const std::string old_key = content("ca-key.pem");
  const auto server_key = content("kubernetes-key.pem");
  go("rotate-ca", {}, "stage 1 of 3: ");
  EXPECT_THAT(content("ca.pem"), StartsWith(old));
  EXPECT_EQ(content("ca-key.pem"), old_key);
  EXPECT_EQ(trusted_by("worker-0.kubeconfig"), content("ca.pem"));
  EXPECT_TRUE(is_signed("kubernetes.pem", certificates("ca.pem")[0]));
  EXPECT_EQ(run("plan").code, base::kExitOk);

  go("rotate-ca", {"--continue", "2"}, "stage 2 of 3: ");
  EXPECT_NE(content("ca-key.pem"), old_key);
  for (const char* file : {"kubernetes.pem", "admin.pem", "worker-0.pem", "service-account.pem"}) {
    EXPECT_TRUE(is_signed(file, certificates("ca.pem")[0])) << file;
    EXPECT_FALSE(is_signed(file, certificates("ca.pem")[1])) << file;
  }
  EXPECT_EQ(content("kubernetes-key.pem"), server_key);
  EXPECT_TRUE(certificates("ca.pem")[1].is_same_as(Certificate::from_pem(old).value()));
  EXPECT_EQ(trusted_by("admin.kubeconfig"), content("ca.pem"));

  go("rotate-ca", {"--continue", "3"}, "stage 3 of 3, the last: ");
  EXPECT_EQ(certificates("ca.pem").size(), 1U);
  EXPECT_EQ(trusted_by("admin.kubeconfig"), content("ca.pem"));
  EXPECT_FALSE(std::filesystem::exists(at("ca-next.pem")));
  EXPECT_THAT(run("plan").out, StartsWith("nothing to do"));
  go("rotate-ca", {"--status"}, "nothing is under way");
}

TEST_F(RotateTest, TellsWhatToBringWhereAndWhatComesNext) {
  const auto begun = run("rotate-ca");
  EXPECT_THAT(begun.out,
              AllOf(HasSubstr("  controller-0  etcd, kube-apiserver, kube-controller-manager, kube-scheduler\n"),
                    HasSubstr("  worker-0      kubelet, kube-proxy\n"),
                    HasSubstr("hand out where it is used: admin-remote.kubeconfig\n"),
                    HasSubstr("rotate-ca -c " + config_.string())));
  const auto before = state_of(folder_);
  const auto again = run("rotate-ca");
  EXPECT_EQ(again.code, base::kExitOk);
  EXPECT_THAT(again.out, AllOf(StartsWith("rotate-ca: stage 1 of 3"), Not(HasSubstr("renewed"))));
  EXPECT_EQ(run("rotate-ca", {"--status"}).out, again.out);
  EXPECT_EQ(state_of(folder_), before);
}

TEST_F(RotateTest, TheTokensKeyIsFollowedInThreeStages) {
  const std::string old_key = content("service-account-key.pem");
  const std::string old = content("service-account.pem");
  go("rotate-service-account-key", {}, "stage 1 of 3: ");
  EXPECT_EQ(content("service-account.pem"), old + content("service-account-next.pem"));
  EXPECT_EQ(content("service-account-key.pem"), old_key);
  EXPECT_THAT(run("plan").out, StartsWith("nothing to do"));
  const std::string next_key = content("service-account-next-key.pem");
  go("rotate-service-account-key", {"--continue", "2"}, "stage 2 of 3: ");
  EXPECT_EQ(content("service-account-key.pem"), next_key);
  EXPECT_EQ(certificates("service-account.pem").size(), 2U);
  EXPECT_TRUE(is_signed("service-account.pem", certificates("ca.pem")[0]));
  go("rotate-service-account-key", {"--continue", "3"}, "stage 3 of 3, the last: ");
  EXPECT_EQ(certificates("service-account.pem").size(), 1U);
  EXPECT_THAT(run("plan").out, StartsWith("nothing to do"));
}

TEST_F(RotateTest, RenewingBetweenStagesLosesNoKey) {
  go("rotate-service-account-key", {}, "stage 1 of 3: ");
  const auto before = certificates("service-account.pem");
  const auto renewed = run("renew", {"service-account"});
  ASSERT_EQ(renewed.code, base::kExitOk) << renewed.err;
  const auto after = certificates("service-account.pem");
  ASSERT_EQ(after.size(), 2U);
  EXPECT_FALSE(after[0].is_same_as(before[0]));
  EXPECT_TRUE(after[1].is_same_as(before[1]));
  go("rotate-service-account-key", {"--continue", "2"}, "stage 2 of 3: ");
}

TEST_F(RotateTest, TheEncryptionKeyIsFollowedInThreeStages) {
  go("rotate-encryption-key", {}, "stage 1 of 3: ");
  EXPECT_EQ(output::read_encryption_config(content("encryption-config.yaml")).value().keys[1].name, "key2");
  const auto switched = run("rotate-encryption-key", {"--continue", "2"});
  EXPECT_THAT(switched.out,
              AllOf(StartsWith("rotate-encryption-key: stage 2 of 3: "), HasSubstr("| kubectl replace -f -\n"),
                    HasSubstr("  controller-0  kube-apiserver\n")));
  EXPECT_EQ(output::read_encryption_config(content("encryption-config.yaml")).value().keys[0].name, "key2");
  expect_refusal("rotate-encryption-key", {"--continue", "3"}, "encrypt everything anew first");
  go("rotate-encryption-key", {"--continue", "3", "--all-is-encrypted-anew"}, "stage 3 of 3, the last: ");
  EXPECT_EQ(output::read_encryption_config(content("encryption-config.yaml")).value().keys.size(), 1U);
  EXPECT_EQ(tests::support::mode_of(at("encryption-config.yaml")), 0600U);
}

TEST_F(RotateTest, CanBeAbortedUntilTheNewKeyIsInUse) {
  for (const char* command : {"rotate-ca", "rotate-service-account-key", "rotate-encryption-key"}) {
    const std::string before = content("ca.pem") + content("service-account.pem") + content("encryption-config.yaml");
    go(command, {}, "stage 1 of 3: ");
    go(command, {"--abort"}, "back to before the first stage");
    EXPECT_EQ(content("ca.pem") + content("service-account.pem") + content("encryption-config.yaml"), before);
    EXPECT_THAT(run("plan").out, StartsWith("nothing to do"));
    go(command, {}, "stage 1 of 3: ");
    go(command, {"--continue", "2"}, "stage 2 of 3: ");
    expect_refusal(command, {"--abort"}, "the new key is in use already");
    const bool encrypts = command == std::string("rotate-encryption-key");
    go(command,
       encrypts ? std::vector<std::string>{"--continue", "3", "--all-is-encrypted-anew"}
                : std::vector<std::string>{"--continue", "3"},
       "stage 3 of 3");
  }
}

TEST_F(RotateTest, TheSameWordsTwiceDoAStageOnce) {
  for (const char* command : {"rotate-ca", "rotate-service-account-key", "rotate-encryption-key"}) {
    go(command, {}, "stage 1 of 3: ");
    expect_refusal(command, {"--continue", "3"}, "stage 2 comes first: --continue 2");
    go(command, {"--continue", "2"}, "stage 2 of 3: ");
    const auto before = state_of(folder_);
    go(command, {"--continue", "2"}, "stage 2 of 3: ");
    EXPECT_EQ(state_of(folder_), before);
    if (command == std::string("rotate-ca")) go(command, {"--continue", "3"}, "stage 3 of 3");
  }
  EXPECT_EQ(run("rotate-ca", {"--continue"}).code, base::kExitUsage);
  EXPECT_EQ(run("rotate-ca", {"--continue", "4"}).code, base::kExitUsage);
}

TEST_F(RotateTest, RefusesWhatDoesNotFit) {
  expect_refusal("rotate-ca", {"--continue", "2"},
                 "rotate-ca is not under way: it has ended, or without --continue it begins");
  expect_refusal("rotate-ca", {"--abort"}, "rotate-ca is not under way");
  go("rotate-service-account-key", {}, "stage 1 of 3: ");
  expect_refusal("rotate-ca", {}, "rotate-service-account-key is under way; end it first");
  go("rotate-service-account-key", {"--abort"}, "back");
  go("rotate-ca", {}, "stage 1 of 3: ");
  expect_refusal("rotate-service-account-key", {}, "rotate-ca is under way; end it first");
  const std::string next_key = content("ca-next-key.pem");
  std::filesystem::remove(at("ca-next-key.pem"));
  expect_refusal("rotate-ca", {"--continue", "2"}, "ca-next-key.pem is missing while ca-next.pem is there");
  put(at("ca-next-key.pem"), content("admin-key.pem"));
  expect_refusal("rotate-ca", {"--continue", "2"}, "ca-next.pem is not for the key in ca-next-key.pem");
  put(at("ca-next-key.pem"), next_key);
  const std::string admin_key = content("admin-key.pem");
  put(at("admin-key.pem"), content("worker-0-key.pem"));
  expect_refusal("rotate-ca", {"--continue", "2"}, "admin.pem: it is not for the key in admin-key.pem");
  put(at("admin-key.pem"), admin_key);
  go("rotate-ca", {"--continue", "2"}, "stage 2 of 3: ");
}

TEST_F(RotateTest, AnAuthorityThatSomebodyElseTrustsIsNoStage) {
  const std::string own = content("ca.pem");
  const auto ours = folder_;
  folder_ = scratch_.path() / "other";
  init();
  const std::string foreign = content("ca.pem");
  folder_ = ours;
  put(at("ca.pem"), own + foreign);
  ASSERT_EQ(run("renew").code, base::kExitOk) << "kubeconfigs trust it too";
  go("rotate-ca", {"--status"}, "nothing is under way");
  expect_refusal("rotate-ca", {"--continue", "3"}, "rotate-ca is not under way");
  go("rotate-service-account-key", {}, "stage 1 of 3: ");
  go("rotate-service-account-key", {"--abort"}, "back");
  go("rotate-ca", {}, "stage 1 of 3: ");
  go("rotate-ca", {"--continue", "2"}, "stage 2 of 3: ");
  EXPECT_EQ(content("ca-old.pem"), own);
  go("rotate-ca", {"--continue", "3"}, "stage 3 of 3");
  EXPECT_EQ(certificates("ca.pem").size(), 2U);
  EXPECT_THAT(content("ca.pem"), testing::EndsWith(foreign));
  EXPECT_THAT(run("plan").out, StartsWith("nothing to do"));
}

TEST_F(RotateTest, TheOldAuthorityStaysWhileSomethingIsSignedByIt) {
  const std::string admin = content("admin.pem");
  go("rotate-ca", {}, "stage 1 of 3: ");
  go("rotate-ca", {"--continue", "2"}, "stage 2 of 3: ");
  put(at("admin.pem"), admin);
  expect_refusal("rotate-ca", {"--continue", "3"}, "admin.pem: it was signed by another authority");
  ASSERT_EQ(run("renew").code, base::kExitOk);
  go("rotate-ca", {"--continue", "3"}, "stage 3 of 3");
}

TEST_F(RotateTest, AnEndedAuthorityCanBeFollowed) {
  now_ += std::chrono::days(4000);
  go("rotate-ca", {}, "stage 1 of 3: ");
  go("rotate-ca", {"--continue", "2"}, "stage 2 of 3: ");
  go("rotate-ca", {"--continue", "3"}, "stage 3 of 3");
  EXPECT_THAT(run("plan").out, StartsWith("nothing to do"));
}

TEST_F(RotateTest, ExplainKnowsTheFilesOfARotation) {
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(pki::run({"explain", at("service-account-next-key.pem").string(), "-c", config_.string()},
                     {now_, {out, err}, files_}),
            base::kExitOk);
  EXPECT_THAT(out.str(),
              AllOf(StartsWith("service-account-next-key.pem, private key of"), HasSubstr("goes to no machine")));
}

class LockedRotateTest : public CommandRun {};

TEST_F(LockedRotateTest, ThePassphraseFollowsTheAuthority) {
  const auto file = scratch_.path() / "passphrase";
  put(file, "correct horse battery\n");
  const std::vector<std::string> with{"--ca-passphrase-file", file.string()};
  init(with);
  EXPECT_THAT(run("rotate-ca").err, HasSubstr("--ca-passphrase-file"));
  ASSERT_EQ(run("rotate-ca", with).code, base::kExitOk);
  EXPECT_THAT(content("ca-next-key.pem"), StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
  EXPECT_EQ(run("rotate-ca", {"--continue", "2"}).code, base::kExitFailed);
  ASSERT_EQ(run("rotate-ca", {"--continue", "2", with[0], with[1]}).code, base::kExitOk);
  EXPECT_THAT(content("ca-key.pem"), StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
  ASSERT_EQ(run("rotate-ca", {"--continue", "3"}).code, base::kExitOk);
  ASSERT_EQ(run("renew", {"admin", with[0], with[1]}).code, base::kExitOk);
}

}  // namespace
}  // namespace pki::command
