#include "provisioner/cloud_init/meta_data.h"

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include "tests/unit/provisioner/cloud_init/sample_guest.h"

namespace provisioner::cloud_init {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string id_of(const std::string& meta_data) {
  return YAML::Load(meta_data)["instance-id"].as<std::string>();
}

TEST(MetaData, SaysWhoItIs) {
  EXPECT_EQ(meta_data(example_guest(3), "x"),
            "# Made by keepstate-provisioner for cluster hard-way; a change here is lost.\n"
            "instance-id: \"worker-0-6c8bc33a5d7d5100\"\n"
            "local-hostname: \"worker-0\"\n"
            "pod-cidr: \"10.100.0.0/24\"\n");
  EXPECT_THAT(meta_data(example_guest(0), "x"), Not(HasSubstr("pod-cidr")));
}

TEST(MetaData, IsANewInstanceWhenAnythingIsNew) {
  Guest guest = example_guest(3);
  const std::string before = id_of(meta_data(guest, "x"));
  EXPECT_EQ(id_of(meta_data(guest, "x")), before);
  EXPECT_NE(id_of(meta_data(guest, "y")), before);
  guest.pod_cidr = base::IpNetwork::parse("10.100.9.0/24").value();
  EXPECT_NE(id_of(meta_data(guest, "x")), before);
}

}  // namespace
}  // namespace provisioner::cloud_init
