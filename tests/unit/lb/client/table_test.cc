#include "lb/client/table.h"

#include <gtest/gtest.h>

namespace lb::client {
namespace {

TEST(Table, AlignsColumns) {
  Table table({{"NAME"}, {"SESSIONS", Table::Align::kRight}, {"REASON"}});
  EXPECT_TRUE(table.empty());
  table.add({"a", "1", "connected"});
  table.add({"longer", "1000000000", ""});
  EXPECT_FALSE(table.empty());
  EXPECT_EQ(table.to_string(),
            "NAME      SESSIONS  REASON\n"
            "a                1  connected\n"
            "longer  1000000000\n");
}

TEST(Table, CountsCharactersAndNotBytes) {
  Table table({{"A"}, {"B"}});
  table.add({"\xc3\xa9", "x"});
  EXPECT_EQ(table.to_string(), "A  B\n\xc3\xa9  x\n");
}

TEST(Table, ShowsNoControlCharacters) {
  Table table({{"A"}});
  table.add({"\x1b[2Jgone\n"});
  EXPECT_EQ(table.to_string(), "A\n?[2Jgone?\n");
}

}  // namespace
}  // namespace lb::client
