#include "pki/output/passphrase.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "lib/base/unique_fd.h"
#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"

namespace pki::output {
namespace {

using testing::HasSubstr;
using tests::support::put;

class PassphraseTest : public testing::Test {
 protected:
  tests::support::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "passphrase";
};

TEST_F(PassphraseTest, IsTheFirstLineOfAFile) {
  for (const char* content :
       {"correct horse", "correct horse\n", "correct horse\r\n", "correct horse\nsecond line\n"}) {
    put(file_, content);
    EXPECT_EQ(read_passphrase_file(file_).value().view(), "correct horse");
  }
}

TEST_F(PassphraseTest, SaysWhatIsWrongWithTheFile) {
  put(file_, "\nsecond\n");
  EXPECT_THAT(read_passphrase_file(file_).error().message, HasSubstr("its first line is empty"));
  put(file_, std::string(1024, 'x'));
  EXPECT_THAT(read_passphrase_file(file_).error().message, HasSubstr("longer than 1023 characters"));
  EXPECT_THAT(read_passphrase_file("/nowhere").error().message, HasSubstr("No such file"));
}

TEST_F(PassphraseTest, IsAskedOnATerminalWithoutShowingIt) {
  const base::UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY));
  ASSERT_TRUE(master);
  ASSERT_EQ(::grantpt(master.get()), 0);
  ASSERT_EQ(::unlockpt(master.get()), 0);
  const std::string terminal = ::ptsname(master.get());
  const base::UniqueFd keeps_it_open(::open(terminal.c_str(), O_RDWR | O_NOCTTY));
  std::string shown;
  std::thread user([&] {  // types when it has read the question, so the echo is off by then
    while (shown.find(": ") == std::string::npos) {
      char c = 0;
      if (::read(master.get(), &c, 1) == 1) shown += c;
    }
    ASSERT_EQ(::write(master.get(), "correct horse\n", 14), 14);
  });
  const auto typed = ask_on_terminal(terminal, "Passphrase of ca-key.pem:");
  user.join();
  ASSERT_TRUE(typed) << typed.error().message;
  EXPECT_EQ(typed->view(), "correct horse");
  char c = 0;
  while (shown.find('\n') == std::string::npos && ::read(master.get(), &c, 1) == 1) shown += c;
  EXPECT_EQ(shown, "Passphrase of ca-key.pem: \r\n");
}

// A process of its own, since the signal shall end it.
TEST_F(PassphraseTest, ASignalThatEndsTheProgramLeavesTheTerminalAsItWas) {
  const base::UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY));
  ASSERT_TRUE(master);
  ASSERT_EQ(::grantpt(master.get()), 0);
  ASSERT_EQ(::unlockpt(master.get()), 0);
  const std::string terminal = ::ptsname(master.get());
  const base::UniqueFd keeps_it_open(::open(terminal.c_str(), O_RDWR | O_NOCTTY));
  const pid_t child = ::fork();
  ASSERT_NE(child, -1);
  if (child == 0) {
    (void)ask_on_terminal(terminal, "Passphrase:");
    ::_exit(0);
  }
  std::string shown;
  for (char c = 0; shown.find(": ") == std::string::npos && ::read(master.get(), &c, 1) == 1;) shown += c;
  termios now{};
  ASSERT_EQ(::tcgetattr(keeps_it_open.get(), &now), 0);
  EXPECT_EQ(now.c_lflag & static_cast<tcflag_t>(ECHO), 0U);
  ASSERT_EQ(::kill(child, SIGINT), 0);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGINT);
  ASSERT_EQ(::tcgetattr(keeps_it_open.get(), &now), 0);
  EXPECT_NE(now.c_lflag & static_cast<tcflag_t>(ECHO), 0U);
}

TEST_F(PassphraseTest, IsAskedNowhereElse) {
  EXPECT_THAT(ask_on_terminal("/nowhere", "?").error().message, HasSubstr("give it by --ca-passphrase-file FILE"));
  put(file_, "");
  EXPECT_THAT(ask_on_terminal(file_, "?").error().message, HasSubstr("is no terminal"));
}

TEST_F(PassphraseTest, ANewOneIsNotTooShort) {
  EXPECT_TRUE(check_new_passphrase("12345678"));
  EXPECT_EQ(check_new_passphrase("1234567").error().message,
            "the passphrase has 7 characters, and a machine guesses that; use at least 8");
}

}  // namespace
}  // namespace pki::output
