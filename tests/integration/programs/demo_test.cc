// `./dev demo` as a stranger meets it, on free ports.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <optional>

#include "lib/base/file_system.h"
#include "lib/base/subprocess.h"
#include "tests/support/tcp.h"
#include "tests/support/temporary_folder.h"

namespace tests {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ContainsRegex;
using testing::HasSubstr;

const std::string kDemo = std::string(KEEPSTATE_BIN_DIR) + "/keepstate-demo";

// The demo keeps its files below TMPDIR, so a test sees what it leaves behind.
base::SubprocessOptions with_files_in(const support::TemporaryFolder& folder) {
  base::SubprocessOptions options;
  options.environment = {{"TMPDIR", folder.path().string()}};
  return options;
}

// Out of "keepstate-lb runs on ADDRESS (pid N), ...", once all of that line is there.
std::optional<pid_t> pid_of_balancer(const std::string& output) {
  const auto line = output.find("keepstate-lb runs on");
  const auto pid = output.find("(pid ", line);
  if (line == std::string::npos || pid == std::string::npos || output.find(')', pid) == std::string::npos) return {};
  return static_cast<pid_t>(std::stol(output.substr(pid + 5)));
}

TEST(Demo, LosesNoRequestAndLeavesNothingBehind) {
  const support::TemporaryFolder folder;
  const auto output =
      base::run_captured({kDemo, "--port", "0", "--admin-port", "0"}, with_files_in(folder), seconds{120});
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_TRUE(output->status.ok()) << output->status.to_string() << "\n" << output->out << output->err;
  EXPECT_THAT(output->out, ContainsRegex("controller-2  weight 2  expected 200  observed +[0-9]+"));
  EXPECT_THAT(output->out, ContainsRegex("400 requests, 0 failed, slowest [0-9.]+ ms\n.*400 requests, 0 failed"));
  EXPECT_THAT(output->out, ContainsRegex("controller-[0-2]  killed    expected   0  observed   0"));
  EXPECT_THAT(output->out, ContainsRegex("the watch: [0-9]+ events, never interrupted"));
  EXPECT_THAT(output->out, ContainsRegex("keepstate_lb_backend_up.* 0\n"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Demo, NamesThePortThatIsTaken) {
  const auto taken = support::listen_on(support::free_address());
  const std::string port = std::to_string(support::local_address(taken).port());
  const auto output = base::run_captured({kDemo, "--port", port, "--admin-port", "0"});
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_EQ(output->status.value, 1);
  EXPECT_THAT(output->err, HasSubstr("port " + port + " (the API's address) is taken"));
}

TEST(Demo, CleansUpWhenItIsInterrupted) {
  const support::TemporaryFolder folder;
  const auto log = folder.path() / "out";
  const support::TemporaryFolder files;
  base::SubprocessOptions options = with_files_in(files);
  options.out = base::Capture{};
  options.err = base::AppendTo{log};
  auto demo = base::Subprocess::start({kDemo, "--port", "0", "--admin-port", "0"}, options);
  ASSERT_TRUE(demo) << demo.error().message;
  std::string seen;
  std::array<char, 256> chunk{};
  while (!pid_of_balancer(seen)) {
    const ssize_t n = ::read(demo->out().get(), chunk.data(), chunk.size());
    ASSERT_GT(n, 0) << seen << base::read_file(log).value_or("");
    seen.append(chunk.data(), static_cast<std::size_t>(n));
  }
  ASSERT_TRUE(demo->send_signal(SIGINT));
  while (::read(demo->out().get(), chunk.data(), chunk.size()) > 0) {
  }
  EXPECT_EQ(demo->wait(), (base::ExitStatus{base::ExitStatus::Kind::kExited, 1}));
  EXPECT_THAT(*base::read_file(log), HasSubstr("interrupted; all is ended and removed"));
  EXPECT_EQ(::kill(*pid_of_balancer(seen), 0), -1);
  EXPECT_TRUE(std::filesystem::is_empty(files.path()));
}

}  // namespace
}  // namespace tests
