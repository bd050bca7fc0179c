#include "lib/firewall/pf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/lib/firewall/golden_file.h"
#include "tests/unit/lib/firewall/sample_rulesets.h"

namespace firewall {
namespace {

using ::testing::HasSubstr;

TEST(Pf, HidesNetworksOfBothFamilies) {
  ASSERT_TRUE(check_pf(two_masquerades()));
  expect_golden(render_pf(two_masquerades()), "pf_masquerade.rules");
}

}  // namespace
}  // namespace firewall
