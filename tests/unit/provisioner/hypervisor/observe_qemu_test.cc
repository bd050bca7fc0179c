#include "provisioner/hypervisor/observe_qemu.h"

#include <gmock/gmock.h>

#include "provisioner/hypervisor/machine_unit.h"
#include "tests/unit/provisioner/fake_workplace.h"
#include "tests/unit/provisioner/hypervisor/sample_cluster.h"
#include "tests/unit/provisioner/hypervisor/scripted_qemu.h"

namespace provisioner::hypervisor {
namespace {

using std::string_literals::operator""s;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* kNoLink = R"(Device "x" does not exist.)";

class ObserveQemuTest : public ::testing::Test {
 protected:
  ObserveQemuTest() {
    host_.put("/proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 900 kB\n");
    host_.answer("df -Pk", "Filesystem\n/dev/vda 100 40 60 40% /\n");
    host_.answer("ip -json", kNoLink, 1);
    host_.answer("qemu-img info", R"({"virtual-size": 1024, "actual-size": 512, "backing-filename": "/i"})");
  }
  base::Result<QemuState> observe(const cluster::Cluster& cluster) {
    return observe_qemu(host_, cluster, place_.ledger(), {});
  }
  std::string refusal(const cluster::Cluster& cluster) {
    const auto state = observe(cluster);
    return state ? "" : state.error().message;
  }

  ScriptedQemu qemu_;
  FakeWorkplace place_;
  FakeHost& host_ = place_.host();
  const cluster::Cluster cluster_ = sample_cluster();
};

TEST_F(ObserveQemuTest, SeesNothingWhereThereIsNothing) {
  const auto before = host_.files();
  const auto state = observe(cluster_);
  ASSERT_TRUE(state) << state.error().message;
  ASSERT_THAT(state->machines, SizeIs(2));
  EXPECT_EQ(state->machines[1].name, "worker-0");
  EXPECT_FALSE(state->machines[1].is_claimed || state->machines[1].running || state->machines[1].disk ||
               state->machines[1].seed || state->machines[1].is_ready || state->machines[1].is_enabled);
  EXPECT_FALSE(state->has_systemd || state->has_image || state->has_vhost_net || state->key.has_private);
  EXPECT_EQ(state->image, "/srv/x/images/" + std::string(64, 'a'));
  EXPECT_EQ(state->room.free_memory, 900U << 10);
  EXPECT_THAT(state->taps, SizeIs(2));
  EXPECT_EQ(host_.files(), before);  // it only looks
}

TEST_F(ObserveQemuTest, SeesAMachineThatRuns) {
  const MachineFolder folder(cluster_, "worker-0");
  ASSERT_TRUE(place_.ledger().claim({kMachineKind, "worker-0", kQemuDetail}));
  host_.put(folder.pid_file(), "77");
  host_.put("/proc/77/cmdline", "qemu\0-pidfile\0/srv/x/machines/worker-0/qemu.pid\0"s);
  host_.listen(folder.qmp(), qemu_.program());
  host_.put(folder.disk(), "");
  host_.put(folder.ready(), "");
  host_.put("/run/systemd/system/x", "");
  ASSERT_TRUE(host_.make_folder("/run/systemd/system", 0755));
  host_.answer("systemctl is-enabled keepstate-hard-way.worker-0.service", "enabled\n");
  const auto state = observe(cluster_);
  ASSERT_TRUE(state) << state.error().message;
  const QemuMachineState& worker = state->machines[1];
  EXPECT_TRUE(worker.is_claimed && worker.is_ready && worker.is_enabled);
  EXPECT_EQ(worker.running->pid, 77);
  EXPECT_EQ(worker.status, "running");
  EXPECT_EQ(worker.disk, (DiskState{1024, 512, "/i"}));
  EXPECT_FALSE(state->machines[0].is_enabled);

  host_.stop_listening(folder.qmp());
  EXPECT_EQ(observe(cluster_).value().machines[1].status, "");
}

TEST_F(ObserveQemuTest, SeesWhatTheFileHasNoMore) {
  ASSERT_TRUE(place_.ledger().claim({kMachineKind, "old", kQemuDetail}));
  ASSERT_TRUE(place_.ledger().claim({kMachineKind, "not-ours", "cbsd"}));
  ASSERT_TRUE(place_.ledger().claim({kTapKind, "ksold", "old"}));
  ASSERT_TRUE(place_.ledger().claim({kFileKind, "/etc/systemd/system/keepstate-hard-way.old.service", "old"}));
  host_.put("/etc/systemd/system/keepstate-hard-way.old.service",
            "# Made by keepstate-provisioner for cluster hard-way; x\n");
  cluster::Cluster none = cluster_;
  none.machines.clear();
  none.hypervisor.image.source = "/not/there";  // nobody needs it
  const auto state = observe(none);
  ASSERT_TRUE(state) << state.error().message;
  ASSERT_THAT(state->machines, SizeIs(1));
  EXPECT_EQ(state->machines[0].name, "old");
  EXPECT_TRUE(state->taps.contains("ksold"));
  EXPECT_THAT(state->files, SizeIs(1));
  EXPECT_THAT(host_.calls(), Not(Contains(HasSubstr("df"))));
}

TEST_F(ObserveQemuTest, TouchesNothingOfOthers) {
  ASSERT_TRUE(host_.make_folder("/srv/x/machines/worker-0", 0755));
  EXPECT_THAT(refusal(cluster_), HasSubstr("/srv/x/machines/worker-0 is there already, and not ours"));
  ASSERT_TRUE(host_.remove_tree("/srv/x"));

  host_.answer("ip -json", R"([{"ifname":"ks","ifalias":"somebody"}])");
  EXPECT_THAT(refusal(cluster_), HasSubstr("its alias is somebody"));
  host_.answer("ip -json", kNoLink, 1);

  host_.put("/etc/systemd/system/keepstate-hard-way.worker-0.service", "[Unit]\n");
  EXPECT_THAT(refusal(cluster_),
              HasSubstr("/etc/systemd/system/keepstate-hard-way.worker-0.service is there, and not ours"));
}

TEST_F(ObserveQemuTest, SaysWhatIsMissing) {
  cluster::Cluster cluster = cluster_;
  cluster.node_network->bridge.clear();
  EXPECT_THAT(refusal(cluster), HasSubstr("spec.nodeNetwork.bridge is missing"));
  cluster = cluster_;
  cluster.hypervisor.image.kernel = "/boot/none";
  EXPECT_THAT(refusal(cluster), HasSubstr("spec.hypervisor.image.kernel: /boot/none is not there"));
  cluster.hypervisor.image.kernel = "";
  cluster.access.key_file = "/root/none";
  EXPECT_THAT(refusal(cluster), HasSubstr("/root/none is missing"));
  cluster = cluster_;
  cluster.hypervisor.image = {};
  EXPECT_THAT(refusal(cluster), HasSubstr("spec.hypervisor.image is missing"));
}

TEST_F(ObserveQemuTest, AMachineHasAUnitAndATap) {
  const auto files = system_files(cluster_, cluster_.machines[1], {}, {});
  ASSERT_THAT(files, SizeIs(4));
  EXPECT_EQ(files.back().path, "/etc/systemd/system/" + unit_name(cluster_, "worker-0"));
  EXPECT_THAT(files.front().path.string(), HasSubstr("/etc/systemd/network/50-keepstate-ks"));
}

}  // namespace
}  // namespace provisioner::hypervisor
