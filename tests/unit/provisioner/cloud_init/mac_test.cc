#include "provisioner/cloud_init/mac.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "lib/cluster/scalar.h"

namespace provisioner::cloud_init {
namespace {

cluster::Cluster cluster_of(std::string name, const std::vector<std::string>& machines) {
  cluster::Cluster cluster;
  cluster.name = std::move(name);
  for (const std::string& machine : machines) {
    cluster.machines.emplace_back().name = machine;
  }
  return cluster;
}

TEST(Mac, FollowsFromTheNames) {
  const cluster::Cluster one = cluster_of("hard-way", {"controller-0", "worker-0"});
  // Machines that exist have this address in their seed and in their hosts' tables: it must never move.
  EXPECT_EQ(mac_of(one, one.machines[0]), "02:a9:70:06:0b:be");
  EXPECT_NE(mac_of(one, one.machines[0]), mac_of(one, one.machines[1]));
  const cluster::Cluster other = cluster_of("other", {"controller-0"});
  EXPECT_NE(mac_of(one, one.machines[0]), mac_of(other, other.machines[0]));
  EXPECT_EQ(cluster::parse_mac(mac_of(one, one.machines[1])), mac_of(one, one.machines[1]));
}

TEST(Mac, IsWhatTheFileSays) {
  cluster::Cluster one = cluster_of("hard-way", {"controller-0"});
  one.machines[0].mac = "02:00:5e:10:00:0b";
  EXPECT_EQ(mac_of(one, one.machines[0]), "02:00:5e:10:00:0b");
}

TEST(Mac, StaysWhenMachinesComeAndMove) {
  const cluster::Cluster before = cluster_of("c", {"a", "b"});
  const cluster::Cluster after = cluster_of("c", {"x", "b", "w", "a"});
  EXPECT_EQ(mac_of(before, before.machines[0]), mac_of(after, after.machines[3]));
  EXPECT_EQ(mac_of(before, before.machines[1]), mac_of(after, after.machines[1]));
}

// Two names whose first guess is the same address.
TEST(Mac, IsNeverThatOfAnother) {
  cluster::Cluster one = cluster_of("c", {"m165982", "m1309202"});
  cluster::Cluster turned = cluster_of("c", {"m1309202", "m165982"});
  const cluster::Cluster alone = cluster_of("c", {"m165982"});
  EXPECT_NE(mac_of(one, one.machines[0]), mac_of(one, one.machines[1]));
  EXPECT_EQ(mac_of(one, one.machines[0]), mac_of(turned, turned.machines[1]));
  EXPECT_EQ(mac_of(one, one.machines[1]), mac_of(turned, turned.machines[0]));
  EXPECT_TRUE(mac_of(alone, alone.machines[0]) == mac_of(one, one.machines[0]) ||
              mac_of(alone, alone.machines[0]) == mac_of(one, one.machines[1]));

  turned.machines[0].mac = mac_of(alone, alone.machines[0]);  // somebody was given it by the file
  EXPECT_NE(mac_of(turned, turned.machines[1]), turned.machines[0].mac);
}

}  // namespace
}  // namespace provisioner::cloud_init
