#include "provisioner/units/machine_units.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <regex>
#include <set>

#include "lib/base/file_system.h"
#include "lib/base/subprocess.h"
#include "lib/cluster/machine_files.h"
#include "tests/support/golden.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/provisioner/generated_cluster.h"
#include "tests/unit/provisioner/units/sample_units.h"

namespace provisioner::units {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

constexpr const char* kFolder = "tests/unit/provisioner/units/";
constexpr unsigned kOldest = cluster::KubernetesVersion::kOldest;
constexpr unsigned kCurrent = cluster::KubernetesVersion::kCurrent;

MachineUnits units_on(const cluster::Cluster& cluster, const cluster::Machine& machine) {
  auto units = machine_units(cluster, machine);
  EXPECT_TRUE(units) << units.error().message;
  return std::move(units.value());
}

std::vector<std::string> names_of(const MachineUnits& units) {
  std::vector<std::string> names;
  for (const Unit& unit : units.units) names.push_back(unit.name);
  return names;
}

TEST(MachineUnits, AreTheHardWaysFiles) {
  for (const unsigned minor : {kOldest, kCurrent}) {
    const auto cluster = units_cluster(minor);
    tests::support::expect_golden(all_texts(units_on(cluster, controller_of(cluster))),
                                  fmt::format("{}golden/controller-0-1.{}", kFolder, minor));
    tests::support::expect_golden(all_texts(units_on(cluster, worker_of(cluster))),
                                  fmt::format("{}golden/worker-0-1.{}", kFolder, minor));
  }
}

TEST(MachineUnits, StandInTheOrderOfTheirStarts) {
  const auto cluster = units_cluster();
  EXPECT_THAT(names_of(units_on(cluster, controller_of(cluster))),
              ElementsAre("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"));
  EXPECT_THAT(names_of(units_on(cluster, worker_of(cluster))),
              ElementsAre("systemd-modules-load", "systemd-sysctl", "containerd", "kubelet", "kube-proxy"));
}

TEST(MachineUnits, KnowAllThatAUnitReads) {
  const auto cluster = units_cluster();
  const auto controller = units_on(cluster, controller_of(cluster));
  EXPECT_THAT(controller.units.at(0).reads, ElementsAre("/etc/systemd/system/etcd.service", "/etc/etcd/ca.pem",
                                                        "/etc/etcd/kubernetes.pem", "/etc/etcd/kubernetes-key.pem"));
  EXPECT_THAT(controller.units.at(1).reads,
              IsSupersetOf({"/etc/systemd/system/kube-apiserver.service", "/etc/kubernetes/config/audit-policy.yaml",
                            "/var/lib/kubernetes/encryption-config.yaml", "/var/lib/kubernetes/kubernetes-key.pem"}));
  const auto worker = units_on(cluster, worker_of(cluster));
  EXPECT_THAT(worker.units.at(3).reads, Contains("/var/lib/kubelet/worker-0-key.pem"));
  EXPECT_THAT(worker.units.at(4).reads, Contains("/var/lib/kube-proxy/kubeconfig"));
}

// Each file that a flag or a configuration names is one that keepstate-pki or we place.
TEST(MachineUnits, NameOnlyFilesThatSomebodyPlaces) {
  const auto cluster = units_cluster();
  const std::regex file(
      "(/var/lib/|/etc/)[a-z/-]+/[a-z0-9-]+\\.(pem|yaml|kubeconfig|toml)|/var/lib/kube[a-z-]+/kubeconfig");
  for (const auto& machine : cluster.machines) {
    const auto units = units_on(cluster, machine);
    std::set<std::string> placed;
    for (const auto& key : cluster::placed_files(machine)) placed.insert(key.path);
    for (const auto& one : units.files) placed.insert(one.path);
    const std::string text = all_texts(units);
    for (std::sregex_iterator at(text.begin(), text.end(), file), end; at != end; ++at) {
      EXPECT_THAT(placed, Contains(at->str()));
    }
  }
}

// One space behind a backslash, and systemd drops the flags below it.
TEST(MachineUnits, HaveNoSpaceAtTheEndOfALine) {
  for (std::uint64_t number = 0; number < 50; ++number) {
    auto cluster = ClusterGenerator(number).cluster();
    for (auto& extra : cluster.kubernetes.extra_args) extra = {"--x=a \\", "--y= ", "--z"};
    for (const auto& machine : cluster.machines) {
      for (const auto& file : units_on(cluster, machine).files) {
        EXPECT_TRUE(file.content.ends_with('\n')) << file.path;
        for (const auto& line : lines_of(file.content))
          EXPECT_FALSE(line.ends_with(' ') || line.ends_with('\t')) << line;
      }
    }
  }
}

std::set<std::string> flags_of(const std::string& unit_text) {
  std::set<std::string> flags;
  for (const auto& line : lines_of(unit_text)) {
    if (line.starts_with("  --")) flags.insert(line.substr(2, line.find('=') - 2));
  }
  return flags;
}

// The lists are what `PROGRAM --help` tells: of Debian's etcd, and of the programs built from Debian's source.
TEST(MachineUnits, HaveOnlyFlagsThatTheOldestProgramsKnow) {
  const auto cluster = units_cluster(kOldest);
  const std::pair<const char*, const char*> programs[] = {{"etcd", "etcd-3.4"},
                                                          {"kube-apiserver", "kube-apiserver-1.20"},
                                                          {"kube-controller-manager", "kube-controller-manager-1.20"},
                                                          {"kube-scheduler", "kube-scheduler-1.20"},
                                                          {"kubelet", "kubelet-1.20"}};
  for (const auto& [program, list] : programs) {
    const bool on_worker = std::string_view(program) == "kubelet";
    const auto units = units_on(cluster, on_worker ? worker_of(cluster) : controller_of(cluster));
    const auto known = base::read_file(std::string(KEEPSTATE_SOURCE_DIR "/") + kFolder + "flags/" + list);
    ASSERT_TRUE(known) << known.error().message;
    const auto flags = flags_of(text_of(units.files, unit_path(program)));
    EXPECT_GE(flags.size(), 3U);
    EXPECT_THAT(lines_of(*known), IsSupersetOf(flags)) << program;
  }
}

// Gone by now: --port with 1.24, --network-plugin with 1.24, --container-runtime with 1.27.
TEST(MachineUnits, HaveNoFlagThatCurrentProgramsHaveDropped) {
  const auto cluster = units_cluster(kCurrent);
  for (const auto& machine : cluster.machines) {
    for (const auto& file : units_on(cluster, machine).files) {
      for (const char* gone : {"--port", "--network-plugin", "--container-runtime", "--kubelet-https"}) {
        EXPECT_THAT(flags_of(file.content), ::testing::Not(Contains(gone))) << file.path;
      }
    }
  }
}

// The units of all machines, with programs that are there.
class VerifiedUnits : public ::testing::Test {
 protected:
  void stub(const std::string& path) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    ASSERT_TRUE(base::write_file(path, "#!/bin/sh\n", 0755));
  }
  void verify(cluster::Cluster cluster) {
    cluster.kubernetes.binaries = (scratch_.path() / "bin").string();
    for (const auto& machine : cluster.machines) {
      const auto units = units_on(cluster, machine);
      const auto folder = scratch_.path() / machine.name;
      std::filesystem::create_directories(folder);
      std::vector<std::string> argv{"systemd-analyze", "verify", "--man=no"};
      for (const auto& unit : units.units) {
        if (!unit.program.empty()) stub(unit.program);
      }
      for (const auto& file : units.files) {
        if (!file.path.ends_with(".service")) continue;
        argv.push_back((folder / std::filesystem::path(file.path).filename()).string());
        ASSERT_TRUE(base::write_file(argv.back(), file.content, 0644));
      }
      const auto verified = base::run_captured(argv);
      ASSERT_TRUE(verified) << verified.error().message;
      EXPECT_TRUE(verified->status.ok()) << verified->out << verified->err;
      EXPECT_EQ(verified->err, "");
    }
  }

  tests::support::TemporaryFolder scratch_;
};

bool has_systemd_analyze() {
  const auto found = base::run_captured({"/bin/sh", "-c", "command -v systemd-analyze"});
  return found && found->status.ok();
}

TEST_F(VerifiedUnits, PleaseSystemd) {
  if (!has_systemd_analyze()) GTEST_SKIP() << "needs systemd-analyze";
  verify(units_cluster(kOldest));
  auto cluster = units_cluster(kCurrent);
  for (auto& extra : cluster.kubernetes.extra_args) extra = {"--x=a \"b\" 'c' 100% $HOME \\ ;", "--y=", "--z"};
  verify(cluster);
}

TEST(MachineUnits, WantTheKeysThatTheyAreMadeOf) {
  auto cluster = units_cluster();
  cluster.machines.at(3).pod_cidr.reset();
  EXPECT_EQ(machine_units(cluster, worker_of(cluster)).error().message,
            "the units of worker-0 need its podCIDR, from which its pods get their addresses; add it to the machine");
  EXPECT_TRUE(machine_units(cluster, controller_of(cluster)));
  cluster.networking.reset();
  EXPECT_THAT(machine_units(cluster, controller_of(cluster)).error().message, HasSubstr("need spec.networking"));
  EXPECT_FALSE(render_units(cluster));
}

TEST(MachineUnits, LeaveAnotherRuntimeAlone) {
  auto cluster = units_cluster();
  cluster.kubernetes.container_runtime.kind = cluster::ContainerRuntimeKind::kOther;
  const auto units = units_on(cluster, worker_of(cluster));
  EXPECT_THAT(names_of(units), ::testing::Not(Contains("containerd")));
  EXPECT_THAT(all_texts(units), ::testing::Not(HasSubstr("/etc/containerd")));
}

TEST(RenderUnits, WritesEachMachinesFilesBelowItsName) {
  const auto files = render_units(units_cluster());
  ASSERT_TRUE(files) << files.error().message;
  std::vector<std::string> paths;
  for (const auto& file : *files) paths.push_back(file.path.string());
  EXPECT_THAT(paths, IsSupersetOf({"units/controller-0/etc/systemd/system/etcd.service",
                                   "units/controller-2/etc/kubernetes/config/kube-scheduler.yaml",
                                   "units/worker-2/var/lib/kubelet/kubelet-config.yaml",
                                   "units/worker-0/etc/cni/net.d/10-bridge.conf"}));
  for (const auto& file : *files) EXPECT_EQ(file.file.content.find("PRIVATE KEY"), std::string::npos) << file.path;
}

}  // namespace
}  // namespace provisioner::units
