#include "lib/cluster/diagnostic.h"

#include <gtest/gtest.h>

namespace cluster {
namespace {

TEST(Diagnostic, GivesFileLineColumnAndMessage) {
  EXPECT_EQ(to_text({{14, 7, "unknown key 'wieght' (did you mean 'weight'?)"}}, "cluster.yaml"),
            "cluster.yaml:14:7: unknown key 'wieght' (did you mean 'weight'?)\n");
}

TEST(Diagnostic, MarksWarnings) {
  EXPECT_EQ(to_text({{1, 2, "hm", Severity::kWarning}, {3, 4, "no"}}, "f"), "f:1:2: warning: hm\nf:3:4: no\n");
}

TEST(Diagnostic, LeavesThePlaceOutWhenItIsTheFileAsAWhole) {
  EXPECT_EQ(to_text({{0, 0, "cannot read x: No such file or directory"}}, "x"),
            "cannot read x: No such file or directory\n");
}

TEST(Diagnostic, NeverPassesControlCharactersOn) {
  EXPECT_EQ(to_text({{1, 1, "'\x1b[31m\n\x7f' is red"}}, "f"), "f:1:1: '\\x1b[31m\\x0a\\x7f' is red\n");
}

}  // namespace
}  // namespace cluster
