#include "pki/command/renew.h"

#include "pki/crypto/certificate.h"
#include "pki/output/kubeconfig.h"
#include "tests/unit/pki/command/command_fixture.h"
#include "tests/unit/pki/output/failing_files.h"

namespace pki::command {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class RenewCommandTest : public CommandFixture {
 protected:
  RenewCommandTest() { make(); }

  // The names of files that differ from what they were.
  [[nodiscard]] std::vector<std::string> changed_since(const tests::support::FolderState& before) const {
    std::vector<std::string> files;
    for (const auto& [file, whole] : state()) {
      if (!before.contains(file) || before.at(file) != whole) files.push_back(file);
    }
    return files;
  }
};

TEST_F(RenewCommandTest, DoesNothingWhereNothingIsDue) {
  const auto before = state();
  EXPECT_EQ(run({"renew"}), base::kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("nothing to renew: "));
  EXPECT_THAT(out_.str(), HasSubstr("none ends within 30d\n"));
  EXPECT_EQ(state(), before);
}

TEST_F(RenewCommandTest, RenewsWhatEndsSoonWithItsKeyAndItsKubeconfigs) {
  const auto before = state();
  now_ = kNow + std::chrono::days(340);
  EXPECT_EQ(run({"renew"}), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("renewed  admin.pem"), HasSubstr("administrator's client, valid to 2028-10-28\n"),
                    HasSubstr("0 made, 13 renewed, 10 kept in "), HasSubstr("restart there:\n")));
  for (const auto& file : changed_since(before)) {
    EXPECT_THAT(file, AllOf(Not(HasSubstr("-key.pem")), Not("ca.pem"), Not("encryption-config.yaml")));
  }
  const auto kubeconfig = output::read_kubeconfig(content("worker-0.kubeconfig")).value();
  EXPECT_EQ(kubeconfig.certificate_pem, content("worker-0.pem"));
  EXPECT_EQ(run({"init"}), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("nothing to do"));
}

TEST_F(RenewCommandTest, RenewsTheOnesThatAreNamed) {
  const auto before = state();
  EXPECT_EQ(run({"renew", "worker-0", "admin-remote.kubeconfig"}), base::kExitOk) << err_.str();
  EXPECT_THAT(changed_since(before),
              testing::ElementsAre("admin-remote.kubeconfig", "worker-0.kubeconfig", "worker-0.pem"));
}

TEST_F(RenewCommandTest, MakesANewKeyWhereItIsWished) {
  const auto before = state();
  EXPECT_EQ(run({"renew", "--new-key", "worker-0"}), base::kExitOk) << err_.str();
  EXPECT_THAT(changed_since(before), testing::ElementsAre("worker-0-key.pem", "worker-0.kubeconfig", "worker-0.pem"));
  EXPECT_EQ(tests::support::mode_of(at("worker-0-key.pem")), 0600U);
  EXPECT_EQ(run({"plan"}), base::kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("nothing to do"));
}

TEST_F(RenewCommandTest, FollowsANewVip) {
  replace("vip: 10.10.0.1", "vip: 10.10.0.9");
  EXPECT_EQ(run({"renew"}), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("renewed  kube-proxy.kubeconfig"));
  EXPECT_EQ(run({"plan"}), base::kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("nothing to do"));
  const auto said = crypto::Certificate::from_pem(content("kubernetes.pem")).value().describe().value();
  EXPECT_EQ(said.names.addresses.front().to_string(), "10.10.0.9");
}

TEST_F(RenewCommandTest, RefusesAndChangesNothing) {
  expect_refusal({"renew", "ca"}, "rotate-ca changes it in stages");
  expect_refusal({"renew", "encryption-config"}, "rotate-encryption-key");
  expect_refusal({"renew", "--new-key", "service-account"}, "rotate-service-account-key");
  put("admin-key.pem", content("kubernetes-key.pem"));
  expect_refusal({"renew", "admin"}, at("admin.pem") + ": it is not for the key in admin-key.pem");
  expect_refusal({"renew"}, at("admin.pem") + ": it is not for the key in admin-key.pem");
  put("admin-key.pem", content("admin-key.pem").substr(0, 60));
  expect_refusal({"renew"}, at("admin-key.pem") + ": it is not a whole private key in PEM form");
  EXPECT_EQ(run({"renew", "--new-key", "admin"}), base::kExitFailed) << "what nobody can read is nobody's to replace";
}

TEST_F(RenewCommandTest, RefusesAtAWrongClockAndAnEndedAuthority) {
  now_ = kNow - std::chrono::days(2);
  expect_refusal({"renew", "admin"}, at("ca.pem") + ": it is valid from");
  now_ = kNow + std::chrono::days(4000);
  expect_refusal({"renew"}, at("ca.pem") + ": it ended on 2036-11-20 12:00:00 UTC");
}

TEST_F(RenewCommandTest, MendsAForeignKeyByANewOne) {
  put("admin-key.pem", content("kubernetes-key.pem"));
  EXPECT_EQ(run({"renew", "--new-key", "admin"}), base::kExitOk) << err_.str();
  EXPECT_EQ(run({"plan"}), base::kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("nothing to do"));
}

TEST_F(RenewCommandTest, SaysWhatOnlyInitMakes) {
  remove("kube-scheduler.kubeconfig");
  EXPECT_EQ(run({"renew"}), base::kExitOk);
  EXPECT_THAT(err_.str(),
              HasSubstr("warning: kube-scheduler.kubeconfig: it is missing; `keepstate-pki init` makes it\n"));
  std::filesystem::remove_all(folder_);
  EXPECT_EQ(run({"renew"}), base::kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("there is no folder " + folder_.string() + "; run init"));
}

TEST_F(RenewCommandTest, GuessesMisspeltNames) {
  const auto before = state();
  EXPECT_EQ(run({"renew", "admin", "wrker-0"}), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean 'worker-0'?"));
  EXPECT_EQ(state(), before);
}

// A key and its certificate change together, wherever it breaks.
TEST_F(RenewCommandTest, AFailureAnywhereLeavesAPairThatFits) {
  for (int n = 1;; n += 2) {
    output::FailingFiles failing(n, output::FailureKind::kForEver);
    files_ = &failing;
    const auto code = run({"renew", "--new-key", "worker-0"});
    files_ = &system_files_;
    EXPECT_EQ(run({"plan"}), base::kExitOk) << n << err_.str();
    EXPECT_THAT(out_.str(), HasSubstr("nothing to do")) << n;
    if (code == base::kExitOk) break;
  }
}

}  // namespace
}  // namespace pki::command
