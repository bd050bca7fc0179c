#include "provisioner/hypervisor/ssh_access.h"

#include <gmock/gmock.h>

#include "provisioner/step/shell_text.h"
#include "provisioner/step/system_host.h"
#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/provisioner/fake_workplace.h"
#include "tests/unit/provisioner/hypervisor/sample_cluster.h"

namespace provisioner::hypervisor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(SshAccess, MakesAPairOfItsOwn) {
  FakeWorkplace place;
  const cluster::Cluster cluster = sample_cluster();
  EXPECT_EQ(key_file(cluster), "/srv/x/ssh/id_ed25519");
  const KeyState none = observe_key(place.host(), cluster).value();
  EXPECT_FALSE(none.has_private);
  for (const auto& step : steps_to_make_key(cluster, none)) ASSERT_TRUE(step->carry_out(place));
  EXPECT_THAT(place.host().calls(), ElementsAre("ssh-keygen -q -t ed25519 -N '' -C keepstate-provisioner@hard-way -f "
                                                "/srv/x/ssh/id_ed25519"));
  place.host().put("/srv/x/ssh/id_ed25519", "private", 0600);
  place.host().put("/srv/x/ssh/id_ed25519.pub", "ssh-ed25519 AAAA me\n");
  const KeyState made = observe_key(place.host(), cluster).value();
  EXPECT_EQ(made.public_line, "ssh-ed25519 AAAA me");
  EXPECT_THAT(steps_to_make_key(cluster, made), IsEmpty());
}

TEST(SshAccess, FindsAPublicKeyThatWasLost) {
  FakeWorkplace place;
  const cluster::Cluster cluster = sample_cluster();
  place.host().put("/srv/x/ssh/id_ed25519", "private", 0600);
  place.host().answer("ssh-keygen -y -f /srv/x/ssh/id_ed25519", "ssh-ed25519 AAAA\n");
  const auto steps = steps_to_make_key(cluster, observe_key(place.host(), cluster).value());
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_EQ(steps[0]->print(), "ssh-keygen -y -f /srv/x/ssh/id_ed25519 > /srv/x/ssh/id_ed25519.pub");
  ASSERT_TRUE(steps[0]->carry_out(place));
  EXPECT_EQ(place.host().content("/srv/x/ssh/id_ed25519.pub"), "ssh-ed25519 AAAA\n");
}

TEST(SshAccess, WantsTheKeyThatTheFileNames) {
  FakeHost host;
  cluster::Cluster cluster = sample_cluster();
  cluster.access.key_file = "/root/key";
  EXPECT_THAT(observe_key(host, cluster).error().message, HasSubstr("/root/key is missing; make a pair by ssh-keygen"));
  host.put("/root/key", "private", 0600);
  EXPECT_THAT(observe_key(host, cluster).error().message, HasSubstr("/root/key.pub is missing"));
  host.put("/root/key.pub", "ssh-ed25519 AAAA\n");
  const KeyState state = observe_key(host, cluster).value();
  EXPECT_THAT(steps_to_make_key(cluster, state), IsEmpty());
}

TEST(SshAccess, KnowsAMachineByItsNameAndNobodyElse) {
  const cluster::Cluster cluster = sample_cluster();
  const std::string line = step::shell_text(step::Command{ssh_command(cluster, cluster.machines[1], {"echo $HOME"})});
  EXPECT_THAT(line, StartsWith("ssh -F none -o User=keepstate -o IdentityFile=/srv/x/ssh/id_ed25519 "));
  EXPECT_THAT(line, HasSubstr(" -o HostKeyAlias=worker-0 -o UserKnownHostsFile=/srv/x/machines/worker-0/known_hosts "));
  EXPECT_THAT(line, ::testing::EndsWith(" 10.10.0.21 'echo $HOME'"));
}

// ssh(1) itself reads every option, and ssh-keygen(1) makes a pair.
TEST(SshAccess, ToolsTakeIt) {
  step::SystemHost host;
  if (!host.exists("/usr/bin/ssh")) GTEST_SKIP() << "needs openssh-client";
  const tests::support::TemporaryFolder folder;
  cluster::Cluster cluster = sample_cluster();
  cluster.hypervisor.folder = folder.path().string();
  FakeWorkplace fake;
  for (const auto& step : steps_to_make_key(cluster, {})) {
    ASSERT_TRUE(step->carry_out(fake));  // only to see the words
  }
  std::vector<std::string> argv = ssh_command(cluster, cluster.machines[1], {});
  argv.insert(argv.begin() + 1, "-G");  // shows what it would do
  const auto output = host.run({argv});
  ASSERT_TRUE(output && output->status.ok()) << output->err;
  EXPECT_THAT(output->out, HasSubstr("\nhostkeyalias worker-0\n"));
  EXPECT_THAT(output->out, HasSubstr("\nbatchmode yes\n"));
  ASSERT_TRUE(host.make_folder(folder.path() / "ssh", 0700));
  const auto made =
      host.run({{"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "x", "-f", key_file(cluster).string()}});
  ASSERT_TRUE(made && made->status.ok()) << made->err;
  EXPECT_THAT(observe_key(host, cluster).value().public_line.value(), StartsWith("ssh-ed25519 "));
  EXPECT_EQ(tests::support::mode_of(key_file(cluster)), 0600U);
}

}  // namespace
}  // namespace provisioner::hypervisor
