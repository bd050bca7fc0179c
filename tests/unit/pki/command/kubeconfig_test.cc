#include "pki/command/kubeconfig.h"

#include <gmock/gmock.h>

#include "pki/output/kubeconfig.h"
#include "tests/unit/pki/command/command_run.h"

namespace pki::command {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class KubeconfigCommandTest : public CommandRun {
 protected:
  void SetUp() override { init(); }
};

TEST_F(KubeconfigCommandTest, DiffersFromTheFoldersInItsServerAlone) {
  const auto made = run("kubeconfig", {"worker-0", "--server", "https://10.10.0.11:6443"});
  ASSERT_EQ(made.code, base::kExitOk) << made.err;
  EXPECT_THAT(made.err, IsEmpty());
  auto ours = output::read_kubeconfig(content("worker-0.kubeconfig")).value();
  EXPECT_EQ(output::read_kubeconfig(made.out).value().server, "https://10.10.0.11:6443");
  ours.server = "https://10.10.0.11:6443";
  EXPECT_EQ(made.out, output::write_kubeconfig(ours).view());
}

TEST_F(KubeconfigCommandTest, WarnsOfAHostThatTheServerIsNotNamedBy) {
  const auto made = run("kubeconfig", {"admin.kubeconfig", "--server", "https://elsewhere"});
  EXPECT_EQ(made.code, base::kExitOk);
  EXPECT_THAT(made.err, HasSubstr("kubernetes.pem does not name elsewhere"));
  EXPECT_THAT(run("kubeconfig", {"admin", "--server", "https://Kubernetes.Home.Arpa"}).err, IsEmpty());
  EXPECT_THAT(run("kubeconfig", {"admin", "--server", "https://[fd00::1]:6443"}).err,
              HasSubstr("does not name fd00::1"));
}

TEST_F(KubeconfigCommandTest, RefusesWhatMakesNoSense) {
  for (const char* url :
       {"10.10.0.1:6443", "http://10.10.0.1:6443", "https://", "https://a/b", "https://a:x", "https://a b"}) {
    const auto wrong = run("kubeconfig", {"admin", "--server", url});
    EXPECT_EQ(wrong.code, base::kExitUsage) << url;
    EXPECT_THAT(wrong.err, HasSubstr("write it as https://10.10.0.1:6443"));
  }
  for (const char* name : {"ca", "service-account", "encryption-config.yaml", "nobody"}) {
    const auto wrong = run("kubeconfig", {name, "--server", "https://127.0.0.1:6443"});
    EXPECT_EQ(wrong.code, base::kExitUsage) << name;
    EXPECT_THAT(wrong.out, IsEmpty());
  }
  out_is_terminal_ = true;
  EXPECT_EQ(run("kubeconfig", {"admin", "--server", "https://127.0.0.1:6443"}).code, base::kExitUsage);
}

TEST_F(KubeconfigCommandTest, SaysWhatIsMissing) {
  std::filesystem::remove(at("admin.pem"));
  const auto missing = run("kubeconfig", {"admin", "--server", "https://127.0.0.1:6443"});
  EXPECT_EQ(missing.code, base::kExitFailed);
  EXPECT_THAT(missing.err, HasSubstr("`keepstate-pki init` makes what is missing"));
}

}  // namespace
}  // namespace pki::command
