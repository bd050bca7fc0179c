#include "provisioner/plan/rendering.h"

#include <gmock/gmock.h>

#include <set>

#include "tests/unit/provisioner/generated_cluster.h"
#include "tests/unit/provisioner/plan/cluster_host.h"

namespace provisioner::plan {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

std::set<std::string> paths_of(const base::Result<step::RenderedFiles>& files) {
  if (!files) return {"ERROR: " + files.error().message};
  std::set<std::string> paths;
  for (const step::RenderedFile& file : *files) {
    EXPECT_TRUE(file.path.is_relative()) << file.path;
    EXPECT_TRUE(paths.insert(file.path.string()).second) << file.path << " twice";
  }
  return paths;
}

RenderingOptions rendering_for(step::System system) {
  RenderingOptions options{.own_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOwnKeyOwnKeyOwnKeyOwnKeyOwnKeyOwnKeyOw k"};
  options.world.system = system;
  return options;
}

TEST(Rendering, HasEveryRoomsFilesForLinux) {
  const auto cluster = cluster::load_cluster(KEEPSTATE_SOURCE_DIR "/configs/cluster.yaml").value().cluster;
  EXPECT_THAT(
      paths_of(rendering_of(cluster, rendering_for(step::System::kLinux))),
      AllOf(Contains("host/etc/systemd/network/60-keepstate-hard-way.netdev"),
            Contains("host/etc/keepstate/hard-way/nat.nft"),
            Contains("host/etc/nsd/keepstate-hard-way/something.local.zone"),
            Contains("host/etc/systemd/system/keepstate-hard-way.worker-0.service"), Contains("qemu/worker-0.sh"),
            Contains("cloud-init/worker-2/meta-data"), Contains("units/controller-0/etc/systemd/system/etcd.service")));
}

TEST(Rendering, HasEveryRoomsFilesForFreebsd) {
  const auto cluster = cluster::load_cluster(KEEPSTATE_SOURCE_DIR "/configs/cluster.yaml").value().cluster;
  const auto files = rendering_of(cluster, rendering_for(step::System::kFreebsd));
  EXPECT_THAT(paths_of(files),
              AllOf(Contains("cbsd/worker-0.jconf"), Contains("cbsd-template/install.sh"),
                    Contains("host/usr/local/etc/keepstate/hard-way/nat.ipfw"), Contains("host/rc.conf.sh")));
  for (const step::RenderedFile& file : *files) {
    if (file.path != "host/rc.conf.sh") continue;
    EXPECT_THAT(file.file.content,
                AllOf(HasSubstr("sysrc cloned_interfaces+=bridge1\n"), HasSubstr("sysrc gateway_enable=YES\n")));
  }
}

TEST(Rendering, HasOfHostsFilesOurBlockAlone) {
  const auto paths = paths_of(rendering_of(lab_cluster(), rendering_for(step::System::kLinux)));
  EXPECT_THAT(paths, AllOf(Contains("host/etc/hosts.block"), Not(Contains("host/etc/hosts"))));
}

TEST(Rendering, NeverHasTwoFilesOfOnePath) {
  int rendered = 0;
  for (std::uint64_t number = 1; number <= 50; ++number) {
    const auto cluster = ClusterGenerator(number).cluster();
    SCOPED_TRACE(number);
    const auto files = rendering_of(cluster, rendering_for(step::System::kLinux));
    if (files) {
      ++rendered;
      static_cast<void>(paths_of(files));
    } else {
      EXPECT_THAT(files.error().message, HasSubstr("spec.domain is missing"));
    }
    static_cast<void>(paths_of(rendering_of(cluster, rendering_for(step::System::kFreebsd))));  // CBSD refuses some
  }
  EXPECT_GE(rendered, 30);
}

}  // namespace
}  // namespace provisioner::plan
