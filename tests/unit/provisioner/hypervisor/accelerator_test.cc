#include "provisioner/hypervisor/accelerator.h"

#include <gmock/gmock.h>

#include "provisioner/step/system_host.h"
#include "tests/unit/provisioner/fake_host.h"

namespace provisioner::hypervisor {
namespace {

using cluster::Accelerator;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kRecord = "/srv/x/accelerator.json";

class AcceleratorTest : public ::testing::Test {
 protected:
  AcceleratorTest() {
    cluster_.hypervisor.folder = "/srv/x";
    host_.put("/dev/kvm", "");
    host_.answer("qemu-system-x86_64 --version", "QEMU emulator version 7.2\nCopyright\n");
    host_.answer("uname -rv", "6.1.0 #1 SMP\n");
    host_.answer("qemu-system-x86_64 -nodefaults", "", 67);
  }
  AcceleratorState observed() { return observe_accelerator(host_, cluster_).value(); }
  std::size_t guests_started() const {
    const auto calls = host_.calls();
    return static_cast<std::size_t>(std::count_if(calls.begin(), calls.end(), [](const std::string& call) {
      return call.find("-nodefaults") != std::string::npos;
    }));
  }

  cluster::Cluster cluster_;
  FakeHost host_;
};

TEST_F(AcceleratorTest, IsWhatTheFileSays) {
  for (const Accelerator wanted : {Accelerator::kKvm, Accelerator::kTcg}) {
    cluster_.hypervisor.accelerator = wanted;
    EXPECT_EQ(observed().accelerator, wanted);
    EXPECT_FALSE(observed().to_remember);
  }
  EXPECT_THAT(host_.calls(), ElementsAre());
}

TEST_F(AcceleratorTest, IsTcgWithoutTheDevice) {
  ASSERT_TRUE(host_.remove("/dev/kvm"));
  EXPECT_EQ(observed().accelerator, Accelerator::kTcg);
  EXPECT_THAT(observed().why, HasSubstr("no /dev/kvm"));
  EXPECT_EQ(guests_started(), 0U);
}

TEST_F(AcceleratorTest, IsKvmWhereAGuestRanAndIsRemembered) {
  const AcceleratorState state = observed();
  EXPECT_EQ(state.accelerator, Accelerator::kKvm);
  ASSERT_TRUE(state.to_remember);
  ASSERT_TRUE(host_.write(kRecord, *state.to_remember));
  EXPECT_EQ(observed().accelerator, Accelerator::kKvm);
  EXPECT_FALSE(observed().to_remember);
  EXPECT_EQ(guests_started(), 1U);

  host_.answer("uname -rv", "6.9.0 #1 SMP\n");  // another kernel, another answer
  host_.answer("qemu-system-x86_64 -nodefaults", "Could not access KVM kernel module: Permission denied\nmore", 1);
  EXPECT_EQ(observed().accelerator, Accelerator::kTcg);
  EXPECT_EQ(observed().why,
            "KVM does not start a guest here: exit code 1, Could not access KVM kernel module: Permission denied");
}

TEST_F(AcceleratorTest, RemembersAlsoThatItDoesNot) {
  host_.answer("qemu-system-x86_64 -nodefaults", "", 0);  // it ended, but not because the guest said so
  const AcceleratorState state = observed();
  EXPECT_EQ(state.accelerator, Accelerator::kTcg);
  ASSERT_TRUE(host_.write(kRecord, *state.to_remember));
  EXPECT_EQ(observed().accelerator, Accelerator::kTcg);
  EXPECT_EQ(observed().why, state.why);
  EXPECT_EQ(guests_started(), 1U);
}

TEST_F(AcceleratorTest, NoticesAGuestThatHangs) {
  host_.react("qemu-system-x86_64 -nodefaults", [](const step::Command& command) -> base::Result<base::Output> {
    return base::fail("'qemu' did not end within {} ms and was killed", command.timeout.count());
  });
  EXPECT_EQ(observed().accelerator, Accelerator::kTcg);
  EXPECT_EQ(observed().why, "KVM does not start a guest here: it did not end within 5 s");
}

TEST_F(AcceleratorTest, ARecordThatIsNoneCountsForNothing) {
  for (const char* record : {"", "[]", "{}", R"({"circumstances": 3, "kvm": "yes"})",
                             R"({"circumstances": "QEMU emulator version 7.2; 6.1.0 #1 SMP", "kvm": "yes"})"}) {
    host_.put(kRecord, record);
    EXPECT_TRUE(observed().to_remember) << record;
  }
}

TEST_F(AcceleratorTest, SaysWhereQemuIsMissing) {
  host_.answer("qemu-system-x86_64 --version", "not found", 127);
  EXPECT_THAT(observe_accelerator(host_, cluster_).error().message, HasSubstr("install qemu-system-x86"));
}

// The guest itself, by the accelerator that works everywhere.
TEST(TinyGuest, RunsUnderTcg) {
  step::SystemHost host;
  if (!host.exists("/usr/bin/qemu-system-x86_64")) GTEST_SKIP() << "needs qemu-system-x86";
  const auto started = start_tiny_guest(host, Accelerator::kTcg);
  EXPECT_TRUE(started) << started.error().message;
}

// Whether KVM works is the host's affair; that the answer comes is ours.
TEST(TinyGuest, TellsSoonWhetherKvmWorks) {
  step::SystemHost host;
  if (!host.exists("/usr/bin/qemu-system-x86_64")) GTEST_SKIP() << "needs qemu-system-x86";
  cluster::Cluster cluster;
  cluster.hypervisor.folder = "/nonexistent";
  const auto before = std::chrono::steady_clock::now();
  const auto state = observe_accelerator(host, cluster);
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(30));
  EXPECT_NE(state->why, "");
  RecordProperty("why", state->why);
}

}  // namespace
}  // namespace provisioner::hypervisor
