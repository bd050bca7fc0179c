#include "lib/cluster/validate_provisioning.h"

#include <gmock/gmock.h>

#include "tests/unit/lib/cluster/mistakes.h"

namespace cluster {
namespace {

using ::testing::HasSubstr;

std::string provisioning_rules_said(std::string_view spec) {
  return testing::all_said(testing::file_with_spec(spec));
}

TEST(ValidateProvisioning, WantsASumOfWhatComesFromTheNetwork) {
  EXPECT_EQ(
      provisioning_rules_said("  hypervisor:\n    image:\n      source: http://a/b\n"),
      "6:15: source: an image from the network needs sha256, or the machines would run whatever comes; add the sum "
      "that its publisher shows\n");
  EXPECT_EQ(provisioning_rules_said("  hypervisor: {image: {source: /a/b}}\n"), "");
}

TEST(ValidateProvisioning, WantsAKernelForWhatOnlyAKernelTakes) {
  EXPECT_THAT(provisioning_rules_said("  hypervisor: {image: {source: /a, initrd: /i}}\n"),
              HasSubstr("initrd: only a kernel"));
  EXPECT_THAT(provisioning_rules_said("  hypervisor: {image: {source: /a, kernelArguments: x}}\n"),
              HasSubstr("kernelArguments: only a kernel"));
  EXPECT_EQ(provisioning_rules_said("  hypervisor: {image: {source: /a, kernel: /k, initrd: /i}}\n"), "");
}

TEST(ValidateProvisioning, WarnsOfKeysThatNobodyReads) {
  EXPECT_THAT(provisioning_rules_said("  hypervisor: {type: cbsd, accel: kvm}\n"),
              HasSubstr("warning: accel: only qemu"));
  EXPECT_THAT(provisioning_rules_said("  hypervisor: {type: qemu, profile: a}\n"),
              HasSubstr("warning: profile: only cbsd"));
  EXPECT_EQ(provisioning_rules_said("  dns: {provider: none, forwarders: [9.9.9.9]}\n"), "");
  EXPECT_EQ(provisioning_rules_said("  hypervisor: {accel: kvm, profile: a}\n  dns: {forwarders: [9.9.9.9]}\n"), "");
}

TEST(ValidateProvisioning, GivesNoAddressTwice) {
  EXPECT_THAT(provisioning_rules_said("  machines:\n"
                                      "    - {name: a, role: worker, address: 10.0.0.1, mac: '02:00:00:00:00:01'}\n"
                                      "    - {name: b, role: worker, address: 10.0.0.2, mac: '02:00:00:00:00:01'}\n"),
              HasSubstr("6:55: mac: "));
}

TEST(ValidateProvisioning, WarnsOfAnAddressThatCbsdDoesNotTake) {
  constexpr std::string_view kMachine =
      "  machines: [{name: a, role: worker, address: 10.0.0.1, mac: '02:00:00:00:00:01'}]\n";
  EXPECT_THAT(provisioning_rules_said("  hypervisor: {type: cbsd}\n" + std::string(kMachine)),
              HasSubstr("warning: mac: CBSD gives its machines addresses of its own"));
  EXPECT_EQ(provisioning_rules_said(kMachine), "");
}

TEST(ValidateProvisioning, KeepsPathsOfSocketsShort) {
  const std::string folder = "/" + std::string(90, 'a');
  EXPECT_THAT(provisioning_rules_said("  hypervisor: {folder: " + folder + "}\n" +
                                      "  machines: [{name: a, role: worker, address: 10.0.0.1}]\n"),
              HasSubstr("choose a shorter folder"));
}

}  // namespace
}  // namespace cluster
