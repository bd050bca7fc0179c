#include "lib/firewall/networks.h"

#include <gtest/gtest.h>

#include "tests/unit/lib/firewall/sample_rulesets.h"

namespace firewall {
namespace {

TEST(Networks, OfOneFamilyKeepTheirOrder) {
  const std::vector<base::IpNetwork> all{network("10.2.0.0/16"), network("fd00::/64"), network("10.1.0.0/16")};
  EXPECT_EQ(list_of(of_family(all, Family::kV4), ","), "10.2.0.0/16,10.1.0.0/16");
  EXPECT_EQ(list_of(of_family(all, Family::kV6), ","), "fd00::/64");
  EXPECT_EQ(list_of({}, ","), "");
}

TEST(Networks, ThatLieInOthersAreLeftOut) {
  const auto list = [](const std::vector<base::IpNetwork>& all) { return list_of(of_family(all, Family::kV4), ","); };
  EXPECT_EQ(list({network("10.1.0.0/16"), network("10.1.2.0/24"), network("10.1.0.0/16")}), "10.1.0.0/16");
  EXPECT_EQ(list({network("10.1.2.0/24"), network("10.9.0.0/16"), network("10.1.0.0/16")}), "10.9.0.0/16,10.1.0.0/16");
}

}  // namespace
}  // namespace firewall
