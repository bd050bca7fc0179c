#include "provisioner/hypervisor/machine_unit.h"

#include <gmock/gmock.h>

#include "provisioner/step/system_host.h"
#include "tests/support/golden.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/provisioner/hypervisor/sample_cluster.h"

namespace provisioner::hypervisor {
namespace {

TEST(MachineUnit, StartsWithTheHostAndEndsCleanly) {
  const cluster::Cluster cluster = sample_cluster();
  const auto unit = machine_unit(cluster, cluster.machines[1], {}, "/usr/bin/keepstate-provisioner");
  EXPECT_EQ(unit.path, "/etc/systemd/system/keepstate-hard-way.worker-0.service");
  tests::support::expect_golden(unit.file.content, "tests/unit/provisioner/hypervisor/golden/machine.service");
}

TEST(MachineUnit, SystemdTakesItWhateverTheKernelIsTold) {
  step::SystemHost host;
  if (!host.exists("/usr/bin/systemd-analyze")) GTEST_SKIP() << "needs systemd";
  const tests::support::TemporaryFolder folder;
  for (const char* arguments : {"", "root=/dev/vda rw", "a=\"b c\" 'd' 100% $HOME \\x ; # {"}) {
    cluster::Cluster cluster = sample_cluster();
    cluster.hypervisor.image.kernel = "/boot/vmlinuz";
    cluster.hypervisor.image.kernel_arguments = arguments;
    const auto unit = machine_unit(cluster, cluster.machines[1], {}, "/bin/true");
    const auto file = folder.path() / unit.path.filename();
    ASSERT_TRUE(host.write(file, unit.file));
    const auto output = host.run({{"systemd-analyze", "verify", "--man=no", file.string()}});
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_TRUE(output->status.ok()) << output->err;
    EXPECT_EQ(output->err, "") << arguments;
  }
}

}  // namespace
}  // namespace provisioner::hypervisor
