#include "provisioner/units/exec_line.h"

#include <gtest/gtest.h>

namespace provisioner::units {
namespace {

TEST(ExecLine, WritesAFlagALine) {
  const ExecLine line("/usr/local/bin/etcd", {{"name", "controller-0"}, {"listen", "https://10.0.0.1:2380,x"}});
  EXPECT_EQ(line.text(),
            "ExecStart=/usr/local/bin/etcd \\\n  --name=controller-0 \\\n  --listen=https://10.0.0.1:2380,x");
}

TEST(ExecLine, LetsAFlagOfTheFileReplaceOurs) {
  ExecLine line("/bin/x", {{"v", "2"}, {"name", "a"}, {"version", "1"}});
  line.extend({"--v=4", "--feature-gates=A=true", "--debug", "--feature-gates=B=true"});
  EXPECT_EQ(line.text(),
            "ExecStart=/bin/x \\\n  --name=a \\\n  --version=1 \\\n  --v=4 \\\n  --feature-gates=A=true \\\n  --debug "
            "\\\n  --feature-gates=B=true");
}

TEST(ExecLine, QuotesWhatSystemdWouldTakeForItsOwn) {
  ExecLine line("/bin/x", {{"a", "50% of $5"}});
  line.extend({"--b=c \\"});
  EXPECT_EQ(line.text(), "ExecStart=/bin/x \\\n  \"--a=50%% of $$5\" \\\n  \"--b=c \\\\\"");
}

}  // namespace
}  // namespace provisioner::units
