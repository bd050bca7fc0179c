#include "provisioner/step/mark.h"

#include <gtest/gtest.h>

namespace provisioner::step {
namespace {

TEST(Mark, IsThatOfOneCluster) {
  cluster::Cluster cluster;
  cluster.name = "hard";
  EXPECT_EQ(mark_of(cluster), "Made by keepstate-provisioner for cluster hard;");
  EXPECT_TRUE(bears_mark("# " + mark_of(cluster) + " do not edit\nx\n", cluster));
  EXPECT_FALSE(bears_mark("# " + mark_of("hard-way") + "\n", cluster));
  EXPECT_FALSE(bears_mark("", cluster));
}

}  // namespace
}  // namespace provisioner::step
