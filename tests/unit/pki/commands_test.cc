#include "pki/commands.h"

#include <gmock/gmock.h>

#include <sstream>

#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/pki/sample_cluster.h"

namespace pki {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StrEq;
using tests::support::content_of;
using tests::support::put;
using tests::support::state_of;

class CommandsTest : public testing::Test {
 protected:
  base::ExitCode run(std::chrono::sys_seconds now = kNow) {
    out_.str("");
    err_.str("");
    return init(cluster_, options_, now, {out_, err_});
  }
  [[nodiscard]] std::string at(const char* file) const { return (options_.folder / file).string(); }
  void remove(const char* file) { std::filesystem::remove(at(file)); }

  // A run that must fail, say `message` and leave every file as it was.
  void expect_refusal(const std::string& message, std::chrono::sys_seconds now = kNow) {
    const auto before = state_of(options_.folder);
    EXPECT_EQ(run(now), base::kExitFailed);
    EXPECT_THAT(err_.str(), HasSubstr(message));
    EXPECT_THAT(err_.str(), HasSubstr("keepstate-pki: nothing was changed\n"));
    EXPECT_THAT(out_.str(), IsEmpty());
    EXPECT_EQ(state_of(options_.folder), before);
  }

  tests::support::TemporaryFolder scratch_;
  cluster::Cluster cluster_ = sample_cluster();
  InitOptions options_{"cluster.yaml", scratch_.path() / "pki"};
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(CommandsTest, TellsEachFileItMakes) {
  EXPECT_EQ(run(), base::kExitOk);
  EXPECT_THAT(err_.str(), IsEmpty());
  EXPECT_THAT(out_.str(), StrEq("made  ca-key.pem          private key of ca.pem, ECDSA P-256\n"
                                "made  ca.pem              certificate authority, valid to 2036-11-20\n"
                                "made  kubernetes-key.pem  private key of kubernetes.pem, ECDSA P-256\n"
                                "made  kubernetes.pem      API server, valid to 2027-11-23, 14 names and addresses\n"
                                "made  admin-key.pem       private key of admin.pem, ECDSA P-256\n"
                                "made  admin.pem           administrator's client, valid to 2027-11-23\n"
                                "6 made, 0 kept in " +
                                options_.folder.string() + "\n"));
}

TEST_F(CommandsTest, ASecondRunChangesNothingAndSaysSo) {
  ASSERT_EQ(run(), base::kExitOk);
  const auto before = state_of(options_.folder);
  EXPECT_EQ(run(kNow + std::chrono::days(30)), base::kExitOk);
  EXPECT_EQ(state_of(options_.folder), before);
  EXPECT_THAT(out_.str(),
              HasSubstr("kept  kubernetes.pem      API server, valid to 2027-11-23, 14 names and addresses\n"));
  EXPECT_THAT(out_.str(), HasSubstr("nothing to do: all 6 files are in " + options_.folder.string() + "\n"));
}

TEST_F(CommandsTest, CompletesWhatIsMissingForTheKeysThatAreThere) {
  ASSERT_EQ(run(), base::kExitOk);
  const auto before = state_of(options_.folder);
  remove("ca.pem");
  remove("kubernetes.pem");
  remove("admin.pem");
  remove("admin-key.pem");
  EXPECT_EQ(run(), base::kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("4 made, 2 kept in "));
  const auto after = state_of(options_.folder);
  EXPECT_EQ(after.at("ca-key.pem"), before.at("ca-key.pem"));
  EXPECT_EQ(after.at("kubernetes-key.pem"), before.at("kubernetes-key.pem"));
  EXPECT_EQ(after.size(), 6U);
}

TEST_F(CommandsTest, AnAuthorityIssuedAgainStillStandsForWhatItSigned) {
  ASSERT_EQ(run(), base::kExitOk);
  remove("ca.pem");
  EXPECT_EQ(run(), base::kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("1 made, 5 kept in "));
  EXPECT_EQ(run(), base::kExitOk);
}

TEST_F(CommandsTest, RefusesConflictsAndChangesNothing) {
  ASSERT_EQ(run(), base::kExitOk);
  const std::string ca_key = content_of(at("ca-key.pem"));
  remove("ca-key.pem");
  expect_refusal(at("ca-key.pem") + ": it is missing while ca.pem is there");
  put(at("ca-key.pem"), content_of(at("admin-key.pem")));
  expect_refusal(at("ca.pem") + ": it is not for the key in ca-key.pem");
  put(at("ca-key.pem"), ca_key.substr(0, 100));
  expect_refusal(at("ca-key.pem") + ": it is not a whole private key in PEM form");
  put(at("ca-key.pem"), ca_key);
  cluster_.load_balancer->vip = *base::IpAddress::parse("10.10.0.9");
  expect_refusal(at("kubernetes.pem") + ": it does not name 10.10.0.9");
}

TEST_F(CommandsTest, RefusesWhatTheClockSaysIsOver) {
  ASSERT_EQ(run(), base::kExitOk);
  expect_refusal(at("kubernetes.pem") + ": it ended on 2027-11-23 12:00:00 UTC", kNow + std::chrono::days(366));
  expect_refusal(at("ca.pem") + ": it ended on 2036-11-20 12:00:00 UTC", kNow + std::chrono::days(4000));
  expect_refusal(at("ca.pem") + ": it is valid from 2026-11-23 11:55:00 UTC on", kNow - std::chrono::days(1));
}

TEST_F(CommandsTest, WarnsOfAKeyThatOthersCanRead) {
  ASSERT_EQ(run(), base::kExitOk);
  std::filesystem::permissions(at("admin-key.pem"), std::filesystem::perms{0644});
  EXPECT_EQ(run(), base::kExitOk);
  EXPECT_THAT(err_.str(), HasSubstr("keepstate-pki: warning: " + at("admin-key.pem") + " has mode 0644"));
}

TEST_F(CommandsTest, SaysEveryKeyThatTheConfigurationLacks) {
  cluster_ = {};
  EXPECT_EQ(run(), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("cluster.yaml: spec.controlPlaneEndpoint is needed"));
  EXPECT_THAT(err_.str(), HasSubstr("cluster.yaml: spec.loadBalancer.vip is needed"));
  EXPECT_FALSE(std::filesystem::exists(options_.folder));
}

TEST_F(CommandsTest, SaysWhenNoFolderCanBeMade) {
  put(scratch_.path() / "file", "");
  options_.folder = scratch_.path() / "file" / "pki";
  EXPECT_EQ(run(), base::kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("Not a directory"));
  options_.folder = "/dev/null/pki";
  EXPECT_EQ(run(), base::kExitFailed);
  EXPECT_THAT(out_.str(), IsEmpty());
}

TEST_F(CommandsTest, ReadsTheConfigurationFromItsFile) {
  options_.config = scratch_.path() / "missing.yaml";
  EXPECT_EQ(init(options_, kNow, {out_, err_}), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("missing.yaml: No such file or directory"));
  options_.config = scratch_.path() / "cluster.yaml";
  put(options_.config,
      "apiVersion: keepstate/v1\nkind: Cluster\nmetadata: {name: small}\nspec:\n"
      "  controlPlaneEndpoint: kubernetes.home.arpa:6443\n"
      "  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}\n"
      "  loadBalancer: {vip: 10.10.0.1}\n"
      "  machines: [{name: controller-0, role: control-plane, address: 10.10.0.11}]\n");
  EXPECT_EQ(init(options_, kNow, {out_, err_}), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("API server, valid to 2027-11-23, 10 names and addresses"));
}

}  // namespace
}  // namespace pki
