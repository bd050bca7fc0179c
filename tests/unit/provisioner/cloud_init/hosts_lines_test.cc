#include "provisioner/cloud_init/hosts_lines.h"

#include <gmock/gmock.h>

#include "lib/cluster/cluster_file.h"

namespace provisioner::cloud_init {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(HostsLines, NameMachinesAndTheEndpoint) {
  auto cluster = cluster::load_cluster(KEEPSTATE_SOURCE_DIR "/configs/cluster.yaml").value().cluster;
  const auto lines = hosts_lines(cluster);
  ASSERT_THAT(lines, SizeIs(7));
  EXPECT_THAT(lines[0].names, ElementsAre("controller-0.something.local", "controller-0"));
  EXPECT_EQ(lines[6].address.to_string(), "10.10.0.1");
  EXPECT_THAT(lines[6].names, ElementsAre("kubernetes.something.local"));

  cluster.domain.clear();
  cluster.control_plane_endpoint->host = "10.10.0.1";  // needs no name
  ASSERT_THAT(hosts_lines(cluster), SizeIs(6));
  EXPECT_THAT(hosts_lines(cluster)[0].names, ElementsAre("controller-0"));
}

}  // namespace
}  // namespace provisioner::cloud_init
