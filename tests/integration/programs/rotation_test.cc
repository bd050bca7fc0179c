// Whoever rotates the access log tells every process of keepstate-lb's name, whatever it is about just then.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "lib/base/file_system.h"
#include "lib/base/subprocess.h"
#include "lib/base/unique_fd.h"
#include "tests/support/http_client.h"
#include "tests/support/lineage.h"
#include "tests/support/scripted_server.h"
#include "tests/support/tcp.h"
#include "tests/support/temporary_folder.h"

namespace tests {
namespace {

class Rotation : public testing::Test {
 protected:
  void start() {
    const std::string text = fmt::format(
        "apiVersion: keepstate/v1\nkind: Cluster\nspec:\n  loadBalancer:\n    workers: 1\n    hardStopAfter: 1h\n"
        "    admin: {{address: {}}}\n    accessLog: {{file: {}}}\n    listeners:\n"
        "      - {{name: test, address: {}, backends: [{{address: {}}}]}}\n",
        admin_.to_string(), path("access.log"), vip_.to_string(), server_.address().to_string());
    ASSERT_TRUE(base::write_file(path("cluster.yaml"), text, 0600));
    auto process = base::Subprocess::start({program(), "run", "-c", path("cluster.yaml"), "--socket", path("lb.sock")},
                                           {.err = base::AppendTo{path("lb.log")}});
    ASSERT_TRUE(process) << process.error().message;
    lineage_.add(std::move(*process).detach());
    wait_for_other_than(0);
  }
  static std::string program() { return KEEPSTATE_BIN_DIR "/keepstate-lb"; }
  // Returns when another process serves.
  void upgrade() {
    const pid_t before = lineage_.latest();
    ASSERT_EQ(::kill(before, SIGUSR2), 0);
    lineage_.add(wait_for_other_than(before));
  }
  // 0 while none does.
  [[nodiscard]] pid_t serving() const {
    const auto response = support::http_get(admin_, "/v1/status", support::kPatience);
    return response && response->status == 200 ? nlohmann::json::parse(response->body).at("pid").get<pid_t>() : 0;
  }
  pid_t wait_for_other_than(pid_t before) const {
    pid_t now = before;
    while (now == before || now == 0) now = serving();
    return now;
  }
  [[nodiscard]] base::UniqueFd session() const {
    auto client = support::connect_to(vip_);
    support::send_all(client, "x");
    EXPECT_EQ(support::recv_exactly(client, 1), "x");
    return client;
  }
  // Until there are so many lines; a hang is ended by the test's time limit.
  void wait_for_lines(const std::string& name, std::ptrdiff_t number) const {
    while (lines(name) < number) std::this_thread::yield();
    EXPECT_EQ(lines(name), number) << name;
  }
  [[nodiscard]] std::ptrdiff_t lines(const std::string& name) const {
    const std::string text = base::read_file(path(name)).value_or("");
    return std::ranges::count(text, '\n');
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  support::TemporaryFolder folder_;
  base::SocketAddress vip_ = support::free_address();
  base::SocketAddress admin_ = support::free_address();
  support::EchoServer server_;
  support::Lineage lineage_;  // ends before what it uses does
};

// What docs/access_log.md gives to logrotate, for a file of ours.
std::string documented_rules(const std::string& file) {
  const std::string text = base::read_file(KEEPSTATE_SOURCE_DIR "/docs/access_log.md").value_or("");
  const std::string documented = "/var/log/keepstate/access.log";
  const auto begin = text.find("\n" + documented + " {\n");
  const auto end = text.find("\n}\n", begin);
  if (begin == std::string::npos || end == std::string::npos) return "";
  return file + text.substr(begin + 1 + documented.size(), end + 3 - (begin + 1 + documented.size()));
}

// Stands in for pkill of the rules: finds whom that would find, and tells those of them who are ours.
std::string careful_pkill(const std::vector<pid_t>& ours) {
  return fmt::format(
      "#!/bin/sh\n[ \"$*\" = '-USR1 -x keepstate-lb' ] || exit 2\n"
      "for pid in $(pgrep -x keepstate-lb); do case ' {} ' in *\" $pid \"*) kill -USR1 \"$pid\";; esac; done\n",
      fmt::join(ours, " "));
}

TEST_F(Rotation, AsDocumentedReachesTheOlderProcessOfAnUpgradeToo) {
  if (const auto there = base::run_captured({"logrotate", "--version"}); !there || !there->status.ok()) {
    GTEST_SKIP() << "logrotate is not installed";
  }
  start();
  base::UniqueFd old_one = session();
  session().reset();
  wait_for_lines("access.log", 1);
  upgrade();
  session().reset();
  wait_for_lines("access.log", 2);

  const std::string rules = documented_rules(path("access.log"));
  ASSERT_NE(rules, "");
  ASSERT_TRUE(base::write_file(path("rules"), rules, 0600));
  ASSERT_TRUE(base::write_file(path("pkill"), careful_pkill(lineage_.all()), 0700));
  const auto rotated = base::run_captured({"env", "PATH=" + folder_.path().string() + ":/usr/bin:/bin:/usr/sbin:/sbin",
                                           "logrotate", "--force", "--state", path("state"), path("rules")});
  ASSERT_TRUE(rotated) << rotated.error().message;
  ASSERT_TRUE(rotated->status.ok()) << rotated->out << rotated->err;
  const auto reopened = [&] {
    const std::string told = base::read_file(path("lb.log")).value_or("");
    std::size_t times = 0;
    for (auto at = told.find("opened again"); at != std::string::npos; at = told.find("opened again", at + 1)) ++times;
    return times;
  };
  while (reopened() < 2) std::this_thread::yield();

  old_one.reset();
  session().reset();
  wait_for_lines("access.log", 2);
  EXPECT_EQ(lines("access.log.1"), 2);
}

TEST_F(Rotation, EndsNoProcessThatIsAboutSomethingElse) {
  const std::string file = path("cluster.yaml");
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  auto command = base::Subprocess::start({program(), "check", "-c", file},
                                         {.err = base::Discard{}, .on_parent_death = base::OnParentDeath::kDie});
  ASSERT_TRUE(command) << command.error().message;
  // It reads the file by now, and gets nothing.
  base::UniqueFd writer(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(writer);
  ASSERT_TRUE(command->send_signal(SIGUSR1));
  writer.reset();
  const auto status = command->wait_for(std::chrono::seconds{60});
  ASSERT_TRUE(status);
  EXPECT_EQ(status->kind, base::ExitStatus::Kind::kExited) << status->to_string();
}

}  // namespace
}  // namespace tests
