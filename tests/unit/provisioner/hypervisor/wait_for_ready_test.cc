#include "provisioner/hypervisor/wait_for_ready.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/fake_workplace.h"

namespace provisioner::hypervisor {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using std::string_literals::operator""s;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kDone = R"({"status": "done", "errors": []})";

class WaitForReadyTest : public ::testing::Test {
 protected:
  WaitForReadyTest() {
    host_.put(folder_.pid_file(), "77\n");
    host_.put("/proc/77/cmdline", "qemu\0-pidfile\0/m/qemu.pid\0"s);
    host_.answer("ssh", "ssh: connect to host 10.10.0.21 port 22: No route to host\nx\n", 255);
    host_.passes = [this](base::SteadyTime now) { happen(now); };
    host_.react("tail -c", [this](const step::Command&) {
      return base::Output{{}, host_.content(folder_.console_log()), ""};
    });
  }

  // What the machine does once the clock stands at so many seconds.
  void at(int second, std::function<void()> event) { events_[second] = std::move(event); }
  void writes(const std::string& line) {
    host_.put(folder_.console_log(), host_.content(folder_.console_log()) + line + "\r\n");
  }
  base::Result<void> wait() { return WaitForReady("worker-0", folder_, {"ssh", "x"}, minutes(2)).carry_out(place_); }

  FakeWorkplace place_;
  FakeHost& host_ = place_.host();
  const MachineFolder folder_{std::filesystem::path("/m")};

 private:
  void happen(base::SteadyTime now) {
    while (!events_.empty() && now - base::SteadyTime{} >= seconds(events_.begin()->first)) {
      const auto event = events_.begin()->second;
      events_.erase(events_.begin());
      event();
    }
  }

  std::map<int, std::function<void()>> events_;
};

TEST_F(WaitForReadyTest, FollowsTheBootToItsEnd) {
  at(1, [&] { writes("[ 0.0] Linux version 6.1.0"); });
  at(2, [&] { writes("[ 1.0] systemd[1]: Hostname set"); });
  at(3, [&] { writes("[ 2.0] cloud-init[1]: Cloud-init v. 22.4.2 running 'init' at"); });
  at(4, [&] { host_.answer("ssh", R"({"status": "running"})"); });
  at(6, [&] { host_.answer("ssh", kDone); });
  const auto ready = wait();
  ASSERT_TRUE(ready) << ready.error().message;
  EXPECT_THAT(place_.told, ElementsAre("firmware", "kernel", "systemd", "cloud-init: init"));
  EXPECT_TRUE(host_.exists(folder_.ready()));
}

TEST_F(WaitForReadyTest, IsOverWhenTheTimeIs) {
  at(1, [&] { writes("[ 0.0] Linux version 6.1.0"); });
  at(2, [&] { writes("[ 2.0] cloud-init[1]: Cloud-init v. 22.4.2 running 'init' at"); });
  const std::string why = wait().error().message;
  EXPECT_THAT(why, StartsWith("worker-0: it is not ready after 2m; it stands at 'cloud-init: init', and ssh says: ssh: "
                              "connect to host 10.10.0.21 port 22: No route to host. The end of its console "
                              "(/m/console.log):\n  [ 0.0] Linux version"));
  EXPECT_THAT(why, EndsWith("running 'init' at"));
  EXPECT_FALSE(host_.exists(folder_.ready()));
  EXPECT_LE(host_.now() - base::SteadyTime{}, minutes(3));
}

TEST_F(WaitForReadyTest, SaysWhyThereIsNoAnswer) {
  host_.react("ssh", [](const step::Command&) -> base::Result<base::Output> {
    return base::fail("'ssh and a long line' did not end within 180000 ms and was killed");
  });
  EXPECT_THAT(wait().error().message, HasSubstr("and ssh says: no answer within 3m; nothing"));
  host_.react("ssh",
              [](const step::Command&) -> base::Result<base::Output> { return base::fail("cannot start 'ssh'"); });
  EXPECT_THAT(wait().error().message, HasSubstr("and ssh says: cannot start 'ssh';"));
}

TEST_F(WaitForReadyTest, SaysWhatASilentConsoleMeans) {
  EXPECT_THAT(wait().error().message, HasSubstr("'firmware', and ssh says: ssh: connect"));
  EXPECT_THAT(wait().error().message,
              HasSubstr("nothing is on its console (/m/console.log): the image has no boot loader"));
}

TEST_F(WaitForReadyTest, HearsAPanicBeforeTheTimeIsUp) {
  at(1, [&] { writes("[ 0.0] Linux version 6.1.0"); });
  at(2, [&] { writes("[ 1.2] Kernel panic - not syncing: VFS"); });
  EXPECT_THAT(wait().error().message, HasSubstr("it goes no further: [ 1.2] Kernel panic - not syncing: VFS"));
  EXPECT_LT(host_.now() - base::SteadyTime{}, seconds(30));
}

TEST_F(WaitForReadyTest, AFailureOnTheConsoleMayBeExplainedOverSsh) {
  at(1, [&] { writes("[FAILED] Failed to start cloud-init.service"); });
  at(5, [&] { host_.answer("ssh", R"json({"status": "error", "errors": ["('ssh', KeyError())"]})json", 1); });
  EXPECT_THAT(wait().error().message, HasSubstr("cloud-init has failed: ('ssh', KeyError())"));
}

TEST_F(WaitForReadyTest, EndsWithQemu) {
  at(3, [&] { static_cast<void>(host_.remove("/proc/77/cmdline")); });
  EXPECT_THAT(wait().error().message, HasSubstr("its QEMU has ended"));
  EXPECT_LT(host_.now() - base::SteadyTime{}, seconds(10));
}

TEST_F(WaitForReadyTest, GivesQemuAMomentToBegin) {
  ASSERT_TRUE(host_.remove(folder_.pid_file()));
  at(3, [&] {
    host_.put(folder_.pid_file(), "77\n");
    host_.answer("ssh", kDone);
  });
  EXPECT_TRUE(wait());
  ASSERT_TRUE(host_.remove(folder_.pid_file()));
  EXPECT_THAT(wait().error().message, HasSubstr("its QEMU does not run"));
}

TEST_F(WaitForReadyTest, KnowsImagesThatWillNeverSay) {
  host_.answer("ssh", "sh: cloud-init: not found", 127);
  EXPECT_THAT(wait().error().message, HasSubstr("its image has no cloud-init"));
  host_.answer("ssh", R"({"status": "disabled"})");
  EXPECT_THAT(wait().error().message, HasSubstr("disabled"));
}

TEST_F(WaitForReadyTest, TellsWhatWasWrongThoughItIsReady) {
  host_.answer("ssh", R"({"status": "done", "recoverable_errors": {"WARNING": ["no swap\nx"]}})", 2);
  ASSERT_TRUE(wait());
  EXPECT_EQ(place_.told.back(), "ready, but cloud-init says: no swap");
}

TEST_F(WaitForReadyTest, CanBeInterrupted) {
  at(2, [&] { place_.interrupted = true; });
  EXPECT_THAT(wait().error().message, HasSubstr("interrupted while worker-0 was booting"));
}

TEST_F(WaitForReadyTest, IsPrinted) {
  EXPECT_EQ(WaitForReady("worker-0", folder_, {"ssh", "a b"}, minutes(2)).print(),
            "# wait at most 2m until this says: done\nssh 'a b'");
}

}  // namespace
}  // namespace provisioner::hypervisor
