// One process of keepstate-lb after another, while clients are served.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "lib/base/file_system.h"
#include "lib/base/subprocess.h"
#include "tests/support/client_fleet.h"
#include "tests/support/http_client.h"
#include "tests/support/lineage.h"
#include "tests/support/scripted_server.h"
#include "tests/support/tcp.h"
#include "tests/support/temporary_folder.h"

namespace tests {
namespace {

using support::ClientFleet;
using testing::HasSubstr;

const std::string kProgram = KEEPSTATE_BIN_DIR "/keepstate-lb";

class UpgradeTest : public testing::Test {
 protected:
  void write_config(unsigned workers, const std::string& more = "") const {
    std::string backends;
    for (const auto* const server : servers_) {
      backends += fmt::format("{}{{address: {}}}", backends.empty() ? "" : ", ", server->address().to_string());
    }
    const std::string text = fmt::format(
        "apiVersion: keepstate/v1\nkind: Cluster\nspec:\n  loadBalancer:\n    workers: {}\n    hardStopAfter: {}\n"
        "    admin: {{address: {}}}\n    listeners:\n      - {{name: test, address: {}, sticky: {{by: source}}, "
        "healthCheck: {{type: tcp, interval: 100ms}}, backends: [{}]{}}}\n",
        workers, hard_stop_after_, admin_.to_string(), vip_.to_string(), backends, more);
    ASSERT_TRUE(base::write_file(file(), text, 0600));
  }
  void start() {
    auto process = base::Subprocess::start(
        {kProgram, "run", "-c", file().string(), "--socket", socket().string(), "--pid-file", pid_file().string()},
        {.err = base::AppendTo{log()}});
    ASSERT_TRUE(process) << process.error().message;
    lineage_.add(std::move(*process).detach());
    while (status().is_null()) std::this_thread::yield();
  }
  // What the process that serves says of itself; null while none does.
  [[nodiscard]] nlohmann::json status() const {
    const auto response = support::http_get(admin_, "/v1/status", support::kPatience);
    return response && response->status == 200 ? nlohmann::json::parse(response->body) : nlohmann::json();
  }
  [[nodiscard]] base::UniqueFd session() const {
    auto client = support::connect_to(vip_);
    support::send_all(client, "1");
    EXPECT_EQ(support::recv_exactly(client, 1), "1");
    return client;
  }
  // Returns when another process serves.
  void upgrade() {
    ASSERT_EQ(::kill(lineage_.latest(), SIGUSR2), 0);
    wait_for_the_next();
  }
  // The one before says so when it has left; until then it may be the one that is asked.
  void wait_for_the_next() {
    const pid_t before = lineage_.latest();
    while (true) {
      const auto now = status();
      const bool has_left =
          !now.is_null() && now.at("pid") != before &&
          told().find(fmt::format("process {} serves now", now.at("pid").get<pid_t>())) != std::string::npos;
      if (has_left) {
        lineage_.add(now.at("pid"));
        EXPECT_EQ(base::read_file(pid_file()).value_or(""), fmt::format("{}\n", lineage_.latest()));
        return;
      }
    }
  }
  // A command of ours about the daemon; what it says when it fails.
  void order(std::vector<std::string> words) const {
    words.insert(words.begin(), kProgram);
    words.insert(words.end(), {"--socket", socket().string()});
    const auto done = base::run_captured(words);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_TRUE(done->status.ok()) << done->out << done->err;
  }
  void end(pid_t pid, int signal) {
    if (signal != 0) {
      ASSERT_EQ(::kill(pid, signal), 0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << told();
    lineage_.forget(pid);
  }
  [[nodiscard]] double metric(const std::string& name) const {
    const auto response = support::http_get(admin_, "/metrics", support::kPatience);
    const std::string start = "\nkeepstate_lb_" + name + " ";
    const auto at = response ? response->body.find(start) : std::string::npos;
    return at == std::string::npos ? -1 : std::stod(response->body.substr(at + start.size()));
  }
  [[nodiscard]] std::string told() const { return base::read_file(log()).value_or(""); }
  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "cluster.yaml"; }
  [[nodiscard]] std::filesystem::path log() const { return folder_.path() / "lb.log"; }
  [[nodiscard]] std::filesystem::path socket() const { return folder_.path() / "lb.sock"; }
  [[nodiscard]] std::filesystem::path pid_file() const { return folder_.path() / "lb.pid"; }

  [[nodiscard]] std::size_t count_of(const std::string& words) const {
    const std::string all = told();
    std::size_t count = 0;
    for (auto at = all.find(words); at != std::string::npos; at = all.find(words, at + 1)) ++count;
    return count;
  }

  support::TemporaryFolder folder_;
  std::string hard_stop_after_ = "1h";
  base::SocketAddress vip_ = support::free_address();
  base::SocketAddress admin_ = support::free_address();
  support::EchoServer a_;
  support::EchoServer b_;
  std::vector<const support::ScriptedServer*> servers_{&a_, &b_};
  support::Lineage lineage_;  // ends before what it uses does
};

TEST_F(UpgradeTest, FiveOfThemAndDrainsAndReloadsBetweenLoseNothing) {
  write_config(2);
  start();
  ClientFleet fleet([&] { return vip_; }, {.openers = 2, .keepers = 1, .bulk = 1});
  fleet.wait_for_opened(20);
  // Each time with another number of workers, and with four drains and a reload before it.
  for (const unsigned workers : {2U, 3U, 1U, 2U, 4U}) {
    for (const auto* const server : {&a_, &b_, &a_, &b_}) {
      order({"drain", server->address().to_string()});
      fleet.wait_for_opened(5);
      order({"undrain", server->address().to_string()});
    }
    write_config(workers);
    order({"reload"});
    upgrade();
    EXPECT_EQ(status().at("workers"), workers);
    fleet.wait_for_opened(20);
  }
  EXPECT_GE(status().at("oldProcesses"), 1);  // the first one has the connections that are kept
  fleet.stop();
  for (const std::string& error : fleet.errors()) ADD_FAILURE() << error << "\n" << told();
  // All that anybody has ever served is counted, once, when the old ones have ended.
  while (status().at("oldProcesses") != 0) std::this_thread::yield();
  const double taken = metric(R"(connections_total{listener="test"})");
  EXPECT_GE(taken, static_cast<double>(fleet.opened()));
  while (metric(R"(connections_closed_total{listener="test",cause="finished"})") != taken) std::this_thread::yield();
  EXPECT_EQ(metric(R"(connections_active{listener="test"})"), 0);
  const std::vector<pid_t> old(lineage_.all().begin(), lineage_.all().end() - 1);
  for (const pid_t pid : old) end(pid, 0);
  end(lineage_.latest(), SIGTERM);
  EXPECT_FALSE(std::filesystem::exists(socket()));
}

TEST_F(UpgradeTest, KeepsHealthAndStickyClients) {
  write_config(2);
  start();
  b_.stop_listening();
  const std::string up = fmt::format(R"(backend_up{{listener="test",backend="{}"}})", b_.address().to_string());
  while (metric(up) != 0) std::this_thread::yield();
  const auto client = session();
  const auto before = status();
  upgrade();
  const auto now = status();
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& was = before.at("listeners")[0].at("backends")[i];
    const auto& is = now.at("listeners")[0].at("backends")[i];
    EXPECT_EQ(is.at("state"), was.at("state"));
    EXPECT_GE(is.at("sinceSeconds").get<double>(), was.at("sinceSeconds").get<double>());
  }
  EXPECT_EQ(metric(R"(sticky_entries{listener="test"})"), 1);
  // The old one has the session, and ends with it.
  support::send_all(client, "2");
  EXPECT_EQ(support::recv_exactly(client, 1), "2");
  EXPECT_EQ(metric(R"(connections_active{listener="test"})"), 1);
  support::half_close(client);
  EXPECT_EQ(support::recv_all(client), "");
  end(lineage_.first(), 0);
  while (status().at("oldProcesses") != 0) std::this_thread::yield();
  end(lineage_.latest(), SIGTERM);
}

TEST_F(UpgradeTest, CountsEachSessionOnceOverSeveralProcesses) {
  write_config(2);
  start();
  std::vector<base::UniqueFd> clients;
  const auto say = [&](const std::string& word) {
    for (const auto& client : clients) {
      support::send_all(client, word);
      EXPECT_EQ(support::recv_exactly(client, word.size()), word);
    }
  };
  for (int process = 0; process < 3; ++process) {
    if (process > 0) upgrade();
    for (int i = 0; i < 4; ++i) clients.push_back(support::connect_to(vip_));
    say("1");
  }
  const std::string closed = R"(connections_closed_total{listener="test",cause=)";
  while (metric(R"(connections_active{listener="test"})") != 12) std::this_thread::yield();
  EXPECT_EQ(metric(closed + R"("shutdown"})"), 0);
  // The one in the middle ends first.
  for (int i = 4; i < 8; ++i) support::half_close(clients[static_cast<std::size_t>(i)]);
  end(lineage_.all()[1], 0);
  while (metric(closed + R"("finished"})") != 4) std::this_thread::yield();
  while (status().at("oldProcesses") != 1) std::this_thread::yield();
  EXPECT_EQ(metric(R"(connections_active{listener="test"})"), 8);
  EXPECT_EQ(metric(closed + R"("shutdown"})"), 0);
  clients.clear();
  end(lineage_.all()[0], 0);
  while (status().at("oldProcesses") != 0) std::this_thread::yield();
  while (metric(R"(connections_active{listener="test"})") != 0) std::this_thread::yield();
  EXPECT_EQ(metric(R"(connections_total{listener="test"})"), 12);
  end(lineage_.latest(), SIGTERM);
}

TEST_F(UpgradeTest, ACommandUpgradesAndSaysWhoServes) {
  write_config(1);
  start();
  order({"upgrade"});
  wait_for_the_next();
  ASSERT_TRUE(base::write_file(file(), "kind: Clutser\n", 0600));
  const auto refused = base::run_captured({kProgram, "upgrade", "--socket", socket().string()});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status.value, 1);
  EXPECT_THAT(refused->err, HasSubstr("the new process cannot serve: "));
  EXPECT_THAT(refused->err, HasSubstr("Clutser"));
}

TEST_F(UpgradeTest, AnOperatorsConnectionDoesNotStayWithTheOldOne) {
  write_config(1);
  start();
  const auto client = session();  // keeps the old process alive
  const auto kept = support::connect_to(admin_);
  support::send_all(kept, "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  std::string answer;
  while (answer.find("ok\n") == std::string::npos) answer += support::recv_exactly(kept, 1);
  upgrade();
  EXPECT_EQ(support::recv_all(kept), "");  // sent away
}

TEST_F(UpgradeTest, ANewOneThatCannotServeTakesNobody) {
  write_config(2);
  start();
  ClientFleet fleet([&] { return vip_; }, {.openers = 2, .keepers = 0, .bulk = 0});
  fleet.wait_for_opened(20);
  // More workers need more sockets at the address, and another listener's address is taken.
  const auto taken = support::listen_on(*base::SocketAddress::parse("127.0.0.1:0"));
  write_config(3, fmt::format("}}\n      - {{name: second, address: {}, backends: [{{address: {}}}]",
                              support::local_address(taken).to_string(), a_.address().to_string()));
  std::size_t refusals = 0;
  while (refusals < 10) {
    EXPECT_EQ(::kill(lineage_.latest(), SIGUSR2), 0);
    ++refusals;
    while (count_of("no upgrade, this process goes on") < refusals) std::this_thread::yield();
    fleet.wait_for_opened(5);
  }
  fleet.stop();
  for (const std::string& error : fleet.errors()) ADD_FAILURE() << error << "\n" << told();
  EXPECT_EQ(status().at("pid"), lineage_.latest());
  EXPECT_TRUE(std::filesystem::is_socket(socket()));
  EXPECT_EQ(base::read_file(pid_file()).value_or(""), fmt::format("{}\n", lineage_.latest()));
}

// The new one is held up before it serves: it takes its file from a pipe that nobody fills.
TEST_F(UpgradeTest, NothingChangesWhileItIsUnderWay) {
  write_config(1);
  start();
  std::filesystem::remove(file());
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  ASSERT_EQ(::kill(lineage_.latest(), SIGUSR2), 0);
  while (count_of("upgrading: ") == 0) std::this_thread::yield();
  const std::string backend = a_.address().to_string();
  const auto refused = base::run_captured({kProgram, "drain", backend, "--socket", socket().string()});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status.value, 1);
  EXPECT_THAT(refused->err, HasSubstr("an upgrade is under way; try again in a moment"));
  ASSERT_EQ(::kill(lineage_.latest(), SIGHUP), 0);
  while (count_of("SIGHUP: an upgrade is under way; the file is read after it") == 0) std::this_thread::yield();
  // Asked to stop, it does not let another process serve.
  end(lineage_.latest(), SIGTERM);
  EXPECT_THAT(told(), HasSubstr("no upgrade, this process goes on: the daemon is shutting down"));
  EXPECT_FALSE(std::filesystem::exists(socket()));
}

TEST_F(UpgradeTest, ASignalMeanwhileIsForWhoServesThen) {
  write_config(1);
  start();
  const auto client = session();  // keeps the old process alive
  const std::string config = base::read_file(file()).value_or("");
  std::filesystem::remove(file());
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  ASSERT_EQ(::kill(lineage_.latest(), SIGUSR2), 0);
  while (count_of("upgrading: ") == 0) std::this_thread::yield();
  ASSERT_EQ(::kill(lineage_.latest(), SIGHUP), 0);
  while (count_of("the file is read after it") == 0) std::this_thread::yield();
  // The new process waits for the file's text; there is a file for the reload that comes then.
  {
    const base::UniqueFd pipe(::open(file().c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_TRUE(pipe);
    std::filesystem::remove(file());
    ASSERT_TRUE(base::write_file(file(), config, 0600));
    ASSERT_EQ(::write(pipe.get(), config.data(), config.size()), static_cast<ssize_t>(config.size()));
  }
  wait_for_the_next();
  while (count_of("reloaded: nothing has changed") != 1) std::this_thread::yield();
  // So is one that comes later.
  ASSERT_EQ(::kill(lineage_.first(), SIGHUP), 0);
  while (count_of("reloaded: nothing has changed") != 2) std::this_thread::yield();
}

TEST_F(UpgradeTest, WhoHasHandedOverDoesSoOnceOnly) {
  write_config(1);
  start();
  const auto client = session();  // keeps the old process alive
  upgrade();
  ASSERT_EQ(::kill(lineage_.first(), SIGUSR2), 0);
  while (count_of("has handed over already") == 0) std::this_thread::yield();
  EXPECT_EQ(base::read_file(pid_file()).value_or(""), fmt::format("{}\n", lineage_.latest()));
  support::half_close(client);
  end(lineage_.first(), 0);
  EXPECT_TRUE(std::filesystem::exists(pid_file()));
}

TEST_F(UpgradeTest, SessionsThatDoNotEndAreEndedAtLast) {
  hard_stop_after_ = "1s";
  write_config(4);
  start();
  std::vector<base::UniqueFd> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(support::connect_to(vip_));
  for (const auto& client : clients) {
    support::send_all(client, "1");
    EXPECT_EQ(support::recv_exactly(client, 1), "1");
  }
  upgrade();
  const auto ended_of = [&] {
    std::size_t ended = 0;
    for (const auto& client : clients) {
      char byte = 0;
      const ssize_t n = ::recv(client.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
      if (n == 0 || (n < 0 && errno != EAGAIN)) ++ended;
    }
    return ended;
  };
  // A few at a time: when the first ones are gone, most are there.
  std::size_t ended = 0;
  while (ended == 0) ended = ended_of();
  EXPECT_LT(ended, clients.size() / 2);
  end(lineage_.first(), 0);
  EXPECT_EQ(ended_of(), clients.size());
  EXPECT_THAT(told(), HasSubstr("hardStopAfter is over: the 100 sessions that are left are closed"));
}

TEST_F(UpgradeTest, GoesOnWhenTheNewOneCannotServe) {
  write_config(1);
  start();
  ASSERT_TRUE(base::write_file(file(), "apiVersion: keepstate/v1\nkind: Clutser\n", 0600));
  ASSERT_EQ(::kill(lineage_.latest(), SIGUSR2), 0);
  while (told().find("no upgrade, this process goes on") == std::string::npos) std::this_thread::yield();
  EXPECT_THAT(told(), HasSubstr("no upgrade, this process goes on: the new process cannot serve: "));
  const auto client = session();
  EXPECT_EQ(status().at("pid"), lineage_.latest());
  write_config(1);
  upgrade();
  support::send_all(client, "2");
  EXPECT_EQ(support::recv_exactly(client, 1), "2");
}

}  // namespace
}  // namespace tests
