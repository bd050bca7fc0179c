#include "pki/command/check.h"

#include <nlohmann/json.hpp>

#include "tests/unit/pki/command/command_fixture.h"

namespace pki::command {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class CheckTest : public CommandFixture {
 protected:
  CheckTest() { make(); }
};

TEST_F(CheckTest, TellsCertificatesKubeconfigsAndTheAuthority) {
  const auto before = state();
  EXPECT_EQ(run({"check"}), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("ca.pem                              valid  2036-11-20  in 3650 days"),
                                HasSubstr("worker-0.kubeconfig                 valid  2027-11-23  in 365 days")));
  EXPECT_EQ(state(), before);
}

TEST_F(CheckTest, FailsWhereSomethingEndsSoonHasEndedOrHasNotBegun) {
  now_ = kNow + std::chrono::days(335);
  EXPECT_EQ(run({"check"}), base::kExitFailed);
  EXPECT_THAT(out_.str(), HasSubstr("ending  2027-11-23  in 30 days"));
  EXPECT_EQ(run({"check", "--within", "29d"}), base::kExitOk);
  now_ = kNow + std::chrono::days(400);
  EXPECT_EQ(run({"check", "--within", "1h"}), base::kExitFailed);
  EXPECT_THAT(out_.str(), HasSubstr("ended  2027-11-23  35 days ago"));
  now_ = kNow - std::chrono::days(1);
  EXPECT_EQ(run({"check"}), base::kExitFailed);
  EXPECT_THAT(out_.str(), HasSubstr("not yet valid"));
}

TEST_F(CheckTest, NeedsNoKeyOfTheAuthority) {
  remove("ca-key.pem");
  EXPECT_EQ(run({"check"}), base::kExitOk) << err_.str();
}

TEST_F(CheckTest, WritesJsonForPrograms) {
  EXPECT_EQ(run({"check", "--json"}), base::kExitOk);
  const auto json = nlohmann::json::parse(out_.str());
  EXPECT_EQ(json["certificates"].size(), 14U);
  EXPECT_EQ(json["certificates"][0]["file"], "ca.pem");
}

TEST_F(CheckTest, WritesMetricsThatOthersCanRead) {
  const auto file = scratch_.path() / "keepstate_pki.prom";
  EXPECT_EQ(run({"check", "--metrics", file.string()}), base::kExitOk);
  EXPECT_THAT(tests::support::content_of(file),
              HasSubstr("{file=\"admin.kubeconfig\",subject=\"CN=admin,O=system:masters\"}"));
  EXPECT_EQ(tests::support::mode_of(file), 0644U);
  EXPECT_EQ(run({"check", "--metrics", "/nowhere/x.prom"}), base::kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("/nowhere"));
}

TEST_F(CheckTest, DoesNotTakeAnEmptyFolderForAHealthyOne) {
  std::filesystem::remove_all(folder_);
  EXPECT_EQ(run({"check"}), base::kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("there is no certificate in " + folder_.string()));
}

TEST_F(CheckTest, WantsALifetime) {
  EXPECT_EQ(run({"check", "--within", "soon"}), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("'soon' is not a lifetime; write a number and a unit, as 12h, 30d or 1y"));
}

}  // namespace
}  // namespace pki::command
