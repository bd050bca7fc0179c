#include "provisioner/hypervisor/power.h"

#include <gmock/gmock.h>

#include <csignal>

#include "provisioner/hypervisor/qemu_command.h"
#include "provisioner/hypervisor/qmp.h"
#include "provisioner/step/system_host.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/provisioner/fake_workplace.h"
#include "tests/unit/provisioner/hypervisor/scripted_qemu.h"
#include "tests/unit/provisioner/real_workplace.h"

namespace provisioner::hypervisor {
namespace {

using std::chrono::seconds;
using std::string_literals::operator""s;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class PowerTest : public ::testing::Test {
 protected:
  PowerTest() { place_.host().listen(folder_.qmp(), qemu_.program()); }

  // A QEMU of this folder with pid 77.
  void run() {
    place_.host().put(folder_.pid_file(), "77\n");
    place_.host().put("/proc/77/cmdline", "/usr/bin/qemu\0-pidfile\0/m/qemu.pid\0"s);
  }
  void end() { ASSERT_TRUE(place_.host().remove("/proc/77/cmdline")); }
  // It ends as soon as somebody says so, and its process a moment later.
  void ends_on(const std::string& command) {
    qemu_.answer(command, [this] {
      end();
      return "";
    });
  }
  base::Result<void> power_down_now() {
    return power_down(place_.host(), folder_,
                      {[this](std::string_view what) { place_.tell(what); }, [this] { return place_.interrupted; }},
                      seconds(30));
  }

  const MachineFolder folder_{std::filesystem::path("/m")};
  ScriptedQemu qemu_;
  FakeWorkplace place_;
};

TEST_F(PowerTest, APidFileAloneProvesNothing) {
  EXPECT_FALSE(running_qemu(place_.host(), folder_).value());
  run();
  EXPECT_EQ(running_qemu(place_.host(), folder_).value(),
            (RunningQemu{77, {"/usr/bin/qemu", "-pidfile", "/m/qemu.pid"}}));
  for (const std::string& other : {"/usr/bin/vi\0/m/qemu.pid\0"s, "/usr/bin/qemu\0-pidfile\0/other/qemu.pid\0"s,
                                   "/usr/bin/qemu\0-pidfile\0"s, ""s}) {
    place_.host().put("/proc/77/cmdline", other);
    EXPECT_FALSE(running_qemu(place_.host(), folder_).value());
  }
  for (const char* text : {"", "x", "-1", "1", "0"}) {
    place_.host().put(folder_.pid_file(), text);
    EXPECT_FALSE(running_qemu(place_.host(), folder_).value()) << text;
  }
}

TEST_F(PowerTest, PressesThePowerButton) {
  run();
  ends_on("system_powerdown");
  ASSERT_TRUE(power_down_now());
  EXPECT_THAT(place_.told, ElementsAre("shutdown"));
  EXPECT_THAT(place_.host().files(), IsEmpty());
  EXPECT_THAT(place_.host().calls(), ElementsAre("connect /m/qmp.sock"));
}

TEST_F(PowerTest, PressesAgainAndThenPullsThePlug) {
  run();
  ends_on("quit");
  ASSERT_TRUE(power_down_now());
  EXPECT_THAT(qemu_.commands(),
              ElementsAre("query-status", "system_powerdown", "system_powerdown", "system_powerdown", "quit"));
  EXPECT_THAT(place_.told, ElementsAre("shutdown", HasSubstr("switched off")));
}

TEST_F(PowerTest, AGuestThatStandsStillHearsNoButton) {
  run();
  qemu_.answer("query-status", ScriptedQemu::returns(R"({"status": "io-error"})"));
  ends_on("quit");
  ASSERT_TRUE(power_down_now());
  EXPECT_THAT(qemu_.commands(), ElementsAre("query-status", "quit"));
}

TEST_F(PowerTest, KillsWhoDoesNotAnswer) {
  run();
  place_.host().stop_listening(folder_.qmp());
  place_.host().react("kill -KILL 77", [this](const step::Command&) {
    end();
    return base::Output{};
  });
  ASSERT_TRUE(power_down_now());
  EXPECT_THAT(place_.told, ElementsAre(HasSubstr("killed")));
  EXPECT_THAT(place_.host().calls(), Contains("kill -KILL 77"));
}

TEST_F(PowerTest, SaysWhereNothingHelps) {
  run();
  place_.host().stop_listening(folder_.qmp());
  EXPECT_THAT(power_down_now().error().message, HasSubstr("QEMU with pid 77 does not end"));
}

TEST_F(PowerTest, NobodyRunsNothingIsDone) {
  place_.host().put(folder_.pid_file(), "77\n");  // of a host that was reset
  ASSERT_TRUE(power_down_now());
  EXPECT_THAT(place_.host().calls(), IsEmpty());
  EXPECT_FALSE(place_.host().exists(folder_.pid_file()));
}

TEST_F(PowerTest, AnInterruptionLeavesItRunning) {
  run();
  place_.interrupted = true;
  EXPECT_THAT(power_down_now().error().message, HasSubstr("interrupted"));
  EXPECT_TRUE(running_qemu(place_.host(), folder_).value());
  EXPECT_THAT(qemu_.commands(), Not(Contains("quit")));
}

TEST_F(PowerTest, StartsWithANewLog) {
  StartQemu start(folder_, {"qemu", "-x"});
  EXPECT_EQ(start.print(),
            "test ! -e /m/console.log || mv -f /m/console.log /m/console.log.1\n"
            "setsid qemu -x </dev/null >>/m/qemu.log 2>&1 &");
  place_.host().put(folder_.console_log(), "old");
  place_.host().react("start qemu -x", [this](const step::Command&) {
    run();
    return base::Output{{base::ExitStatus::Kind::kExited, 77}, "", ""};
  });
  ASSERT_TRUE(start.carry_out(place_));
  EXPECT_THAT(place_.host().calls(),
              ElementsAre("mv -f /m/console.log /m/console.log.1", "start qemu -x", "connect /m/qmp.sock"));
  place_.host().forget_calls();
  ASSERT_TRUE(StartQemu(folder_, {"qemu", "-x"}).carry_out(place_));  // it runs
  EXPECT_THAT(place_.host().calls(), IsEmpty());
}

TEST_F(PowerTest, TellsWhyQemuEnded) {
  place_.host().react("start qemu", [this](const step::Command&) {
    place_.host().put(folder_.qemu_log(), "qemu: could not open \x1b[31mdisk\n");
    return base::Output{{base::ExitStatus::Kind::kExited, 78}, "", ""};
  });
  EXPECT_EQ(StartQemu(folder_, {"qemu"}).carry_out(place_).error().message,
            "QEMU does not start (/m/qemu.log):\n  qemu: could not open disk");
}

TEST_F(PowerTest, IsPrintedForPeople) {
  EXPECT_THAT(PowerDown(folder_).print(), HasSubstr("UNIX-CONNECT:/m/qmp.sock"));
}

// The same with QEMU itself, without a guest in it.
class RealQemuTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!host_.exists(kQemu)) GTEST_SKIP() << "needs qemu-system-x86";
  }
  void TearDown() override {
    const auto running = running_qemu(host_, folder_);
    if (running && *running) ::kill((*running)->pid, SIGKILL);
  }

  std::vector<std::string> command(const std::vector<std::string>& more) const {
    std::vector<std::string> words{kQemu,
                                   "-nodefaults",
                                   "-no-user-config",
                                   "-display",
                                   "none",
                                   "-sandbox",
                                   "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
                                   "-chardev",
                                   "socket,id=qmp,path=" + folder_.qmp().string() + ",server=on,wait=off",
                                   "-mon",
                                   "chardev=qmp,mode=control",
                                   "-pidfile",
                                   folder_.pid_file().string()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  tests::support::TemporaryFolder temporary_;
  MachineFolder folder_{temporary_.path()};
  RealWorkplace place_;
  step::Host& host_ = place_.host();
};

TEST_F(RealQemuTest, StartsAnswersAndIsSwitchedOff) {
  StartQemu start(folder_, command({"-machine", "none", "-accel", "tcg", "-S"}));
  const auto started = start.carry_out(place_);
  ASSERT_TRUE(started) << started.error().message;
  const auto running = running_qemu(host_, folder_).value();
  ASSERT_TRUE(running);
  EXPECT_EQ(Qmp::open(host_, folder_.qmp(), seconds(20)).value().status().value(), "prelaunch");
  ASSERT_TRUE(PowerDown(folder_).carry_out(place_));
  EXPECT_FALSE(running_qemu(host_, folder_).value());
  EXPECT_THAT(host_.list(folder_.path).value(), ElementsAre("qemu.log"));
}

TEST_F(RealQemuTest, IsKilledWhenItHangs) {
  ASSERT_TRUE(StartQemu(folder_, command({"-machine", "none", "-accel", "tcg", "-S"})).carry_out(place_));
  const auto running = running_qemu(host_, folder_).value();
  ASSERT_EQ(::kill(running->pid, SIGSTOP), 0);
  std::vector<std::string> told;
  ASSERT_TRUE(
      power_down(host_, folder_, {[&](std::string_view what) { told.emplace_back(what); }, [] { return false; }}));
  EXPECT_THAT(told, ElementsAre(HasSubstr("killed")));
  EXPECT_FALSE(running_qemu(host_, folder_).value());
}

TEST_F(RealQemuTest, SaysWhatIsWrongWithItsCommandLine) {
  const auto started = StartQemu(folder_, command({"-machine", "nonsense"})).carry_out(place_);
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr("unsupported machine type"));
}

}  // namespace
}  // namespace provisioner::hypervisor
