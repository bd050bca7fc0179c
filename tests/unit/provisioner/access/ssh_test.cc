#include "provisioner/access/ssh.h"

#include <gmock/gmock.h>

#include "lib/base/subprocess.h"
#include "provisioner/step/shell_text.h"
#include "provisioner/step/system_host.h"

namespace provisioner::access {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class SshTest : public ::testing::Test {
 protected:
  SshTest() {
    cluster_.hypervisor.folder = "/var/lib/keepstate/x";
    machine_.name = "worker-0";
    machine_.address = base::IpAddress::parse("10.10.0.21").value();
  }

  cluster::Cluster cluster_;
  cluster::Machine machine_;
};

TEST_F(SshTest, LogsInByOurOwnKeyAndKnowsEachMachineByItself) {
  EXPECT_EQ(step::shell_text(step::Command{ssh_argv(cluster_, machine_, {"uname", "-n"})}),
            "ssh -F /dev/null -i /var/lib/keepstate/x/ssh/id_ed25519 -o IdentitiesOnly=yes -o BatchMode=yes -o "
            "StrictHostKeyChecking=accept-new -o UserKnownHostsFile=/var/lib/keepstate/x/machines/worker-0/known_hosts "
            "-o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=4 -o LogLevel=ERROR -l keepstate -- "
            "10.10.0.21 'uname -n'");
}

TEST_F(SshTest, TakesTheKeyThatIsNamed) {
  cluster_.access.key_file = "/root/.ssh/id_ed25519";
  cluster_.access.user = "me";
  const auto argv = ssh_argv(cluster_, machine_, {});
  EXPECT_THAT(argv, Contains("/root/.ssh/id_ed25519"));
  EXPECT_THAT(argv, Contains("me"));
  EXPECT_EQ(argv.back(), "10.10.0.21");
}

TEST_F(SshTest, QuotesTheWordsForTheShellThere) {
  EXPECT_EQ(ssh_argv(cluster_, machine_, {"echo", "a  b", "$(id);"}).back(), "echo 'a  b' '$(id);'");
}

// What a shell makes of the input, without a machine.
std::string run_as_script(const std::string& input) {
  step::SystemHost host;
  const auto output = host.run({.argv = {"sh", "-s"}, .input = input});
  return output ? output->out : output.error().message;
}

TEST_F(SshTest, RunsAScriptOnlyOnceAllOfItHasCome) {
  const auto command = root_script(cluster_, machine_, "echo first\ncat\necho second\n", std::chrono::seconds{5});
  EXPECT_EQ(command.argv.back(), "sudo -n sh -s");
  EXPECT_EQ(run_as_script(command.input), "first\nsecond\n");
  for (std::size_t size = 0; size < command.input.rfind('}'); ++size) {
    EXPECT_EQ(run_as_script(command.input.substr(0, size)), "") << size;
  }
}

}  // namespace
}  // namespace provisioner::access
