#include "provisioner/access/ssh.h"

#include <gmock/gmock.h>

#include "lib/base/subprocess.h"
#include "provisioner/step/shell_text.h"
#include "provisioner/step/system_host.h"

namespace provisioner::access {
namespace {

using ::testing::Contains;

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
  EXPECT_EQ(step::shell_text(step::Command{ssh_command(cluster_, machine_, {"uname", "-n"})}),
            "ssh -F none -o User=keepstate -o IdentityFile=/var/lib/keepstate/x/ssh/id_ed25519 -o IdentitiesOnly=yes "
            "-o BatchMode=yes -o HostKeyAlias=worker-0 "
            "-o UserKnownHostsFile=/var/lib/keepstate/x/machines/worker-0/known_hosts -o GlobalKnownHostsFile=none "
            "-o StrictHostKeyChecking=accept-new -o HashKnownHosts=no -o ConnectTimeout=20 -o ServerAliveInterval=10 "
            "-o ServerAliveCountMax=3 -o LogLevel=ERROR 10.10.0.21 uname -n");
}

TEST_F(SshTest, TakesTheKeyThatIsNamed) {
  cluster_.access.key_file = "/root/.ssh/id_ed25519";
  cluster_.access.user = "me";
  const auto argv = ssh_command(cluster_, machine_, {});
  EXPECT_THAT(argv, Contains("IdentityFile=/root/.ssh/id_ed25519"));
  EXPECT_THAT(argv, Contains("User=me"));
  EXPECT_EQ(argv.back(), "10.10.0.21");
}

TEST_F(SshTest, HandsAScriptOverInOneWord) {
  const auto command = root_reader(cluster_, machine_, "cat >'a b'; echo $HOME", std::chrono::seconds{5});
  EXPECT_EQ(command.argv.back(), "'cat >'\\''a b'\\''; echo $HOME'");
  EXPECT_THAT(command.argv, Contains("sudo"));
}

// What a shell makes of the input, without a machine.
std::string run_as_script(const std::string& input) {
  step::SystemHost host;
  const auto output = host.run({.argv = {"sh", "-s"}, .input = input});
  return output ? output->out : output.error().message;
}

TEST_F(SshTest, RunsAScriptOnlyOnceAllOfItHasCome) {
  const auto command = root_script(cluster_, machine_, "echo first\ncat\necho second\n", std::chrono::seconds{5});
  EXPECT_EQ(command.argv.back(), "-s");
  EXPECT_EQ(run_as_script(command.input), "first\nsecond\n");
  for (std::size_t size = 0; size < command.input.rfind('}'); ++size) {
    EXPECT_EQ(run_as_script(command.input.substr(0, size)), "") << size;
  }
}

}  // namespace
}  // namespace provisioner::access
