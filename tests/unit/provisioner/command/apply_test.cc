#include "provisioner/command/apply.h"

#include "lib/base/folder_lock.h"
#include "tests/unit/provisioner/command/command_test.h"

namespace provisioner::command {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// The cluster's folder is made by hand, as the host is in memory.
class ApplyTest : public CommandTest {
 protected:
  ApplyTest() { std::filesystem::create_directory(made_); }

  const std::filesystem::path made_ = folder_.path() / "made";
};

TEST_F(ApplyTest, PrintsAScriptAndDoesNothingOnADryRun) {
  is_root_ = false;
  const auto before = host_.files();
  EXPECT_EQ(run("apply -c CONFIG --dry-run"), base::kExitOk);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("#!/bin/sh"), HasSubstr("ip link add name bridge1"), HasSubstr("qemu-img create")));
  EXPECT_EQ(host_.files(), before);
}

TEST_F(ApplyTest, IsForRootAlone) {
  is_root_ = false;
  EXPECT_EQ(run("apply -c CONFIG --yes"), base::kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("which only root may; --dry-run prints"));
}

TEST_F(ApplyTest, AsksFirst) {
  EXPECT_EQ(run("apply -c CONFIG"), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("nobody is here to be asked; with --yes it is done"));
  std::filesystem::create_directory(made_);  // the empty one has gone
  std::string asked;
  ask_ = [&](std::string_view question) {
    asked = question;
    return false;
  };
  EXPECT_EQ(run("apply -c CONFIG"), base::kExitFailed);
  EXPECT_EQ(asked, "Do this? [y/N] ");
  EXPECT_THAT(err_.str(), HasSubstr("nothing was changed"));
  EXPECT_THAT(host_.calls(), Not(Contains(HasSubstr("ip link add"))));
}

TEST_F(ApplyTest, DoesTheHostsPartAndEndsWhereOneThingFails) {
  host_.answer("ip link add name bridge1", "not permitted", 1);
  EXPECT_EQ(run("apply -c CONFIG --yes"), base::kExitFailed);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("keepstate-provisioner: bridge bridge1: "), HasSubstr("not permitted"),
                                HasSubstr("`apply` again goes on from there")));
  EXPECT_THAT(host_.calls(), Not(Contains(HasSubstr("qemu-img create"))));
}

TEST_F(ApplyTest, IsAloneInTheFolder) {
  const auto lock = base::FolderLock::take(made_, "process 7 (keepstate-provisioner apply)");
  EXPECT_EQ(run("apply -c CONFIG --yes"), base::kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("process 7 (keepstate-provisioner apply) is at work in"));
}

TEST_F(ApplyTest, WantsKnownNames) {
  EXPECT_EQ(run("apply -c CONFIG --only wroker-0 --dry-run"), base::kExitUsage);
  EXPECT_EQ(run("apply -c CONFIG --only worker-0 --dry-run"), base::kExitOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("machine worker-0"), Not(HasSubstr("machine controller-0"))));
}

TEST_F(ApplyTest, DestroysNothingWhereNothingWasMade) {
  EXPECT_EQ(run("destroy -c CONFIG"), base::kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("nothing to do"));
  EXPECT_FALSE(std::filesystem::exists(made_)) << "an empty folder does not stay";
}

TEST_F(ApplyTest, DestroysWhatTheLedgerHasAlone) {
  ASSERT_TRUE(step::Ledger::open(host_, made_ / "made.json").value()->claim({"machine", "old", "qemu"}));
  EXPECT_EQ(run("destroy -c CONFIG --dry-run"), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("- machine old"));
}

}  // namespace
}  // namespace provisioner::command
