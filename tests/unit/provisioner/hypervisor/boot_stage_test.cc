#include "provisioner/hypervisor/boot_stage.h"

#include <gmock/gmock.h>

namespace provisioner::hypervisor {
namespace {

constexpr const char* kKernel = "[    0.000000] Linux version 6.1.0-57-cloud-amd64 (debian)\r\n";
constexpr const char* kSystemd = "[   17.820261] systemd[1]: Hostname set to <localhost>.\r\n";
constexpr const char* kLocal =
    "[   20.1] cloud-init[353]: Cloud-init v. 22.4.2 running 'init-local' at Tue, 01 Dec 2026 01:36:00 +0000.\r\n";
constexpr const char* kFinal = "[   50.1] cloud-init[440]: Cloud-init v. 22.4.2 running 'modules:final' at Tue\r\n";
constexpr const char* kFinished = "[   52.1] cloud-init[440]: Cloud-init v. 22.4.2 finished at Tue, 01 Dec\r\n";
constexpr const char* kLogin = "Debian GNU/Linux 12 worker-0 ttyS0\r\n\r\nworker-0 login: ";

std::string name_of(const std::string& log) {
  return boot_stage(log).name;
}

TEST(BootStage, GoesOnWithTheConsole) {
  std::string log;
  EXPECT_EQ(name_of(log), "firmware");
  EXPECT_EQ(name_of(log += kKernel), "kernel");
  EXPECT_EQ(name_of(log += kSystemd), "systemd");
  EXPECT_EQ(name_of(log += kLocal), "cloud-init: init-local");
  EXPECT_EQ(name_of(log += kLogin), "login");
  EXPECT_EQ(name_of(log += kFinal), "cloud-init: modules:final");
  EXPECT_EQ(name_of(log += kFinished), "cloud-init: finished");
  EXPECT_EQ(name_of(log += "[  100.0] reboot: Power down\r\n"), "shutdown");
  EXPECT_EQ(name_of(log += kKernel), "kernel");
  EXPECT_FALSE(boot_stage(log).failure);
  EXPECT_EQ(name_of(log.substr(40)), "kernel");  // a log that begins in a line
}

TEST(BootStage, HearsThatItGoesNoFurther) {
  const std::string panic =
      std::string(kKernel) + "[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs\r\n";
  EXPECT_EQ(boot_stage(panic).failure, "[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs");
  EXPECT_FALSE(boot_stage(panic + kKernel).failure);  // it has started anew
  EXPECT_TRUE(boot_stage(std::string(kKernel) + "You are in emergency mode. After logging in\r\n").failure);
  EXPECT_TRUE(boot_stage(std::string(kKernel) + "ALERT!  LABEL=x does not exist.  Dropping to a shell!\r\n").failure);
}

TEST(BootStage, HearsThatCloudInitFailed) {
  const std::string log =
      std::string(kKernel) +
      "[\x1b[0;1;31mFAILED\x1b[0m] Failed to start \x1b[0;1;39msystemd-re\xe2\x80\xa6ice\x1b[0m - Names.\r\n"
      "[\x1b[0;1;31mFAILED\x1b[0m] Failed to start \x1b[0;1;39mcloud-init\xe2\x80\xa6l cloud-init job\x1b[0m.\r\n";
  EXPECT_EQ(boot_stage(log).failure, "[FAILED] Failed to start cloud-init\xe2\x80\xa6l cloud-init job.");
  EXPECT_FALSE(boot_stage(log.substr(0, log.find("cloud-init"))).failure);
}

TEST(BootStage, AGuestCannotSpeakToTheTerminal) {
  const std::string log = "one\r\n\x1b[2J\x1b[31mtwo\x07\x1b]0;title\x07\tthree\r\n\r\n\r\nfour\x7f";
  EXPECT_EQ(last_console_lines(log, 10), "  one\n  two]0;title three\n  four");
  EXPECT_EQ(last_console_lines(log, 1), "  four");
  EXPECT_EQ(last_console_lines("", 3), "");
  EXPECT_EQ(last_console_lines("\n\n", 3), "");
  EXPECT_EQ(last_console_lines("a\x1b[", 3), "  a");
}

}  // namespace
}  // namespace provisioner::hypervisor
