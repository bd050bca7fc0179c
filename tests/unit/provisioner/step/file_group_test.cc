#include "provisioner/step/file_group.h"

#include <gmock/gmock.h>

#include "provisioner/step/executor.h"
#include "tests/unit/provisioner/fake_host.h"

namespace provisioner::step {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FileGroupTest : public ::testing::Test {
 protected:
  FileGroupTest() {
    group_.wanted = {{"/etc/nsd/a.conf", {"# MARK a\n", 0644}}, {"/etc/nsd/b.zone", {"; MARK b\n", 0644}}};
    group_.checks = {{"/etc/nsd/b.zone", {"nsd-checkzone", "example", "{}"}}};
    group_.reload = {{{"nsd-control", "reconfig"}}, {{"nsd-control", "reload"}}};
    group_.verify = {{{"drill", "a.example"}}};
  }
  Change plan() { return plan_group(group_, observe_group(host_, group_, *ledger_).value()); }
  Outcome apply() {
    Plan all;
    all.push_back(plan());
    host_.forget_calls();
    return carry_out(all, {host_, *ledger_, watcher_, interrupted_});
  }

  FakeHost host_;
  std::unique_ptr<Ledger> ledger_ = std::move(Ledger::open(host_, "/made.json").value());
  SilentWatcher watcher_;
  std::atomic<bool> interrupted_{false};
  FileGroup group_{.kind = "dns file", .name = "nsd", .mark = "MARK", .wanted = {}};
};

TEST_F(FileGroupTest, ChecksPlacesReloadsAndVerifies) {
  const Change change = plan();
  EXPECT_EQ(change.action, Action::kCreate);
  EXPECT_EQ(change.why, "/etc/nsd/a.conf is not there, /etc/nsd/b.zone is not there");
  EXPECT_TRUE(apply().ok());
  EXPECT_THAT(host_.calls(), ElementsAre("nsd-checkzone example /etc/nsd/.b.zone.to-check", "nsd-control reconfig",
                                         "nsd-control reload", "drill a.example"));
  EXPECT_EQ(host_.content("/etc/nsd/b.zone"), "; MARK b\n");
  EXPECT_FALSE(host_.exists("/etc/nsd/.b.zone.to-check"));
  EXPECT_EQ(plan().action, Action::kSame);
  EXPECT_THAT(plan().steps, IsEmpty());
}

TEST_F(FileGroupTest, ChangesWhatDiffersAndRemovesWhatIsWantedNoMore) {
  ASSERT_TRUE(apply().ok());
  group_.wanted[0].file.content = "# MARK other\n";
  group_.wanted.pop_back();
  const Change change = plan();
  EXPECT_EQ(change.action, Action::kChange);
  EXPECT_EQ(change.why, "/etc/nsd/a.conf differs, /etc/nsd/b.zone is wanted no more");
  EXPECT_TRUE(apply().ok());
  EXPECT_FALSE(host_.exists("/etc/nsd/b.zone"));
  group_.wanted.clear();
  EXPECT_EQ(plan().action, Action::kRemove);
  EXPECT_TRUE(apply().ok());
  EXPECT_THAT(host_.files(), IsEmpty());  // the ledger has gone too
}

TEST_F(FileGroupTest, TakesBackAFileWhoseModeSomebodyChanged) {
  ASSERT_TRUE(apply().ok());
  host_.put("/etc/nsd/a.conf", "# MARK a\n", 0666);
  EXPECT_EQ(plan().why, "/etc/nsd/a.conf differs");
}

TEST_F(FileGroupTest, PlacesNothingThatItsCheckRefuses) {
  host_.answer("nsd-checkzone", "line 1: bad", 1);
  const Outcome outcome = apply();
  EXPECT_THAT(outcome.failures.at(0).error.message, HasSubstr("line 1: bad"));
  EXPECT_THAT(host_.files(), IsEmpty());
  EXPECT_THAT(host_.calls(), ElementsAre("nsd-checkzone example /etc/nsd/.b.zone.to-check"));
}

TEST_F(FileGroupTest, PutsAllBackAndTellsTheReadersWhereVerifyingFails) {
  ASSERT_TRUE(apply().ok());
  const auto before = host_.files();
  group_.wanted[0].file.content = "# MARK worse\n";
  host_.answer("drill", "SERVFAIL", 1);
  const Outcome outcome = apply();
  EXPECT_THAT(outcome.failures.at(0).error.message, HasSubstr("SERVFAIL"));
  EXPECT_EQ(host_.files(), before);
  EXPECT_THAT(host_.calls(), ElementsAre("nsd-control reconfig", "nsd-control reload", "drill a.example",
                                         "nsd-control reconfig", "nsd-control reload"));
}

TEST_F(FileGroupTest, LeavesFilesOfOthersAlone) {
  host_.put("/etc/nsd/a.conf", "# by hand\n");
  EXPECT_THAT(observe_group(host_, group_, *ledger_).error().message,
              HasSubstr("/etc/nsd/a.conf is there and is not ours"));
  host_.put("/etc/nsd/a.conf", "# MARK from a run whose ledger was lost\n");
  EXPECT_EQ(plan().action, Action::kChange);
}

}  // namespace
}  // namespace provisioner::step
