#include "lib/base/supervisor.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>

#include "lib/base/result.h"
#include "tests/support/temporary_folder.h"

namespace base {
namespace {

// What the supervisor would hear.
class Ear {
 public:
  Ear() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
    fd_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error(errno_text(errno));
    }
  }
  [[nodiscard]] std::string path() const { return (folder_.path() / "notify").string(); }
  [[nodiscard]] std::string next() const {
    std::array<char, 256> bytes{};
    const ssize_t n = ::recv(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    return n < 0 ? "nothing" : std::string(bytes.data(), static_cast<std::size_t>(n));
  }

 private:
  tests::support::TemporaryFolder folder_;
  UniqueFd fd_;
};

TEST(SupervisorTest, TellsWhatTheDaemonIsAbout) {
  const Ear ear;
  const Supervisor supervisor(ear.path(), std::chrono::seconds{10});
  supervisor.tell_ready();
  EXPECT_EQ(ear.next(), "READY=1");
  supervisor.tell_reloading();
  EXPECT_EQ(ear.next().find("RELOADING=1\nMONOTONIC_USEC="), 0U);
  supervisor.tell_stopping();
  EXPECT_EQ(ear.next(), "STOPPING=1");
  supervisor.tell_alive();
  EXPECT_EQ(ear.next(), "WATCHDOG=1");
  EXPECT_EQ(supervisor.heartbeat(), std::chrono::seconds{5});
}

TEST(SupervisorTest, IsSilentWhereNobodyListens) {
  const Supervisor nobody("", std::chrono::seconds{10});
  EXPECT_FALSE(nobody.listens());
  EXPECT_FALSE(nobody.heartbeat());
  nobody.tell_ready();
  const Supervisor gone("/nowhere/notify", std::nullopt);
  gone.tell_ready();
  const Supervisor too_long(std::string(500, 'x'), std::nullopt);
  too_long.tell_ready();
}

TEST(SupervisorTest, ReadsTheEnvironment) {
  ::setenv("NOTIFY_SOCKET", "/run/notify", 1);
  ::setenv("WATCHDOG_USEC", "4000000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  EXPECT_EQ(Supervisor::of_environment().heartbeat(), std::chrono::seconds{2});
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_FALSE(Supervisor::of_environment().heartbeat());
  ::setenv("WATCHDOG_USEC", "soon", 1);
  ::unsetenv("WATCHDOG_PID");
  EXPECT_FALSE(Supervisor::of_environment().heartbeat());
  ::unsetenv("NOTIFY_SOCKET");
  ::unsetenv("WATCHDOG_USEC");
  EXPECT_FALSE(Supervisor::of_environment().listens());
}

TEST(ActivatedDescriptors, AreForThisProcessAlone) {
  ::setenv("LISTEN_FDS", "1", 1);
  ::setenv("LISTEN_PID", "1", 1);
  EXPECT_TRUE(take_activated_descriptors().empty());
  EXPECT_EQ(::getenv("LISTEN_FDS"), nullptr);
  EXPECT_TRUE(take_activated_descriptors().empty());
}

}  // namespace
}  // namespace base
