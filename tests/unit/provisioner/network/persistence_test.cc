#include "provisioner/network/persistence.h"

#include <gmock/gmock.h>

#include "lib/base/file_system.h"
#include "lib/base/subprocess.h"
#include "tests/support/golden.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/provisioner/network/sample_network.h"

namespace provisioner::network {
namespace {

using step::System;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Every file with its path and mode, one behind the other.
std::string all_of(const step::RenderedFiles& files) {
  std::string text;
  for (const step::RenderedFile& file : files) {
    text +=
        fmt::format("==> {} {:04o}\n{}", file.path.string(), static_cast<unsigned>(file.file.mode), file.file.content);
  }
  return text;
}

TEST(Persistence, FilesOfLinux) {
  tests::support::expect_golden(
      all_of(network_files(network_of(example_cluster()), System::kLinux, BridgeOwner::kOurs)),
      "tests/unit/provisioner/network/golden/linux.files");
}

TEST(Persistence, FilesOfFreebsd) {
  const HostNetwork wanted = network_of(example_cluster());
  std::string text = all_of(network_files(wanted, System::kFreebsd, BridgeOwner::kOurs));
  const RcConf rc = rc_conf_of(wanted, BridgeOwner::kOurs);
  text += "==> rc.conf\n";
  for (const auto& [name, value] : rc.variables) text += fmt::format("{}=\"{}\"\n", name, value);
  for (const auto& [list, word] : rc.words) text += fmt::format("{}+=\"{}\"\n", list, word);
  tests::support::expect_golden(text, "tests/unit/provisioner/network/golden/freebsd.files");
}

TEST(Persistence, LeavesABridgeOfOthersToThem) {
  const HostNetwork wanted = network_of(example_cluster());
  for (const auto& file : network_files(wanted, System::kLinux, BridgeOwner::kOthers)) {
    EXPECT_THAT(file.path.string(), ::testing::Not(HasSubstr("systemd/network")));
  }
  EXPECT_THAT(rc_conf_of(wanted, BridgeOwner::kOthers).words,
              ::testing::Each(::testing::Not(std::pair<std::string, std::string>("cloned_interfaces", "bridge1"))));
}

TEST(Persistence, TheUnitAndTheScriptAreSound) {
  const tests::support::TemporaryFolder folder;
  HostNetwork wanted = network_of(example_cluster());
  for (const auto& file : network_files(wanted, System::kLinux, BridgeOwner::kOurs)) {
    if (file.path.extension() != ".service") continue;
    const auto unit = folder.path() / file.path.filename();
    ASSERT_TRUE(base::write_file(unit, file.file.content, 0644));
    const auto verified = base::run_captured({"systemd-analyze", "verify", "--man=no", unit.string()}).value();
    EXPECT_TRUE(verified.status.ok()) << verified.err;
    EXPECT_EQ(verified.err, "");
  }
  for (const auto& file : network_files(wanted, System::kFreebsd, BridgeOwner::kOurs)) {
    if (file.file.mode != 0755) continue;
    const auto script = folder.path() / "script";
    ASSERT_TRUE(base::write_file(script, file.file.content, 0755));
    EXPECT_TRUE(base::run_captured({"sh", "-n", script.string()}).value().status.ok());
  }
}

TEST(MissingAfterReboot, NothingWhereAllIsKept) {
  const HostNetwork wanted = network_of(example_cluster());
  NetworkState state;
  state.exists = state.is_ours = true;
  state.has_systemd = state.has_networkd = state.keeps_rules = true;
  for (const auto& file : network_files(wanted, System::kLinux, BridgeOwner::kOurs)) {
    state.files.there.emplace(file.path, file.file);
  }
  EXPECT_THAT(missing_after_reboot(wanted, state, System::kLinux), IsEmpty());
  EXPECT_THAT(missing_after_reboot(network_of(without_machines(example_cluster())), {}, System::kLinux), IsEmpty());
}

TEST(MissingAfterReboot, NamesEachThing) {
  const HostNetwork wanted = network_of(example_cluster());
  NetworkState state;
  state.exists = true;  // and somebody else's
  state.has_systemd = true;
  const auto missing = missing_after_reboot(wanted, state, System::kLinux);
  EXPECT_THAT(missing, Contains(HasSubstr("/etc/sysctl.d/60-keepstate-hard-way.conf is not as it should be")));
  EXPECT_THAT(missing, Contains(HasSubstr("has to add 10.10.0.254/24 10.10.0.1/32 and 3 routes")));
  EXPECT_THAT(missing, Contains(HasSubstr("systemd-networkd does not run")));
  EXPECT_THAT(missing, Contains(HasSubstr("systemctl enable keepstate-hard-way-nat.service")));
  EXPECT_THAT(missing_after_reboot(wanted, {}, System::kLinux), Contains(HasSubstr("systemd is not process 1")));
}

TEST(MissingAfterReboot, ReadsRcConf) {
  const HostNetwork wanted = network_of(example_cluster());
  NetworkState state;
  for (const auto& file : network_files(wanted, System::kFreebsd, BridgeOwner::kOurs)) {
    state.files.there.emplace(file.path, file.file);
  }
  const RcConf rc = rc_conf_of(wanted, BridgeOwner::kOurs);
  for (const auto& [name, value] : rc.variables) state.variables[name] = value;
  for (const auto& [list, word] : rc.words) state.variables[list] += " " + word;
  EXPECT_THAT(missing_after_reboot(wanted, state, System::kFreebsd), IsEmpty());
  state.variables["gateway_enable"] = "NO";
  state.variables["cloned_interfaces"] = "bridge10 tap0";
  EXPECT_THAT(missing_after_reboot(wanted, state, System::kFreebsd),
              ElementsAre("rc.conf: gateway_enable=\"YES\"", "rc.conf: the word bridge1 in cloned_interfaces"));
}

}  // namespace
}  // namespace provisioner::network
