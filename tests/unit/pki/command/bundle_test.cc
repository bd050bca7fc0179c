#include "pki/command/bundle.h"

#include <gmock/gmock.h>

#include "lib/base/subprocess.h"
#include "tests/unit/pki/command/command_run.h"

namespace pki::command {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using tests::support::put;

class BundleCommandTest : public CommandRun {
 protected:
  void SetUp() override { init(); }

  // What tar finds in it.
  [[nodiscard]] std::string listed(const std::string& machine) {
    const auto bundled = run("bundle", {machine});
    EXPECT_EQ(bundled.code, base::kExitOk) << bundled.err;
    put(scratch_.path() / "b.tar", bundled.out);
    return base::run_captured({"tar", "-tf", (scratch_.path() / "b.tar").string()}).value().out;
  }
};

TEST_F(BundleCommandTest, AWorkerGetsItsOwnAndNothingElse) {
  const std::string files = listed("worker-0");
  for (const char* place :
       {"/var/lib/kubelet/worker-0.pem", "/var/lib/kubelet/worker-0-key.pem", "/var/lib/kubernetes/ca.pem",
        "/var/lib/kubelet/kubeconfig", "/var/lib/kube-proxy/kubeconfig", "worker-0-pki/install.sh"}) {
    EXPECT_THAT(files, HasSubstr(place));
  }
  EXPECT_THAT(files, AllOf(Not(HasSubstr("ca-key")), Not(HasSubstr("admin")), Not(HasSubstr("encryption")),
                           Not(HasSubstr("service-account"))));
}

TEST_F(BundleCommandTest, AControllerGetsTheAuthoritysKey) {
  const std::string files = listed("controller-0");
  for (const char* place : {"/etc/etcd/ca.pem", "/etc/etcd/kubernetes-key.pem", "/var/lib/kubernetes/ca-key.pem",
                            "/var/lib/kubernetes/encryption-config.yaml", "/var/lib/kubernetes/service-account-key.pem",
                            "/var/lib/kubernetes/kube-scheduler.kubeconfig"}) {
    EXPECT_THAT(files, HasSubstr(place));
  }
  EXPECT_THAT(files, AllOf(Not(HasSubstr("worker")), Not(HasSubstr("/etc/etcd/ca-key.pem"))));
}

// By a file with two certificates kube-controller-manager would not start.
TEST_F(BundleCommandTest, AControllerGetsTheAuthorityThatSignsAlone) {
  const std::string authority = content("ca.pem");
  ASSERT_EQ(run("rotate-ca").code, base::kExitOk);
  EXPECT_THAT(listed("controller-0"), HasSubstr("/var/lib/kubernetes/ca-signing.pem"));
  EXPECT_THAT(listed("worker-0"), Not(HasSubstr("ca-signing")));
  const std::string tar = run("bundle", {"controller-0"}).out;
  EXPECT_THAT(tar, HasSubstr(content("ca.pem")));
  std::size_t times = 0;
  for (auto at = tar.find(authority); at != std::string::npos; at = tar.find(authority, at + 1)) ++times;
  EXPECT_EQ(times, 3U) << "in ca.pem for etcd and for the others, and alone";
}

TEST_F(BundleCommandTest, WritesAFileForItsOwnerAlone) {
  const auto file = scratch_.path() / "b.tar";
  ASSERT_EQ(run("bundle", {"worker-0", "--to", file.string()}).code, base::kExitOk);
  EXPECT_EQ(tests::support::mode_of(file), 0600U);
  const auto again = run("bundle", {"worker-0", "--to", file.string()});
  EXPECT_EQ(again.code, base::kExitFailed);
  EXPECT_THAT(again.err, HasSubstr("is there already; move it away, or give --replace"));
  EXPECT_EQ(run("bundle", {"worker-0", "--to", file.string(), "--replace"}).code, base::kExitOk);
}

TEST_F(BundleCommandTest, RefusesATerminalAndAnUnknownMachine) {
  EXPECT_THAT(run("bundle", {"worker-00"}).err, HasSubstr("did you mean 'worker-0'?"));
  EXPECT_EQ(run("bundle", {"worker-00"}).code, base::kExitUsage);
  out_is_terminal_ = true;
  const auto refused = run("bundle", {"worker-0"});
  EXPECT_EQ(refused.code, base::kExitUsage);
  EXPECT_THAT(refused.out, IsEmpty());
  EXPECT_THAT(refused.err, HasSubstr("do not belong on a terminal; give --to FILE"));
}

TEST_F(BundleCommandTest, SaysWhatIsMissingAndWarnsOfWhatIsWrong) {
  now_ += std::chrono::days(400);
  const auto ended = run("bundle", {"worker-0"});
  EXPECT_EQ(ended.code, base::kExitOk);
  EXPECT_THAT(ended.err, AllOf(HasSubstr("warning: worker-0.pem: it ended on"), Not(HasSubstr("admin"))));
  std::filesystem::remove(at("worker-0.kubeconfig"));
  const auto missing = run("bundle", {"worker-0"});
  EXPECT_EQ(missing.code, base::kExitFailed);
  EXPECT_THAT(missing.err, HasSubstr("worker-0.kubeconfig is missing; `keepstate-pki init` makes it"));
  EXPECT_THAT(missing.out, IsEmpty());
}

}  // namespace
}  // namespace pki::command
