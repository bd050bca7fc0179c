#include "provisioner/units/units_state.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/fake_host.h"
#include "tests/unit/provisioner/units/sample_units.h"

namespace provisioner::units {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kAnswer =
    "file same /etc/a\nfile differs /etc/b\nfile missing /etc/c\nfile foreign /etc/d\n"
    "program /usr/local/bin/etcd\nunit etcd activating enabled\nunit kubelet unknown unknown\nmember yes\n";

TEST(UnitsState, IsReadFromTheAnswer) {
  const auto state = parse_look(kAnswer);
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_THAT(state->files,
              ElementsAre(FileLook{"/etc/a", FileCondition::kSame}, FileLook{"/etc/b", FileCondition::kDiffers},
                          FileLook{"/etc/c", FileCondition::kMissing}, FileLook{"/etc/d", FileCondition::kForeign}));
  EXPECT_THAT(state->units,
              ElementsAre(UnitLook{"etcd", "activating", "enabled"}, UnitLook{"kubelet", "unknown", "unknown"}));
  EXPECT_THAT(state->missing_programs, ElementsAre("/usr/local/bin/etcd"));
  EXPECT_TRUE(state->has_etcd_member);
}

TEST(UnitsState, IsNotGuessedFromSomethingElse) {
  EXPECT_THAT(parse_look("Welcome to Debian\n").error().message, HasSubstr("cannot understand 'Welcome to Debian'"));
  EXPECT_THAT(parse_look("file odd /etc/a\nmember no\n").error().message, HasSubstr("cannot understand"));
  EXPECT_THAT(parse_look("unit etcd active enabled\n").error().message, HasSubstr("broke off"));
  EXPECT_THAT(parse_look("").error().message, HasSubstr("broke off"));
}

TEST(ObserveUnits, AsksTheMachineItself) {
  FakeHost host;
  const auto cluster = units_cluster();
  const auto& machine = controller_of(cluster);
  const auto units = machine_units(cluster, machine).value();
  host.answer("ssh", std::string(kAnswer));
  EXPECT_TRUE(observe_units(host, cluster, machine, units));
  ASSERT_EQ(host.calls().size(), 1U);
  EXPECT_THAT(host.calls().at(0), HasSubstr(" 10.10.0.11 sudo -n sh -s <<"));
  EXPECT_THAT(host.files(), ::testing::IsEmpty());
}

TEST(ObserveUnits, TellsWhoDoesNotAnswer) {
  FakeHost host;
  const auto cluster = units_cluster();
  host.answer("ssh", "Connection timed out", 255);
  EXPECT_THAT(observe_units(host, cluster, controller_of(cluster), {}).error().message,
              ::testing::AllOf(HasSubstr("cannot look at the units of controller-0: ssh "),
                               ::testing::EndsWith("exit code 255: Connection timed out")));
}

}  // namespace
}  // namespace provisioner::units
