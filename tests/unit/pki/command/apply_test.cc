#include "pki/command/apply.h"

#include "tests/unit/pki/command/command_fixture.h"
#include "tests/unit/pki/output/failing_files.h"

namespace pki::command {
namespace {

using testing::HasSubstr;

class ApplyTest : public CommandFixture {};

TEST_F(ApplyTest, TellsWhereWhatWasRenewedGoes) {
  make();
  EXPECT_EQ(run({"renew", "admin"}), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(),
              HasSubstr("in " + folder_.string() +
                        "\nbring admin.kubeconfig to controller-0, where nothing is to be restarted for it\n"
                        "hand out where it is used: admin-remote.kubeconfig\n"));
}

TEST_F(ApplyTest, WarnsWhereTheAuthorityCutsWhatItSigns) {
  make();
  now_ = kNow + std::chrono::days(3650 - 100);
  EXPECT_EQ(run({"renew", "admin"}), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("administrator's client, valid to 2036-11-20\n"));
  EXPECT_THAT(err_.str(), HasSubstr("keepstate-pki: warning: ca.pem ends on 2036-11-20, and what it signs now with it, "
                                    "sooner than spec.pki.validity.leaf says; rotate-ca"));
  EXPECT_EQ(run({"renew", "--within", "120d"}), base::kExitOk) << err_.str();
  EXPECT_THAT(err_.str(), HasSubstr("warning: admin.pem: it ends on 2036-11-20 12:00:00 UTC, in 100 days, and ca.pem "
                                    "with it, so renew would not help; rotate-ca does\n"));
  EXPECT_EQ(run({"renew", "--within", "120d"}), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("nothing to renew: "));
  EXPECT_THAT(out_.str(), HasSubstr("what ends within 120d ends with the authority\n"));
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
