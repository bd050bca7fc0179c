#include "provisioner/hypervisor/ssh_key.h"

#include <gmock/gmock.h>

#include "provisioner/access/ssh.h"
#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/provisioner/fake_workplace.h"
#include "tests/unit/provisioner/hypervisor/sample_cluster.h"
#include "tests/unit/provisioner/real_workplace.h"

namespace provisioner::hypervisor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(SshKey, MakesAPairOfItsOwn) {
  FakeWorkplace place;
  const cluster::Cluster cluster = sample_cluster();
  const KeyState none = observe_key(place.host(), cluster).value();
  EXPECT_FALSE(none.has_private);
  const step::Change change = plan_key(cluster, none);
  EXPECT_EQ(change.action, step::Action::kCreate);
  for (const auto& step : change.steps) ASSERT_TRUE(step->carry_out(place));
  EXPECT_THAT(place.host().calls(), ElementsAre("ssh-keygen -q -t ed25519 -N '' -C keepstate-provisioner@hard-way -f "
                                                "/srv/x/ssh/id_ed25519"));
  place.host().put("/srv/x/ssh/id_ed25519", "private", 0600);
  place.host().put("/srv/x/ssh/id_ed25519.pub", "ssh-ed25519 AAAA me\n");
  const KeyState made = observe_key(place.host(), cluster).value();
  EXPECT_EQ(made.public_line, "ssh-ed25519 AAAA me");
  EXPECT_EQ(plan_key(cluster, made).action, step::Action::kSame);

  const auto entries = place.ledger().of_kind(kKeyKind);
  ASSERT_THAT(entries, SizeIs(1));
  for (const auto& step : plan_key_removal(entries[0]).steps) ASSERT_TRUE(step->carry_out(place));
  EXPECT_THAT(place.host().files(), IsEmpty());
}

TEST(SshKey, FindsAPublicHalfThatWasLost) {
  FakeWorkplace place;
  const cluster::Cluster cluster = sample_cluster();
  place.host().put("/srv/x/ssh/id_ed25519", "private", 0600);
  place.host().answer("ssh-keygen -y -f /srv/x/ssh/id_ed25519", "ssh-ed25519 AAAA\n");
  const step::Change change = plan_key(cluster, observe_key(place.host(), cluster).value());
  ASSERT_THAT(change.steps, SizeIs(2));
  EXPECT_EQ(change.steps[1]->print(), "ssh-keygen -y -f /srv/x/ssh/id_ed25519 > /srv/x/ssh/id_ed25519.pub");
  ASSERT_TRUE(change.steps[1]->carry_out(place));
  EXPECT_EQ(place.host().content("/srv/x/ssh/id_ed25519.pub"), "ssh-ed25519 AAAA\n");
}

TEST(SshKey, WantsTheOneThatTheFileNames) {
  FakeHost host;
  cluster::Cluster cluster = sample_cluster();
  cluster.access.key_file = "/root/key";
  EXPECT_THAT(observe_key(host, cluster).error().message, HasSubstr("/root/key is missing; make a pair by ssh-keygen"));
  host.put("/root/key", "private", 0600);
  EXPECT_THAT(observe_key(host, cluster).error().message, HasSubstr("/root/key.pub is missing"));
  host.put("/root/key.pub", "ssh-ed25519 AAAA\n");
  EXPECT_EQ(plan_key(cluster, observe_key(host, cluster).value()).action, step::Action::kSame);
  EXPECT_EQ(plan_key(cluster, {}).action, step::Action::kSame);  // it is not ours to make
}

// ssh-keygen(1) itself makes the pair.
TEST(SshKey, IsReal) {
  const tests::support::TemporaryFolder folder;
  RealWorkplace place;
  if (!place.host().exists("/usr/bin/ssh-keygen")) GTEST_SKIP() << "needs openssh-client";
  cluster::Cluster cluster = sample_cluster();
  cluster.hypervisor.folder = folder.path().string();
  for (const auto& step : plan_key(cluster, {}).steps) ASSERT_TRUE(step->carry_out(place));
  EXPECT_THAT(observe_key(place.host(), cluster).value().public_line.value(), StartsWith("ssh-ed25519 "));
  EXPECT_EQ(tests::support::mode_of(access::key_file(cluster)), 0600U);
  EXPECT_EQ(tests::support::mode_of(folder.path() / "ssh"), 0700U);
}

}  // namespace
}  // namespace provisioner::hypervisor
