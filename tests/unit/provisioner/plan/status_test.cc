#include "provisioner/plan/status.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/unit/provisioner/plan/cluster_host.h"

namespace provisioner::plan {
namespace {

using ::testing::HasSubstr;

class ClusterStatusTest : public ::testing::Test {
 protected:
  Status status() {
    const auto world = observe_world(host_, cluster_, *ledger_, {}).value();
    return observe_status(host_, cluster_, world, {});
  }

  LabHost host_;
  std::unique_ptr<step::Ledger> ledger_ = std::move(step::Ledger::open(host_, "/srv/lab/made.json").value());
  const cluster::Cluster cluster_ = lab_cluster();
};

TEST_F(ClusterStatusTest, OfNothing) {
  EXPECT_EQ(to_text(status()),
            "NAME          ROLE           ADDRESS     POWER     SSH  CLOUD-INIT  DNS\n"
            "controller-0  control-plane  10.10.0.11  not made  -    -           not in /etc/hosts\n"
            "worker-0      worker         10.10.0.21  not made  -    -           not in /etc/hosts\n"
            "VIP 10.10.0.1: nobody on this host\n");
  EXPECT_FALSE(status().is_well());
}

TEST_F(ClusterStatusTest, TellsHowFarAMachineThatRunsIs) {
  ASSERT_TRUE(ledger_->claim({hypervisor::kMachineKind, "worker-0", hypervisor::kQemuDetail}));
  host_.run_machine(cluster_, "worker-0");
  host_.answer("ssh", R"({"v1": {"errors": []}})");
  host_.answer("ip -j -d address show",
               R"([{"ifname":"lo","flags":[],"addr_info":[{"family":"inet","local":"10.10.0.1","prefixlen":32}]}])");
  const Status found = status();
  EXPECT_EQ(found.machines[1].power, "running");
  EXPECT_EQ(found.machines[1].ssh, "yes");
  EXPECT_EQ(found.machines[1].cloud_init, "done");
  EXPECT_EQ(found.vip_owner, "lo");

  host_.answer("ssh", "Permission denied\x1b (publickey).\nmore\n", 255);
  EXPECT_EQ(status().machines[1].ssh, "Permission denied  (publickey).");
  EXPECT_EQ(status().machines[1].cloud_init, "-");
}

TEST_F(ClusterStatusTest, IsJsonForPrograms) {
  const auto json = nlohmann::json::parse(to_json(status()));
  EXPECT_EQ(json["machines"][1]["name"], "worker-0");
  EXPECT_EQ(json["machines"][1]["cloudInit"], "-");
  EXPECT_EQ(json["vipOwner"], "nobody on this host");
  EXPECT_EQ(json["well"], false);
}

TEST(ClusterStatus, IsNotWellWhereNobodyHasTheVip) {
  Status status;
  EXPECT_TRUE(status.is_well());
  status.vip_owner = "br0";
  EXPECT_TRUE(status.is_well());
  status.vip_owner = "nobody on this host";
  EXPECT_FALSE(status.is_well());
}

TEST(MachineStatusTest, IsWellWhereEveryAnswerIs) {
  MachineStatus one;
  one.power = "running";
  one.ssh = "yes";
  one.cloud_init = "done";
  one.dns = "-";
  EXPECT_TRUE(one.is_well());
  one.cloud_init = "failed: x";
  EXPECT_FALSE(one.is_well());
}

}  // namespace
}  // namespace provisioner::plan
