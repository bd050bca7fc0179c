#include "lib/firewall/command.h"

#include <gtest/gtest.h>

namespace firewall {
namespace {

TEST(Command, IsShownAsAPersonTypesIt) {
  EXPECT_EQ(to_text({{{"nft", "-c", "-f", "FILE"}}, {{"nft", "list", "tables"}, OnFailure::kGoOn}}),
            "nft -c -f FILE; nft list tables");
  EXPECT_EQ(to_text({{{"a"}}, {{"b"}}}, "\n"), "a\nb");
  EXPECT_EQ(to_text({}), "");
}

}  // namespace
}  // namespace firewall
