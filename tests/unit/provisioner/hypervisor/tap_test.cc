#include "provisioner/hypervisor/tap.h"

#include <gmock/gmock.h>

#include "provisioner/step/system_host.h"
#include "tests/support/golden.h"
#include "tests/support/network_namespace.h"
#include "tests/unit/provisioner/fake_workplace.h"
#include "tests/unit/provisioner/hypervisor/sample_cluster.h"
#include "tests/unit/provisioner/real_workplace.h"

namespace provisioner::hypervisor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kAbsent = R"(Device "ks" does not exist.)";

std::vector<std::string> printed(const step::Steps& steps) {
  std::vector<std::string> lines;
  for (const auto& step : steps) lines.push_back(step->print());
  return lines;
}

void carry_out_all(const step::Steps& steps, step::Workplace& place) {
  for (const auto& step : steps) {
    const auto done = step->carry_out(place);
    ASSERT_TRUE(done) << done.error().message;
  }
}

class TapTest : public ::testing::Test {
 protected:
  const cluster::Cluster cluster_ = sample_cluster();
  const Tap tap_ = tap_of(cluster_, cluster_.machines[1]);
};

TEST_F(TapTest, FollowsFromTheNames) {
  // Taps that exist are called so: it must never move.
  EXPECT_EQ(tap_.name, "ks2c518a83df");
  EXPECT_LE(tap_.name.size(), 15U);
  EXPECT_EQ(tap_.machine, "worker-0");
  EXPECT_EQ(tap_.alias, "keepstate:hard-way:worker-0");
  EXPECT_EQ(tap_.mac, "fe:4c:2f:d1:77:b1");
  EXPECT_EQ(tap_.bridge, "bridge1");
  EXPECT_NE(tap_of(cluster_, cluster_.machines[0]).name, tap_.name);
}

TEST_F(TapTest, IsMadeMarkedAndPluggedIn) {
  EXPECT_THAT(
      printed(steps_to_make(tap_, {})),
      ElementsAre(HasSubstr("remember"), "ip tuntap add dev " + tap_.name + " mode tap",
                  "ip link set dev " + tap_.name + " address fe:4c:2f:d1:77:b1 alias keepstate:hard-way:worker-0",
                  "ip link set dev " + tap_.name + " master bridge1 up"));
  EXPECT_THAT(steps_to_make(tap_, {true, tap_.alias, "bridge1", true}), IsEmpty());
  EXPECT_THAT(printed(steps_to_make(tap_, {true, tap_.alias, "bridge9", true})),
              ElementsAre(HasSubstr("remember"), "ip link set dev " + tap_.name + " master bridge1 up"));
}

TEST_F(TapTest, OneWithAnotherMarkIsNotOurs) {
  EXPECT_FALSE(is_foreign(tap_, {}));
  EXPECT_FALSE(is_foreign(tap_, {.exists = true}));  // made, and not yet marked
  EXPECT_FALSE(is_foreign(tap_, {.exists = true, .alias = tap_.alias}));
  EXPECT_TRUE(is_foreign(tap_, {.exists = true, .alias = "keepstate:other:worker-0"}));
}

TEST_F(TapTest, IsReadFromIp) {
  FakeHost host;
  host.answer("ip -json", R"([{"ifname":"ks1","flags":["BROADCAST","UP"],"master":"bridge1","ifalias":"a"}])");
  EXPECT_EQ(observe_tap(host, "ks1").value(), (TapState{true, "a", "bridge1", true}));
  host.answer("ip -json", R"([{"ifname":"ks1","flags":["BROADCAST"]}])");
  EXPECT_EQ(observe_tap(host, "ks1").value(), (TapState{true, "", "", false}));
  host.answer("ip -json", kAbsent, 1);
  EXPECT_EQ(observe_tap(host, "ks1").value(), TapState{});
  host.answer("ip -json", "Cannot open netlink socket", 1);
  EXPECT_THAT(observe_tap(host, "ks1").error().message, HasSubstr("Cannot open netlink"));
  host.answer("ip -json", "what");
  EXPECT_THAT(observe_tap(host, "ks1").error().message, HasSubstr("no list of links"));
}

TEST_F(TapTest, IsRemovedOnlyIfItIsThere) {
  FakeWorkplace place;
  ASSERT_TRUE(place.ledger().claim({kTapKind, "ks1", "worker-0"}));
  place.host().answer("ip -json", kAbsent, 1);
  carry_out_all(steps_to_remove("ks1"), place);
  EXPECT_THAT(place.host().calls(), ElementsAre("ip -json -details link show dev ks1"));
  EXPECT_THAT(place.ledger().entries(), IsEmpty());

  place.host().answer("ip -json", R"([{"ifname":"ks1"}])");
  carry_out_all(steps_to_remove("ks1"), place);
  EXPECT_THAT(place.host().calls(), ::testing::Contains("ip link delete dev ks1"));
}

TEST_F(TapTest, IsTheSameToNetworkd) {
  std::string text;
  for (const auto& file : networkd_files(cluster_, tap_))
    text += "==> " + file.path.string() + "\n" + file.file.content;
  tests::support::expect_golden(text, "tests/unit/provisioner/hypervisor/golden/tap.networkd");
}

TEST_F(TapTest, IsRealInANetworkOfItsOwn) {
  if (!tests::support::may_have_own_network()) GTEST_SKIP() << tests::support::kNeedsOwnNetwork;
  tests::support::in_own_network([&] {
    RealWorkplace place;
    step::Host& host = place.host();
    tests::support::run_tool({"ip", "link", "add", "bridge1", "type", "bridge"});
    EXPECT_EQ(observe_tap(host, tap_.name).value(), TapState{});
    carry_out_all(steps_to_make(tap_, {}), place);
    const TapState state = observe_tap(host, tap_.name).value();
    EXPECT_EQ(state, (TapState{true, tap_.alias, "bridge1", true}));
    EXPECT_THAT(steps_to_make(tap_, state), IsEmpty());
    carry_out_all(steps_to_remove(tap_.name), place);
    EXPECT_EQ(observe_tap(host, tap_.name).value(), TapState{});
    EXPECT_THAT(place.ledger().entries(), IsEmpty());
  });
}

}  // namespace
}  // namespace provisioner::hypervisor
