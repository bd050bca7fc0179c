#include "provisioner/step/systemd_text.h"

#include <gtest/gtest.h>

namespace provisioner::step {
namespace {

TEST(SystemdText, QuotesWhatSystemdWouldReadOtherwise) {
  EXPECT_EQ(systemd_word("-machine"), "-machine");
  EXPECT_EQ(systemd_word("q35,accel=kvm"), "q35,accel=kvm");
  EXPECT_EQ(systemd_word("/var/lib/keep-state/x.y"), "/var/lib/keep-state/x.y");
  EXPECT_EQ(systemd_word(""), "\"\"");
  EXPECT_EQ(systemd_word("a b"), "\"a b\"");
  EXPECT_EQ(systemd_word("100%"), "\"100%%\"");
  EXPECT_EQ(systemd_word("$(id) ${x}"), "\"$$(id) $${x}\"");
  EXPECT_EQ(systemd_word(R"(say "it's" \n)"), R"("say \"it's\" \\n")");
  EXPECT_EQ(systemd_word(";"), "\";\"");
  EXPECT_EQ(systemd_command({"/bin/x", "a b", "c"}), "/bin/x \"a b\" c");
}

}  // namespace
}  // namespace provisioner::step
