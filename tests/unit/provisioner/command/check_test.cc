#include "provisioner/command/check.h"

#include "tests/unit/provisioner/command/command_test.h"

namespace provisioner::command {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

using CheckTest = CommandTest;

TEST_F(CheckTest, SumsUpASoundFile) {
  EXPECT_EQ(run("check -c CONFIG"), base::kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("cluster 'lab' is sound: 1 control-plane machine, 1 worker"));
  EXPECT_THAT(host_.calls(), IsEmpty());
}

TEST_F(CheckTest, TellsWhatIsWrong) {
  write_yaml("apiVersion: keepstate/v1\nkind: Cluster\nspec: {domian: x}\n");
  EXPECT_EQ(run("check -c CONFIG"), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("unknown key 'domian' (did you mean 'domain'?)"));
}

}  // namespace
}  // namespace provisioner::command
