#include "lib/firewall/nftables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/lib/firewall/golden_file.h"
#include "tests/unit/lib/firewall/sample_rulesets.h"

namespace firewall {
namespace {

using ::testing::HasSubstr;

TEST(Nftables, HidesNetworksOfBothFamilies) {
  ASSERT_TRUE(check_nftables(two_masquerades()));
  expect_golden(render_nftables(two_masquerades()), "nftables_masquerade.rules");
}

}  // namespace
}  // namespace firewall
