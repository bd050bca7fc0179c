#include "lib/cluster/read_provisioning.h"

#include <gmock/gmock.h>

#include "tests/unit/lib/cluster/mistakes.h"

namespace cluster {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0 me@home";

Cluster cluster_with(std::string_view spec) {
  return parse_cluster(testing::file_with_spec(spec)).value().cluster;
}

std::string provisioning_said(std::string_view spec) {
  return testing::all_said(testing::file_with_spec(spec));
}

TEST(ReadProvisioning, HasDefaultsForAll) {
  const Cluster cluster = cluster_with("  domain: home.arpa\n");
  EXPECT_EQ(cluster.hypervisor.kind, HypervisorKind::kAuto);
  EXPECT_EQ(cluster.hypervisor.accelerator, Accelerator::kAuto);
  EXPECT_EQ(cluster.hypervisor.folder, "/var/lib/keepstate/kubernetes");
  EXPECT_TRUE(cluster.hypervisor.autostart);
  EXPECT_EQ(cluster.hypervisor.image, Image{});
  EXPECT_EQ(cluster.access.user, "keepstate");
  EXPECT_EQ(cluster.dns.provider, DnsProvider::kNsdUnbound);
}

TEST(ReadProvisioning, ReadsEveryKey) {
  const Cluster cluster = cluster_with(fmt::format(
      "  hypervisor:\n"
      "    type: qemu\n"
      "    accel: tcg\n"
      "    folder: /srv/vm\n"
      "    autostart: false\n"
      "    image: {{source: 'https://example.org/a%20b.qcow2', sha256: {}, kernel: /boot/k, initrd: /boot/i, "
      "kernelArguments: quiet}}\n"
      "  access: {{user: me, authorizedKeys: ['{}'], keyFile: /root/.ssh/id_ed25519}}\n"
      "  dns: {{forwarders: [9.9.9.9, '2620:fe::9']}}\n"
      "  machines: [{{name: w, role: worker, address: 10.10.0.9, mac: '02:00:5E:10:00:0B'}}]\n",
      std::string(64, 'A'), kKey));
  EXPECT_EQ(cluster.hypervisor.kind, HypervisorKind::kQemu);
  EXPECT_EQ(cluster.hypervisor.accelerator, Accelerator::kTcg);
  EXPECT_EQ(cluster.hypervisor.folder, "/srv/vm");
  EXPECT_FALSE(cluster.hypervisor.autostart);
  EXPECT_EQ(cluster.hypervisor.image, (Image{.source = "https://example.org/a%20b.qcow2",
                                             .sha256 = std::string(64, 'a'),
                                             .kernel = "/boot/k",
                                             .initrd = "/boot/i",
                                             .kernel_arguments = "quiet"}));
  EXPECT_EQ(cluster.access.user, "me");
  EXPECT_THAT(cluster.access.authorized_keys, ::testing::ElementsAre(kKey));
  EXPECT_EQ(cluster.access.key_file, "/root/.ssh/id_ed25519");
  EXPECT_EQ(cluster.dns.forwarders.size(), 2U);
  EXPECT_EQ(cluster.machines.at(0).mac, "02:00:5e:10:00:0b");
}

TEST(ReadProvisioning, ReadsCbsdAndTheOtherProviders) {
  EXPECT_EQ(cluster_with("  hypervisor: {type: cbsd, profile: cloud-ubuntu-x86-22}\n").hypervisor.profile,
            "cloud-ubuntu-x86-22");
  EXPECT_EQ(cluster_with("  dns: {provider: hosts}\n").dns.provider, DnsProvider::kHosts);
  EXPECT_EQ(cluster_with("  dns: {provider: none}\n").dns.provider, DnsProvider::kNone);
}

TEST(ReadProvisioning, RefusesWhatAShellOrAUnitWouldTakeForItsOwn) {
  EXPECT_THAT(provisioning_said("  hypervisor: {folder: '/srv/$(id)'}\n"), HasSubstr("choose a plainer path"));
  EXPECT_THAT(provisioning_said("  hypervisor: {folder: '/srv/../etc'}\n"), HasSubstr("a '..'"));
  EXPECT_THAT(provisioning_said("  hypervisor: {folder: srv}\n"), HasSubstr("not an absolute path"));
  EXPECT_THAT(provisioning_said("  hypervisor: {profile: \"a'b\"}\n"), HasSubstr("no name of a profile"));
  EXPECT_THAT(provisioning_said("  hypervisor: {image: {source: 'https://a/;id'}}\n"), HasSubstr("not a URL"));
  EXPECT_THAT(provisioning_said("  hypervisor: {image: {source: a.img}}\n"), HasSubstr("not an absolute path"));
  EXPECT_THAT(provisioning_said("  hypervisor: {image: {source: /a, sha256: abc}}\n"),
              HasSubstr("64 hexadecimal digits"));
  EXPECT_THAT(provisioning_said("  hypervisor: {image: {source: /a, kernel: /k, kernelArguments: \"a\\nb\"}}\n"),
              HasSubstr("printable"));
  EXPECT_THAT(provisioning_said("  access: {user: 'a b'}\n"), HasSubstr("no name of a user"));
  EXPECT_THAT(provisioning_said("  access: {user: root}\n"), HasSubstr("there already"));
  EXPECT_THAT(provisioning_said("  access: {authorizedKeys: ['command=\"id\" ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAA']}\n"),
              HasSubstr("not the line of a public key"));
  EXPECT_THAT(provisioning_said("  access: {authorizedKeys: [ssh-ed25519]}\n"), HasSubstr("public key"));
  EXPECT_THAT(
      provisioning_said("  machines: [{name: w, role: worker, address: 10.10.0.9, mac: '03:00:5e:10:00:0b'}]\n"),
      HasSubstr("the address of a group"));
  EXPECT_THAT(provisioning_said("  machines: [{name: w, role: worker, address: 10.10.0.9, mac: '2:0:5e:10:0:b'}]\n"),
              HasSubstr("no Ethernet address"));
}

}  // namespace
}  // namespace cluster
