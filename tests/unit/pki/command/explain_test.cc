#include "pki/command/explain.h"

#include "tests/unit/pki/command/command_fixture.h"

namespace pki::command {
namespace {

using testing::HasSubstr;

class ExplainCommandTest : public CommandFixture {};

TEST_F(ExplainCommandTest, TellsWhyFromClusterYamlAlone) {
  EXPECT_EQ(run({"explain", "pki/kubernetes.pem"}), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("10.32.0.1\n     the service `kubernetes`"));
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(ExplainCommandTest, GuessesAMisspeltName) {
  EXPECT_EQ(run({"explain", "kubernets.pem"}), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean 'kubernetes.pem'?"));
}

}  // namespace
}  // namespace pki::command
