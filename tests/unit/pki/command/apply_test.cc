#include "pki/command/apply.h"

#include "tests/unit/pki/command/command_fixture.h"
#include "tests/unit/pki/output/failing_files.h"

namespace pki::command {
namespace {

using testing::HasSubstr;

class ApplyTest : public CommandFixture {};

TEST_F(ApplyTest, TellsWhomToRestart) {
  EXPECT_EQ(restart_text({}), "");
  EXPECT_EQ(restart_text({{"controller-0", {"etcd", "kube-apiserver"}}, {"w", {"kubelet"}}}),
            "bring the files to their machines, then restart there:\n"
            "  controller-0  etcd, kube-apiserver\n"
            "  w             kubelet\n");
}

// Whether it was decided or not is what the user has to know.
TEST_F(ApplyTest, TellsWhetherAnInterruptedChangeWillHappen) {
  make();
  bool was_open = false;
  bool was_decided = false;
  for (int n = 1;; ++n) {
    output::FailingFiles failing(n, output::FailureKind::kForEver);
    files_ = &failing;
    const auto code = run({"renew", "admin.kubeconfig"});
    files_ = &system_files_;
    if (code == base::kExitOk) break;
    const bool decided = std::filesystem::exists(folder_ / ".committed");
    EXPECT_THAT(err_.str(), HasSubstr(decided ? "the change is decided and partly done; the next run finishes it"
                                              : "nothing was changed"));
    (decided ? was_decided : was_open) = true;
    EXPECT_EQ(run({"init"}), base::kExitOk);
  }
  EXPECT_TRUE(was_open);
  EXPECT_TRUE(was_decided);
}

}  // namespace
}  // namespace pki::command
