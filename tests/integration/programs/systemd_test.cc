// What the daemon and systemd have to agree on: units, sockets that systemd has opened, words to and fro.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <thread>

#include "lib/base/file_system.h"
#include "lib/base/subprocess.h"
#include "tests/support/scripted_server.h"
#include "tests/support/tcp.h"
#include "tests/support/temporary_folder.h"

namespace tests {
namespace {

using testing::HasSubstr;

const std::string kBalancer = KEEPSTATE_BIN_DIR "/keepstate-lb";
const std::filesystem::path kUnits = KEEPSTATE_SOURCE_DIR "/configs/systemd";

bool has(const std::string& tool) {
  const auto found = base::run_captured({"/bin/sh", "-c", "command -v " + tool});
  return found && found->status.ok();
}

class SystemdTest : public testing::Test {
 protected:
  void write_config(const base::SocketAddress& listener, const base::SocketAddress& backend) const {
    const std::string text = fmt::format(
        "apiVersion: keepstate/v1\nkind: Cluster\nspec:\n  loadBalancer:\n    workers: 2\n    listeners:\n"
        "      - {{name: test, address: {}, healthCheck: {{type: none}}, backends: [{{address: {}}}]}}\n",
        listener.to_string(), backend.to_string());
    ASSERT_TRUE(base::write_file(file(), text, 0600));
  }
  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "cluster.yaml"; }
  [[nodiscard]] std::filesystem::path log() const { return folder_.path() / "lb.log"; }
  [[nodiscard]] std::string told() const { return base::read_file(log()).value_or(""); }

  support::TemporaryFolder folder_;
};

TEST_F(SystemdTest, TheUnitsAreCorrect) {
  if (!has("systemd-analyze")) GTEST_SKIP() << "needs systemd-analyze";
  for (const char* const name : {"keepstate-lb.service", "keepstate-lb.socket"}) {
    auto unit = base::read_file(kUnits / name);
    ASSERT_TRUE(unit) << unit.error().message;
    const std::string installed = "/usr/local/sbin/keepstate-lb";
    for (auto at = unit->find(installed); at != std::string::npos; at = unit->find(installed, at + kBalancer.size())) {
      unit->replace(at, installed.size(), kBalancer);
    }
    ASSERT_TRUE(base::write_file(folder_.path() / name, *unit, 0644));
  }
  const auto verified =
      base::run_captured({"systemd-analyze", "verify", "--man=no", (folder_.path() / "keepstate-lb.service").string(),
                          (folder_.path() / "keepstate-lb.socket").string()});
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_TRUE(verified->status.ok()) << verified->out << verified->err;
  EXPECT_EQ(verified->err, "");
}

TEST_F(SystemdTest, ServesOnASocketThatSystemdHasOpened) {
  if (!has("systemd-socket-activate")) GTEST_SKIP() << "needs systemd-socket-activate";
  const support::NamingServer server("a");
  const auto vip = support::free_address();
  write_config(vip, server.address());
  auto activated = base::Subprocess::start({"systemd-socket-activate", "-l", vip.to_string(), kBalancer, "run", "-c",
                                            file().string(), "--socket", (folder_.path() / "s").string()},
                                           {.err = base::AppendTo{log()}});
  ASSERT_TRUE(activated) << activated.error().message;
  while (told().find("Listening on") == std::string::npos) ASSERT_TRUE(activated->is_running()) << told();
  // The first one starts the daemon; all are served, none is refused.
  for (int i = 0; i < 5; ++i) EXPECT_EQ(support::recv_all(support::connect_to(vip)), "a");
  EXPECT_THAT(told(), HasSubstr("listener test on " + vip.to_string()));
  ASSERT_TRUE(activated->send_signal(SIGTERM));
  EXPECT_TRUE(activated->wait().ok()) << told();
}

TEST_F(SystemdTest, TellsWhenItIsReadyReloadsAndStops) {
  const support::NamingServer server("a");
  write_config(support::free_address(), server.address());
  const std::string path = (folder_.path() / "notify").string();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const base::UniqueFd ear(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(ear.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const auto next = [&] {
    std::array<char, 256> bytes{};
    const std::size_t n = support::recv_some(ear, bytes);
    return std::string(bytes.data(), n);
  };
  auto daemon = base::Subprocess::start(
      {kBalancer, "run", "-c", file().string(), "--socket", (folder_.path() / "s").string()},
      {.environment = {{"NOTIFY_SOCKET", path}, {"WATCHDOG_USEC", "200000"}, {"WATCHDOG_PID", ""}},
       .err = base::AppendTo{log()}});
  ASSERT_TRUE(daemon) << daemon.error().message;
  EXPECT_EQ(next(), "READY=1");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(next(), "WATCHDOG=1");
  ASSERT_TRUE(daemon->send_signal(SIGHUP));
  std::string word = next();
  while (word == "WATCHDOG=1") word = next();
  EXPECT_THAT(word, HasSubstr("RELOADING=1\nMONOTONIC_USEC="));
  EXPECT_EQ(next(), "READY=1");
  ASSERT_TRUE(daemon->send_signal(SIGTERM));
  word = next();
  while (word == "WATCHDOG=1") word = next();
  EXPECT_EQ(word, "STOPPING=1");
  EXPECT_TRUE(daemon->wait().ok()) << told();
}

}  // namespace
}  // namespace tests
