#include "lib/firewall/iptables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/lib/firewall/golden_file.h"
#include "tests/unit/lib/firewall/sample_rulesets.h"

namespace firewall {
namespace {

using ::testing::HasSubstr;

TEST(Iptables, HidesNetworksOfBothFamilies) {
  ASSERT_TRUE(check_iptables(two_masquerades()));
  expect_golden(render_iptables(two_masquerades()), "iptables_masquerade.rules");
}

}  // namespace
}  // namespace firewall
