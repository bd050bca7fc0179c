#include "pki/command/inspect.h"

#include "tests/unit/pki/command/command_fixture.h"

namespace pki::command {
namespace {

using testing::HasSubstr;

class InspectCommandTest : public CommandFixture {};

TEST_F(InspectCommandTest, TellsWhatAFileSays) {
  make();
  EXPECT_EQ(run({"inspect", at("admin.pem")}), base::kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr(at("admin.pem") + ": certificate\n  subject     CN=admin,O=system:masters\n"));
}

TEST_F(InspectCommandTest, SaysWhatIsWrong) {
  EXPECT_EQ(run({"inspect", config_.string()}), base::kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("cluster.yaml: it is neither a certificate nor"));
  EXPECT_EQ(run({"inspect"}), base::kExitUsage);
}

}  // namespace
}  // namespace pki::command
