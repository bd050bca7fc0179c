#include "lib/firewall/nft_table.h"

#include <gtest/gtest.h>

namespace firewall {
namespace {

TEST(NftTable, IsEmptiedAndFilledInOneGo) {
  const NftTable table{
      .name = "keepstate",
      .chains = {{.name = "input", .hook = "type filter hook input priority filter", .rules = {"a", "b"}},
                 {.name = "own", .hook = "", .rules = {}, .note = "two\nlines"}}};
  EXPECT_EQ(render_nft_table(table), R"(table inet keepstate {
  chain input { type filter hook input priority filter; }
  chain own { }
}
flush chain inet keepstate input
flush chain inet keepstate own

table inet keepstate {
  chain input {
    a
    b
  }

  # two
  # lines
  chain own {
  }
}
)");
}

}  // namespace
}  // namespace firewall
