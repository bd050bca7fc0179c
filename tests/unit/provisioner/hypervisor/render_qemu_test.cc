#include "provisioner/hypervisor/render_qemu.h"

#include <gmock/gmock.h>

#include "provisioner/step/system_host.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/provisioner/generated_cluster.h"
#include "tests/unit/provisioner/hypervisor/sample_cluster.h"

namespace provisioner::hypervisor {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(RenderQemu, WritesWhatSystemdAndAShellTake) {
  const auto files = render_qemu(sample_cluster(), {});
  ASSERT_THAT(files, SizeIs(10));
  EXPECT_EQ(files[3].path, "etc/systemd/system/keepstate-hard-way.controller-0.service");
  EXPECT_EQ(files[4].path, "qemu/controller-0.sh");
  EXPECT_EQ(files[4].file.mode, 0755U);
  EXPECT_THAT(files[4].file.content, HasSubstr("\nexec /usr/bin/qemu-system-x86_64 -name hard-way/controller-0 "));
  EXPECT_THAT(files[4].file.content, HasSubstr(" -accel tcg,"));
  cluster::Cluster cluster = sample_cluster();
  cluster.hypervisor.accelerator = cluster::Accelerator::kAuto;
  EXPECT_THAT(render_qemu(cluster, {})[4].file.content, HasSubstr(" -accel kvm "));
}

// Every unit of every generated cluster at once, as systemd-analyze takes a while to begin.
TEST(RenderQemu, SystemdAndTheShellTakeGeneratedClusters) {
  step::SystemHost host;
  if (!host.exists("/usr/bin/systemd-analyze")) GTEST_SKIP() << "needs systemd";
  const tests::support::TemporaryFolder folder;
  step::Command verify{{"systemd-analyze", "verify", "--man=no"}, "", std::chrono::minutes{4}};
  step::Command shell{{"sh", "-c", "for file; do sh -n \"$file\" || exit 1; done", "sh"}};
  for (unsigned number = 0; number < 50; ++number) {
    for (const auto& file : render_qemu(ClusterGenerator(number).cluster(), {.program = "/bin/true"})) {
      const std::string path =
          (folder.path() / (std::to_string(number) + "-" + file.path.filename().string())).string();
      ASSERT_TRUE(host.write(path, file.file));
      if (path.ends_with(".service")) verify.argv.push_back(path);
      if (path.ends_with(".sh")) shell.argv.push_back(path);
    }
  }
  for (const step::Command& command : {verify, shell}) {
    const auto output = host.run(command);
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_TRUE(output->status.ok()) << output->err;
    EXPECT_EQ(output->err, "");
  }
}

}  // namespace
}  // namespace provisioner::hypervisor
