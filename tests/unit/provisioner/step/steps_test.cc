#include "provisioner/step/steps.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/fake_workplace.h"

namespace provisioner::step {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(WriteFile, PutsBackWhatWasThere) {
  FakeWorkplace place;
  place.host().put("/etc/x", "old", 0600);
  WriteFile step("/etc/x", {"new\n", 0644});
  EXPECT_EQ(step.print(), "install -m 0644 /dev/stdin /etc/x <<'END'\nnew\nEND");
  ASSERT_TRUE(step.carry_out(place));
  EXPECT_EQ(place.host().content("/etc/x"), "new\n");
  ASSERT_TRUE(step.undo(place));
  EXPECT_EQ(place.host().files().at("/etc/x"), (FileState{"old", 0600}));
}

TEST(WriteFile, TakesAwayWhatWasNotThere) {
  FakeWorkplace place;
  WriteFile step("/etc/x", {"new\n", 0644});
  ASSERT_TRUE(step.carry_out(place));
  ASSERT_TRUE(step.undo(place));
  EXPECT_FALSE(place.host().exists("/etc/x"));
}

TEST(RemoveFile, PutsItBack) {
  FakeWorkplace place;
  place.host().put("/etc/x", "old", 0600);
  RemoveFile step("/etc/x");
  EXPECT_EQ(step.print(), "rm -f /etc/x");
  ASSERT_TRUE(step.carry_out(place));
  EXPECT_FALSE(place.host().exists("/etc/x"));
  ASSERT_TRUE(step.undo(place));
  EXPECT_EQ(place.host().files().at("/etc/x"), (FileState{"old", 0600}));
}

TEST(Folders, AreMadeAndRemoved) {
  FakeWorkplace place;
  MakeFolder make("/srv/x", 0700);
  EXPECT_EQ(make.print(), "mkdir -p -m 0700 /srv/x");
  ASSERT_TRUE(make.carry_out(place));
  EXPECT_TRUE(place.host().exists("/srv/x"));
  place.host().put("/srv/x/a/b", "");
  RemoveTree remove("/srv/x");
  EXPECT_EQ(remove.print(), "rm -rf /srv/x");
  ASSERT_TRUE(remove.carry_out(place));
  EXPECT_THAT(place.host().files(), IsEmpty());
  EXPECT_FALSE(place.host().exists("/srv/x"));
}

TEST(RunCommand, RunsTheOppositeToUndo) {
  FakeWorkplace place;
  RunCommand step({{"ip", "link", "add", "b"}}, Command{{"ip", "link", "del", "b"}});
  EXPECT_EQ(step.print(), "ip link add b");
  ASSERT_TRUE(step.carry_out(place));
  ASSERT_TRUE(step.undo(place));
  EXPECT_THAT(place.host().calls(), ElementsAre("ip link add b", "ip link del b"));
}

TEST(RunCommand, FailsWhereTheProgramDoes) {
  FakeWorkplace place;
  place.host().answer("false", "no", 1);
  RunCommand step({{"false"}});
  EXPECT_EQ(step.carry_out(place).error().message, "false ended with exit code 1: no");
  EXPECT_TRUE(step.undo(place));
}

TEST(RunPipe, PassesFromOneProgramToTheOther) {
  FakeWorkplace place;
  RunPipe step({{"tar", "-c", "a b"}}, {{"ssh", "x", "tar -x"}});
  EXPECT_EQ(step.print(), "tar -c 'a b' | ssh x 'tar -x'");
  place.host().answer("ssh", "placed a\nplaced b\n");
  ASSERT_TRUE(step.carry_out(place));
  EXPECT_THAT(place.host().calls(), ElementsAre("tar -c 'a b'", "ssh x 'tar -x'"));
  EXPECT_THAT(place.told, ElementsAre("placed a", "placed b"));
  place.host().answer("tar", "no", 1);
  EXPECT_FALSE(RunPipe({{"tar"}}, {{"ssh"}}).carry_out(place));
}

TEST(RunAtUndo, RunsOnlyThen) {
  FakeWorkplace place;
  RunAtUndo step({{"nsd-control", "reload"}});
  EXPECT_EQ(step.print(), "# should a later step fail: nsd-control reload");
  ASSERT_TRUE(step.carry_out(place));
  EXPECT_THAT(place.host().calls(), IsEmpty());
  ASSERT_TRUE(step.undo(place));
  EXPECT_THAT(place.host().calls(), ElementsAre("nsd-control reload"));
}

TEST(Rest, EndsWithAnInterruption) {
  FakeWorkplace place;
  const auto before = place.host().now();
  EXPECT_TRUE(rest(place, std::chrono::milliseconds(250)));
  EXPECT_EQ(place.host().now() - before, std::chrono::milliseconds(250));
  place.interrupted = true;
  EXPECT_FALSE(rest(place, std::chrono::hours(1)));
  EXPECT_EQ(place.host().now() - before, std::chrono::milliseconds(250));
}

TEST(LedgerSteps, ClaimAndRelease) {
  FakeWorkplace place;
  const LedgerEntry entry{"bridge", "bridge1", "x"};
  Claim claim(entry);
  ASSERT_TRUE(claim.carry_out(place));
  EXPECT_THAT(place.ledger().entries(), ElementsAre(entry));
  Release release("bridge", "bridge1");
  ASSERT_TRUE(release.carry_out(place));
  EXPECT_THAT(place.ledger().entries(), IsEmpty());
  ASSERT_TRUE(release.undo(place));
  EXPECT_THAT(place.ledger().entries(), ElementsAre(entry));
  ASSERT_TRUE(claim.undo(place));
  EXPECT_THAT(place.ledger().entries(), IsEmpty());
}

TEST(LedgerSteps, PutBackAFormerEntry) {
  FakeWorkplace place;
  ASSERT_TRUE(place.ledger().claim({"file", "/x", "1"}));
  Claim claim({"file", "/x", "2"});
  ASSERT_TRUE(claim.carry_out(place));
  ASSERT_TRUE(claim.undo(place));
  EXPECT_THAT(place.ledger().entries(), ElementsAre(LedgerEntry{"file", "/x", "1"}));
}

TEST(RunAtUndo, PrintsCommentsAlone) {
  EXPECT_EQ(RunAtUndo({{"sh", "-c", "one\ntwo"}}).print(), "# should a later step fail: sh -c 'one\n# two'");
}

}  // namespace
}  // namespace provisioner::step
