#include "provisioner/command/import.h"

#include "tests/unit/provisioner/command/command_test.h"

namespace provisioner::command {
namespace {

using ::testing::HasSubstr;

using ImportTest = CommandTest;

TEST_F(ImportTest, PrintsAClusterYaml) {
  host_.put("machines.txt",
            "10.0.0.10 server.kubernetes.local server\n10.0.0.20 node-0.kubernetes.local node-0 10.200.0.0/24\n");
  EXPECT_EQ(run("import machines.txt"), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("kind: Cluster"));
  EXPECT_THAT(out_.str(), HasSubstr("node-0"));
}

TEST_F(ImportTest, SaysWhatIsWrong) {
  EXPECT_EQ(run("import nowhere.txt"), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("nowhere.txt is not there"));
  host_.put("machines.txt", "10.0.0.10\n");
  EXPECT_EQ(run("import machines.txt"), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("machines.txt:1"));
  EXPECT_EQ(out_.str(), "");
}

}  // namespace
}  // namespace provisioner::command
