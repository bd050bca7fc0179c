#include "lib/base/subprocess.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <csignal>
#include <thread>

#include "lib/base/file_system.h"
#include "tests/support/temporary_folder.h"

namespace base {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

Output shell(const std::string& script, const SubprocessOptions& options = {}) {
  auto output = run_captured({"sh", "-c", script}, options, seconds{60});
  EXPECT_TRUE(output) << output.error().message;
  return output ? *output : Output{};
}

bool is_gone(pid_t pid) {
  return ::kill(pid, 0) != 0 && errno == ESRCH;
}

// Blocks until every copy of the pipe's write end is closed.
bool reads_end_of_file(int fd) {
  pollfd waiting{fd, POLLIN, 0};
  std::array<char, 64> chunk{};
  while (::poll(&waiting, 1, 20'000) == 1) {
    if (::read(fd, chunk.data(), chunk.size()) <= 0) return true;
  }
  return false;
}

TEST(Subprocess, CapturesBothStreamsAndTheExitCode) {
  const Output output = shell("echo one; echo two >&2; exit 7");
  EXPECT_EQ(output.out, "one\n");
  EXPECT_EQ(output.err, "two\n");
  EXPECT_EQ(output.status, (ExitStatus{ExitStatus::Kind::kExited, 7}));
  EXPECT_FALSE(output.status.ok());
  EXPECT_EQ(output.status.to_string(), "exit code 7");
}

TEST(Subprocess, PassesWordsUnchanged) {
  const auto output = run_captured({"printf", "%s|", "a b", "$HOME", "", "*"});
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_EQ(output->out, "a b|$HOME||*|");
}

TEST(Subprocess, ReadsMoreThanAPipeHoldsOnBothStreams) {
  const Output output = shell("head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero");
  EXPECT_EQ(output.out.size(), 300000U);
  EXPECT_EQ(output.err.size(), 300000U);
}

TEST(Subprocess, GivesEndOfFileOnStandardInput) {
  EXPECT_EQ(shell("cat; echo end").out, "end\n");
}

TEST(Subprocess, ReadsWhatItIsGivenFromItsBeginning) {
  const tests::support::TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder.path() / "input", "one\ntwo\n", 0600));
  const UniqueFd input(::open((folder.path() / "input").c_str(), O_RDONLY | O_CLOEXEC));
  SubprocessOptions options;
  options.input = input.get();
  EXPECT_EQ(run_captured({"cat"}, options).value().out, "one\ntwo\n");
}

TEST(Subprocess, RunsInTheFolderWithTheEnvironment) {
  SubprocessOptions options;
  options.working_folder = "/";
  options.environment = {{"KEEPSTATE_TEST", "yes = no"}, {"HOME", "/nowhere"}};
  EXPECT_EQ(shell("pwd; echo $KEEPSTATE_TEST; echo $HOME; env | grep -c ^HOME=", options).out,
            "/\nyes = no\n/nowhere\n1\n");
  EXPECT_NE(shell("echo $PATH").out, "\n");
}

TEST(Subprocess, NamesAMissingProgram) {
  const auto in_path = Subprocess::start({"keepstate-no-such-program"});
  ASSERT_FALSE(in_path);
  EXPECT_EQ(in_path.error().message,
            "cannot start 'keepstate-no-such-program': no such program in PATH; install it or give its whole path");
  const auto by_path = Subprocess::start({"/no/such/program"});
  ASSERT_FALSE(by_path);
  EXPECT_EQ(by_path.error().message,
            "cannot start '/no/such/program': cannot execute /no/such/program: No such file or directory");
  const auto folder = Subprocess::start({"/"});
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().message, HasSubstr("Permission denied"));
  EXPECT_FALSE(Subprocess::start({}));
}

TEST(Subprocess, NamesAMissingFolder) {
  SubprocessOptions options;
  options.working_folder = "/no/such/folder";
  const auto process = Subprocess::start({"true"}, options);
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().message, "cannot start 'true' in /no/such/folder: No such file or directory");
}

TEST(Subprocess, TellsTheSignalThatKilled) {
  auto process = Subprocess::start({"sleep", "600"});
  ASSERT_TRUE(process) << process.error().message;
  EXPECT_TRUE(process->is_running());
  EXPECT_FALSE(process->wait_for(milliseconds{1}));
  ASSERT_TRUE(process->send_signal(SIGKILL));
  EXPECT_EQ(process->wait(), (ExitStatus{ExitStatus::Kind::kKilled, SIGKILL}));
  EXPECT_EQ(process->wait_for(milliseconds{0}), process->wait());
  EXPECT_EQ(process->wait().to_string(), "killed by signal 9 (Killed)");
  EXPECT_FALSE(process->send_signal(SIGKILL));
  EXPECT_FALSE(process->is_running());
}

TEST(Subprocess, StopsPolitelyThenByForce) {
  auto polite = Subprocess::start({"sleep", "600"});
  ASSERT_TRUE(polite);
  EXPECT_EQ(polite->stop(seconds{20}), (ExitStatus{ExitStatus::Kind::kKilled, SIGTERM}));

  SubprocessOptions captured;
  captured.out = Capture{};
  auto stubborn = Subprocess::start({"sh", "-c", "trap '' TERM; echo ready; exec sleep 600"}, captured);
  ASSERT_TRUE(stubborn);
  std::array<char, 6> ready{};
  ASSERT_EQ(::read(stubborn->out().get(), ready.data(), ready.size()), 6);
  EXPECT_EQ(stubborn->stop(milliseconds{20}), (ExitStatus{ExitStatus::Kind::kKilled, SIGKILL}));
}

TEST(Subprocess, KillsAndReapsWhatItsOwnerLeaves) {
  pid_t pid = -1;
  {
    auto process = Subprocess::start({"sleep", "600"});
    ASSERT_TRUE(process);
    pid = process->pid();
    Subprocess moved = std::move(*process);
    EXPECT_TRUE(moved.is_running());
  }
  EXPECT_TRUE(is_gone(pid));
}

TEST(Subprocess, AssignmentEndsTheOldProgram) {
  auto first = Subprocess::start({"sleep", "600"});
  auto second = Subprocess::start({"sleep", "600"});
  ASSERT_TRUE(first && second);
  const pid_t old = first->pid();
  *first = std::move(*second);
  EXPECT_TRUE(is_gone(old));
  EXPECT_TRUE(first->is_running());
}

TEST(Subprocess, KillsAfterTheTimeout) {
  const auto output = run_captured({"sleep", "600"}, {}, milliseconds{20});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().message, "'sleep 600' did not end within 20 ms and was killed");
}

TEST(Subprocess, AppendsToAFile) {
  std::string file = testing::TempDir() + "keepstate-subprocess-XXXXXX";
  const UniqueFd made(::mkstemp(file.data()));
  SubprocessOptions options;
  options.out = AppendTo{file};
  options.err = AppendTo{file};
  for (const char* word : {"one", "two"}) {
    auto process = Subprocess::start({"sh", "-c", std::string("echo ") + word + "; echo err >&2"}, options);
    ASSERT_TRUE(process) << process.error().message;
    EXPECT_TRUE(process->wait().ok());
  }
  EXPECT_EQ(*read_file(file), "one\nerr\ntwo\nerr\n");
  ::unlink(file.c_str());
}

TEST(Subprocess, HandsOnNoDescriptor) {
  SubprocessOptions captured;
  captured.out = Capture{};
  auto first = Subprocess::start({"sleep", "600"}, captured);
  auto second = Subprocess::start({"sleep", "600"}, captured);  // were the first pipe inherited here, it stayed open
  ASSERT_TRUE(first && second);
  first->stop(seconds{20});
  EXPECT_TRUE(reads_end_of_file(first->out().get()));
  EXPECT_TRUE(second->is_running());
}

TEST(Subprocess, StartsWithFreshSignals) {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  struct sigaction old {};
  ::sigaction(SIGPIPE, &ignore, &old);
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const ExitStatus pipe = shell("kill -PIPE $$; exit 3").status;
  const ExitStatus term = shell("kill -TERM $$; exit 3").status;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::sigaction(SIGPIPE, &old, nullptr);
  EXPECT_EQ(pipe, (ExitStatus{ExitStatus::Kind::kKilled, SIGPIPE}));
  EXPECT_EQ(term, (ExitStatus{ExitStatus::Kind::kKilled, SIGTERM}));
}

TEST(Subprocess, HasAGroupOfItsOwnWhenAsked) {
  SubprocessOptions options;
  options.group = ProcessGroup::kOwn;
  auto own = Subprocess::start({"sleep", "600"}, options);
  auto shared = Subprocess::start({"sleep", "600"});
  ASSERT_TRUE(own && shared);
  EXPECT_EQ(::getpgid(own->pid()), own->pid());
  EXPECT_EQ(::getpgid(shared->pid()), ::getpgrp());
}

#if defined(__linux__)
TEST(Subprocess, DiesWithTheThreadThatStartedItWhenAsked) {
  SubprocessOptions options;
  options.on_parent_death = OnParentDeath::kDie;
  std::optional<Subprocess> process;
  std::thread starter([&] {
    auto started = Subprocess::start({"sleep", "600"}, options);
    if (started) process.emplace(std::move(*started));
  });
  starter.join();
  ASSERT_TRUE(process);
  EXPECT_EQ(process->wait_for(seconds{20}), (ExitStatus{ExitStatus::Kind::kKilled, SIGKILL}));
}
#endif

TEST(Subprocess, StartsFromManyThreadsAtOnce) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 10; ++i) {
        const auto text = std::to_string(t * 100 + i);
        EXPECT_EQ(shell("echo " + text).out, text + "\n");
      }
    });
  }
}

}  // namespace
}  // namespace base
