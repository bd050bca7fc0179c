#include "provisioner/hypervisor/cbsd_steps.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/hypervisor/cbsd_cluster.h"

namespace provisioner::hypervisor {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class WaitForCbsdTest : public ::testing::Test {
 protected:
  WaitForCbsdTest() {
    for (const char* what : {"ram", "cpus"}) host_.cbsd.put("worker-0", what, "0");
    host_.cbsd.put("worker-0", "status", "On");
    host_.cbsd.put("worker-0", "pid", "1");
  }
  std::string waited() {
    const auto done = WaitForCbsd(host_.cluster, "worker-0", std::chrono::minutes{1}).carry_out(host_.cbsd.place);
    return done ? "" : done.error().message;
  }
  FakeHost& machine() { return host_.cbsd.place.host(); }

  CbsdHost host_;
};

TEST_F(WaitForCbsdTest, EndsWhenCloudInitIsDone) {
  int asked = 0;
  machine().react("ssh", [&](const step::Command&) {
    ++asked;
    if (asked == 1) return base::Output{{base::ExitStatus::Kind::kExited, 255}, "", "Connection refused\n"};
    if (asked == 2) return base::Output{{}, R"({"status": "running"})", ""};
    return base::Output{{}, R"({"status": "done", "errors": []})", ""};
  });
  EXPECT_EQ(waited(), "");
  EXPECT_EQ(asked, 3);
  EXPECT_THAT(host_.cbsd.place.told, Contains("cloud-init"));
  EXPECT_TRUE(machine().exists("/var/lib/keepstate/hard-way/machines/worker-0/ready"));
}

TEST_F(WaitForCbsdTest, EndsWhenCloudInitHasFailed) {
  machine().answer("ssh", R"({"status": "error", "errors": ["no module x"]})");
  EXPECT_EQ(waited(), "cloud-init has failed in worker-0: no module x");
  machine().answer("ssh", "status: disabled\n");
  EXPECT_THAT(waited(), HasSubstr("disabled in worker-0"));
}

TEST_F(WaitForCbsdTest, EndsWhenTheMachineHasGoneOff) {
  host_.cbsd.put("worker-0", "status", "Off");
  EXPECT_THAT(waited(), HasSubstr("has gone off while it was booting"));
}

TEST_F(WaitForCbsdTest, EndsWhenTheTimeIsUp) {
  machine().react("ssh", [](const step::Command&) {
    return base::Output{{base::ExitStatus::Kind::kExited, 255}, "", "ssh: connect to host 10.10.0.21: timed out\n"};
  });
  EXPECT_EQ(waited(),
            "worker-0 is not ready after 1m: ssh says: ssh: connect to host 10.10.0.21: timed out; look at its console "
            "by cbsd blogin worker-0");
}

TEST_F(WaitForCbsdTest, EndsWhenSomebodyWantsIt) {
  machine().answer("ssh", R"({"status": "running"})");
  host_.cbsd.place.interrupted = true;
  EXPECT_THAT(waited(), HasSubstr("interrupted while worker-0 was booting"));
}

TEST(WriteCbsdSeed, NeedsTheAddressThatCbsdHasGiven) {
  CbsdHost host;
  WriteCbsdSeed step(host.cluster, "worker-0", cloud_init::VipHolder::kHost, "/seed");
  EXPECT_THAT(step.carry_out(host.cbsd.place).error().message, HasSubstr("no network card of worker-0"));
  host.cbsd.put("worker-0", "mac", "00:a0:98:12:34:56");
  WriteCbsdSeed again(host.cluster, "worker-0", cloud_init::VipHolder::kHost, "/seed");
  EXPECT_TRUE(again.carry_out(host.cbsd.place));
  EXPECT_THAT(host.cbsd.place.host().content("/seed/network-config"), HasSubstr("\"00:a0:98:12:34:56\""));
}

TEST(WriteCbsdJconf, RefusesBeforeItWrites) {
  CbsdHost host;
  host.cluster.hypervisor.profile = "$(id)";
  WriteCbsdJconf step(host.cluster, "worker-0");
  EXPECT_THAT(step.carry_out(host.cbsd.place).error().message, HasSubstr("spec.hypervisor.profile: '$(id)'"));
  EXPECT_THAT(step.print(), HasSubstr("# spec.hypervisor.profile"));
}

}  // namespace
}  // namespace provisioner::hypervisor
