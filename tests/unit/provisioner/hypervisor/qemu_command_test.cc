#include "provisioner/hypervisor/qemu_command.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/support/golden.h"
#include "tests/unit/provisioner/hypervisor/sample_cluster.h"

namespace provisioner::hypervisor {
namespace {

using cluster::Accelerator;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

// An option and its value on a line.
std::string lines_of(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : word.starts_with("-") ? "\n" : " ") + word;
  return text + "\n";
}

std::filesystem::path golden(const char* name) {
  return std::filesystem::path("tests/unit/provisioner/hypervisor/golden") / name;
}

TEST(QemuCommand, WithKvmAndTheImagesOwnBootLoader) {
  const cluster::Cluster cluster = sample_cluster();
  tests::support::expect_golden(lines_of(qemu_command(cluster, cluster.machines[0], {Accelerator::kKvm, true})),
                                golden("kvm.command"));
}

TEST(QemuCommand, WithTcgAndAKernelOfTheHost) {
  cluster::Cluster cluster = sample_cluster();
  cluster.hypervisor.image.kernel = "/boot/vmlinuz";
  cluster.hypervisor.image.initrd = "/boot/initrd.img";
  cluster.hypervisor.image.kernel_arguments = "root=/dev/vda rw quote=\"it's 100%\"";
  tests::support::expect_golden(lines_of(qemu_command(cluster, cluster.machines[1], {Accelerator::kTcg, true})),
                                golden("tcg.command"));
}

TEST(QemuCommand, TheKernelCarriesPacketsOnlyWhereItCan) {
  const cluster::Cluster cluster = sample_cluster();
  const auto command = [&](QemuFacts facts) { return lines_of(qemu_command(cluster, cluster.machines[0], facts)); };
  EXPECT_THAT(command({Accelerator::kKvm, true}), HasSubstr("vhost=on"));
  EXPECT_THAT(command({Accelerator::kKvm, false}), Not(HasSubstr("vhost=on")));
  EXPECT_THAT(command({Accelerator::kTcg, true}), Not(HasSubstr("vhost=on")));
}

TEST(QemuCommand, EachMachineHasItsIdentity) {
  const cluster::Cluster cluster = sample_cluster();
  const auto one = qemu_command(cluster, cluster.machines[0], {});
  const auto other = qemu_command(cluster, cluster.machines[1], {});
  const auto uuid = [](const std::vector<std::string>& command) {
    return *(std::find(command.begin(), command.end(), "-uuid") + 1);
  };
  EXPECT_NE(uuid(one), uuid(other));
  EXPECT_EQ(uuid(one).size(), 36U);
  EXPECT_EQ(uuid(one)[14], '8');
  EXPECT_THAT(std::string("89ab"), HasSubstr(uuid(one).substr(19, 1)));
  EXPECT_GT(qemu_overhead({Accelerator::kTcg, false}), qemu_overhead({Accelerator::kKvm, false}));
}

}  // namespace
}  // namespace provisioner::hypervisor
