#include "pki/command/plan.h"

#include "tests/unit/pki/command/command_fixture.h"

namespace pki::command {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class PlanTest : public CommandFixture {
 protected:
  void plan_is(const testing::Matcher<std::string>& matcher, base::ExitCode code = base::kExitOk) {
    EXPECT_EQ(run({"plan"}), code) << err_.str();
    EXPECT_THAT(out_.str(), matcher);
  }
};

TEST_F(PlanTest, MakesNothingNotEvenTheFolder) {
  plan_is(AllOf(HasSubstr("ca.pem                              make   it is missing\n"),
                HasSubstr("encryption-config.yaml"), HasSubstr("`keepstate-pki init` makes what is missing\n")));
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(PlanTest, SaysWhenAllIsAsItShouldBe) {
  make();
  const auto before = state();
  plan_is("nothing to do: all 23 files in " + folder_.string() + " are as they should be\n");
  EXPECT_EQ(state(), before);
}

TEST_F(PlanTest, TellsWhatANewVipMeansAndWhomToRestart) {
  make();
  replace("vip: 10.10.0.1", "vip: 10.10.0.9");
  plan_is(
      AllOf(HasSubstr("kubernetes.pem           renew  it does not name 10.10.0.9, which cluster.yaml asks for\n"),
            HasSubstr("kubernetes.pem           renew  it still names 10.10.0.1"),
            HasSubstr("worker-0.kubeconfig      renew  it goes to https://10.10.0.1:6443, but cluster.yaml says "
                      "https://10.10.0.9:6443\n"),
            HasSubstr("kube-proxy.kubeconfig    renew"), HasSubstr("admin-remote.kubeconfig  renew"),
            Not(HasSubstr("kube-scheduler")),
            HasSubstr("restart there:\n  controller-0  etcd, kube-apiserver\n  worker-0      kubelet, kube-proxy\n")));
}

TEST_F(PlanTest, TellsWhatAMovedWorkerMeans) {
  make();
  replace("10.10.0.21", "10.10.0.22");
  plan_is(AllOf(HasSubstr("worker-0.pem         renew  it does not name 10.10.0.22"),
                HasSubstr("worker-0.kubeconfig  renew  it embeds worker-0.pem, which changes\n"),
                HasSubstr("restart there:\n  worker-0  kubelet\n"), Not(HasSubstr("controller-0"))));
}

TEST_F(PlanTest, RenewsWhatEndsSoonAndRemarksTheRest) {
  make();
  now_ = kNow + std::chrono::days(340);
  append("  pki: {encryption: {provider: aescbc}}\n");
  plan_is(AllOf(
      HasSubstr("admin.pem                           renew  it ends on 2027-11-23 12:00:00 UTC, in 25 days\n"),
      HasSubstr("encryption-config.yaml              note   it writes by secretbox"), Not(HasSubstr("\nca.pem"))));
  EXPECT_EQ(run({"plan", "--within", "20d"}), base::kExitOk);
  EXPECT_THAT(out_.str(), Not(HasSubstr("renew")));
}

TEST_F(PlanTest, TellsWhoIsStillSomebodyThoughItsMachineHasGone) {
  const std::string line = "    - {name: worker-0, role: worker, address: 10.10.0.21}\n";
  replace(line, line + "    - {name: worker-1, role: worker, address: 10.10.0.22}\n");
  make();
  replace("    - {name: worker-1, role: worker, address: 10.10.0.22}\n", "");
  plan_is(
      AllOf(HasSubstr("worker-1.pem  note   cluster.yaml does not ask for it (any more), but until 2027-11-23 whoever "
                      "has its key is CN=system:node:worker-1,O=system:nodes"),
            Not(HasSubstr("worker-1.kubeconfig"))));
  EXPECT_EQ(run({"check"}), base::kExitOk) << "it is no alarm";
  EXPECT_THAT(out_.str(), HasSubstr("worker-1.pem                        left over  2027-11-23"));
  EXPECT_EQ(run({"init"}), base::kExitOk) << err_.str();
}

TEST_F(PlanTest, TellsWhatIsLost) {
  make();
  remove("encryption-config.yaml");
  plan_is(AllOf(HasSubstr("encryption-config.yaml  stop   it is missing while other files"),
                Not(HasSubstr("`keepstate-pki init`"))),
          base::kExitFailed);
}

TEST_F(PlanTest, StopsAtForeignKeys) {
  make();
  put("admin-key.pem", content("ca-key.pem"));
  plan_is(AllOf(HasSubstr("admin.pem"), HasSubstr("stop   it is not for the key in admin-key.pem"),
                HasSubstr("what says stop has to be mended by you first\n")),
          base::kExitFailed);
}

TEST_F(PlanTest, TellsAnotherAuthority) {
  make();
  const std::string foreign = content("admin.pem");
  std::filesystem::remove_all(folder_);
  make();
  put("admin.pem", foreign);
  EXPECT_EQ(run({"plan"}), base::kExitFailed) << "the key does not fit either";
  EXPECT_THAT(out_.str(), HasSubstr("renew  it was signed by another authority (CN=Kubernetes,O=Kubernetes)"));
}

}  // namespace
}  // namespace pki::command
