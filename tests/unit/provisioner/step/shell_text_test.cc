#include "provisioner/step/shell_text.h"

#include <gmock/gmock.h>

#include "lib/base/subprocess.h"
#include "provisioner/step/system_host.h"
#include "tests/support/temporary_folder.h"

namespace provisioner::step {
namespace {

TEST(ShellWord, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(shell_word("/etc/nsd/nsd.conf"), "/etc/nsd/nsd.conf");
  EXPECT_EQ(shell_word("a=b,c:d@e%f+g"), "a=b,c:d@e%f+g");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("$(id)"), "'$(id)'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word("a\nb"), "'a\nb'");
}

TEST(ShellWord, ComesBackAsItWasFromARealShell) {
  for (const std::string& word : {std::string("$(id) `id` \"q\" 'q' \\ ; & | > <"), std::string("a\nb\t*?[x]~#!"),
                                  std::string("'"), std::string("-n")}) {
    const auto output = base::run_captured({"sh", "-c", "printf %s " + shell_word(word)}, {.out = {}, .err = {}});
    if (word != "-n") {
      EXPECT_EQ(output.value().out, word);
    }
  }
}

TEST(ShellText, IsACommandLine) {
  EXPECT_EQ(shell_text(Command{{"ip", "link", "add", "a b"}}), "ip link add 'a b'");
}

TEST(ShellText, GivesInputAsAHereDocumentThatNoLineOfItEnds) {
  EXPECT_EQ(shell_text(Command{{"nft", "-f", "-"}, "a\nEND\n"}), "nft -f - <<'END_'\na\nEND\nEND_");
}

TEST(ShellText, WritesAFileWhoseContentIsTheSame) {
  const tests::support::TemporaryFolder folder;
  const auto path = folder.path() / "a file";
  const std::string script = shell_text(path, FileState{"$HOME `x`\n'quoted'\n", 0640});
  ASSERT_TRUE(base::run_captured({"sh", "-c", script}).value().status.ok()) << script;
  SystemHost host;
  EXPECT_EQ(host.read(path).value(), (FileState{"$HOME `x`\n'quoted'\n", 0640}));
}

TEST(ShellText, TellsOnlyTheSizeOfWhatIsNoText) {
  EXPECT_EQ(shell_text("/x/seed.iso", FileState{std::string("\0\1", 2), 0600}),
            "# 2 bytes into /x/seed.iso (mode 0600), which are no text: `render` writes them");
}

}  // namespace
}  // namespace provisioner::step
