#include "provisioner/cloud_init/network_config.h"

#include <gmock/gmock.h>

#include "tests/support/golden.h"
#include "tests/unit/provisioner/cloud_init/sample_guest.h"

namespace provisioner::cloud_init {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(NetworkConfig, OfAWorker) {
  tests::support::expect_golden(network_config(example_guest(3)),
                                "tests/unit/provisioner/cloud_init/golden/worker.network-config");
}

TEST(NetworkConfig, OfAnIpv6Network) {
  Guest guest = example_guest(3);
  guest.address = base::IpAddress::parse("fd00::21").value();
  guest.prefix_length = 64;
  guest.gateway = base::IpAddress::parse("fd00::1").value();
  EXPECT_THAT(network_config(guest), HasSubstr(R"(addresses: ["fd00::21/64"])"));
  EXPECT_THAT(network_config(guest), HasSubstr(R"(routes: [{to: "::/0", via: "fd00::1"}])"));
}

TEST(NetworkConfig, SaysNothingOfWhatThereIsNot) {
  Guest guest = example_guest(3);
  guest.gateway.reset();
  guest.search.clear();
  guest.nameservers.clear();
  EXPECT_THAT(network_config(guest), Not(HasSubstr("routes")));
  EXPECT_THAT(network_config(guest), Not(HasSubstr("nameservers")));
}

}  // namespace
}  // namespace provisioner::cloud_init
