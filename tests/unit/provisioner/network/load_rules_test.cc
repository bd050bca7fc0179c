#include "provisioner/network/load_rules.h"

#include <gmock/gmock.h>

#include "provisioner/network/host_network.h"
#include "tests/unit/provisioner/fake_workplace.h"

namespace provisioner::network {
namespace {

using step::System;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

firewall::Ruleset some_rules() {
  firewall::Ruleset rules = named_rules("keepstate_nat_x");
  rules.masquerades.resize(1);
  return rules;
}

TEST(LoadRules, RemembersWhatTheKernelSaysOfThem) {
  FakeWorkplace place;
  place.host().answer("nft -s list", "table inet keepstate_nat_x {}\n");
  LoadRules load(some_rules(), "text", "/etc/keepstate/x/nat.nft", System::kLinux);
  EXPECT_EQ(load.print(), "nft -f /etc/keepstate/x/nat.nft");
  ASSERT_TRUE(load.carry_out(place));
  EXPECT_THAT(place.host().calls(),
              ElementsAre("nft -f /etc/keepstate/x/nat.nft", "nft -s list table inet keepstate_nat_x"));
  EXPECT_EQ(place.ledger().find("nat", "keepstate_nat_x")->detail, seal_of("text", "table inet keepstate_nat_x {}\n"));
  EXPECT_NE(seal_of("text", "a"), seal_of("text", "b"));
  EXPECT_NE(seal_of("a", "listing"), seal_of("b", "listing"));
}

TEST(LoadRules, StaysInTheLedgerWhereItFails) {
  FakeWorkplace place;
  place.host().answer("nft -f", "syntax error", 1);
  LoadRules load(some_rules(), "text", "/f", System::kLinux);
  EXPECT_FALSE(load.carry_out(place));
  EXPECT_EQ(place.ledger().find("nat", "keepstate_nat_x")->detail, "");  // part of it may be there
}

TEST(RemoveRules, OnBothSystems) {
  FakeWorkplace place;
  ASSERT_TRUE(place.ledger().claim({"nat", "keepstate_nat_x"}));
  RemoveRules linux_rules("keepstate_nat_x", System::kLinux);
  EXPECT_EQ(linux_rules.print(), "nft 'add table inet keepstate_nat_x; delete table inet keepstate_nat_x'");
  ASSERT_TRUE(linux_rules.carry_out(place));
  EXPECT_THAT(place.ledger().entries(), IsEmpty());
  RemoveRules freebsd_rules("keepstate_nat_x", System::kFreebsd);
  EXPECT_EQ(freebsd_rules.print(), "ipfw -q -f set 31 delete 500-599 || :\nipfw -q -f nat 500 delete || :");
}

}  // namespace
}  // namespace provisioner::network
