#include "provisioner/hypervisor/qmp.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/fake_host.h"
#include "tests/unit/provisioner/hypervisor/scripted_qemu.h"

namespace provisioner::hypervisor {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class QmpTest : public ::testing::Test {
 protected:
  QmpTest() { host_.listen("/qmp", qemu_.program()); }

  // Patience enough for whoever answers, and soon over where nobody does.
  base::Result<Qmp> open(milliseconds patience = milliseconds(20'000)) { return Qmp::open(host_, "/qmp", patience); }

  ScriptedQemu qemu_;
  FakeHost host_;  // ends before the program that it has run
};

TEST_F(QmpTest, AsksAndPresses) {
  auto qmp = open();
  ASSERT_TRUE(qmp) << qmp.error().message;
  EXPECT_EQ(qmp->status().value(), "running");
  EXPECT_TRUE(qmp->press_power_button());
  EXPECT_TRUE(qmp->resize("disk", 1U << 30));
  EXPECT_THAT(qemu_.commands(), ElementsAre("query-status", "system_powerdown",
                                            R"(block_resize {"node-name":"disk","size":1073741824})"));
}

TEST_F(QmpTest, PassesOverEventsAndLateAnswers) {
  qemu_.answer("query-status", [] {
    return std::string(R"({"event": "POWERDOWN", "timestamp": {}})"
                       "\n"
                       R"({"return": {"status": "old"}, "id": 99})"
                       "\n"
                       R"({"return": {"status": "paused"}, "id": @})"
                       "\n");
  });
  EXPECT_EQ(open().value().status().value(), "paused");
}

TEST_F(QmpTest, QuitsAndSeesTheEnd) {
  auto qmp = open().value();
  EXPECT_FALSE(qmp.has_ended_within(milliseconds(0)));
  EXPECT_TRUE(qmp.quit());
  EXPECT_TRUE(qmp.has_ended_within(milliseconds(20'000)));
  EXPECT_THAT(qmp.status().error().message, HasSubstr("cannot talk to QEMU at /qmp: "));
}

TEST_F(QmpTest, SaysWhyACommandIsRefused) {
  qemu_.answer("block_resize", [] {
    return std::string(R"({"error": {"class": "GenericError", "desc": "Cannot find device"}, "id": @})"
                       "\n");
  });
  EXPECT_EQ(open().value().resize("disk", 1).error().message,
            "cannot talk to QEMU at /qmp: block_resize is refused: Cannot find device");
}

TEST_F(QmpTest, DoesNotWaitForEver) {
  qemu_.answer("query-status", [] { return std::string("\n"); });
  EXPECT_THAT(open().value().status().error().message, HasSubstr("no JSON object"));
  qemu_.answer("query-status", [] { return std::string("{"); });
  EXPECT_THAT(open(milliseconds(300)).value().status().error().message, HasSubstr("no answer within 300 ms"));
  qemu_.greet("");
  EXPECT_THAT(open(milliseconds(10)).error().message, HasSubstr("no answer within 10 ms"));
}

TEST_F(QmpTest, KnowsWhoIsNoQemu) {
  qemu_.greet("{}\n");
  EXPECT_THAT(open().error().message, HasSubstr("does not greet"));
  qemu_.greet("SSH-2.0\n");
  EXPECT_THAT(open().error().message, HasSubstr("no JSON object"));
  qemu_.greet(std::string(3U << 20, 'x'));
  EXPECT_THAT(open().error().message, HasSubstr("without an end"));
  host_.stop_listening("/qmp");
  EXPECT_THAT(open().error().message, HasSubstr("No such file"));
}

}  // namespace
}  // namespace provisioner::hypervisor
