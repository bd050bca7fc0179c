#include "provisioner/command/machines_txt.h"

#include <gmock/gmock.h>

#include "lib/cluster/cluster_file.h"

namespace provisioner::command {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kHardWay =
    "10.240.0.10 server.kubernetes.home.arpa server\n"
    "\n"
    "# workers\n"
    "10.240.0.20 node-0.kubernetes.home.arpa node-0 10.200.0.0/24\n"
    "10.240.0.21 node-1.kubernetes.home.arpa node-1 10.200.1.0/24\n";

TEST(MachinesTxt, BecomesAClusterYaml) {
  EXPECT_EQ(cluster_yaml_of(kHardWay, "machines.txt").value(),
            "# Made of machines.txt by keepstate-provisioner import. Fill in every \"???\", then: "
            "keepstate-provisioner check -c FILE\n"
            "apiVersion: keepstate/v1\n"
            "kind: Cluster\n"
            "spec:\n"
            "  domain: kubernetes.home.arpa\n"
            "  controlPlaneEndpoint: kubernetes.kubernetes.home.arpa:6443\n"
            "  networking: {podSubnet: 10.200.0.0/23, serviceSubnet: 10.32.0.0/24}\n"
            "  nodeNetwork: {cidr: \"???\", gateway: \"???\", bridge: \"???\", uplink: \"???\"}\n"
            "  loadBalancer:\n"
            "    vip: \"???\"\n"
            "    listeners: [{name: kube-apiserver}]\n"
            "  machines:\n"
            "    - {name: server, role: control-plane, address: '10.240.0.10'}\n"
            "    - {name: node-0, role: worker, address: '10.240.0.20', podCIDR: '10.200.0.0/24'}\n"
            "    - {name: node-1, role: worker, address: '10.240.0.21', podCIDR: '10.200.1.0/24'}\n");
}

TEST(MachinesTxt, IsSoundOnceTheGapsAreFilled) {
  std::string yaml = cluster_yaml_of(kHardWay, "machines.txt").value();
  for (const char* const value : {"10.240.0.0/24", "10.240.0.254", "bridge1", "em0", "10.240.0.1"}) {
    yaml.replace(yaml.find("\"???\"", yaml.find("spec:")), 5, value);
  }
  const auto loaded = cluster::parse_cluster(yaml);
  ASSERT_TRUE(loaded) << cluster::to_text(loaded.error(), "") << yaml;
  EXPECT_EQ(loaded->cluster.machines.size(), 3U);
  EXPECT_EQ(loaded->cluster.load_balancer->listeners.at(0).backends.at(0).name, "server");
}

TEST(MachinesTxt, NamesEveryLineThatIsWrong) {
  const auto wrong = cluster_yaml_of(
      "10.0.0.1 a.b.c a\n10.0.0.300 d.b.c d\n10.0.0.2 x.b.c y\n10.0.0.3 e.other e\n10.0.0.4\n10.0.0.5 f.b.c f "
      "10.0.0.0/99\n"
      "10.0.0.6 $(id).b.c $(id)\n",
      "m.txt");
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("m.txt:2: "));
  EXPECT_THAT(wrong.error().message, HasSubstr("m.txt:3: 'x.b.c' is not the host 'y'"));
  EXPECT_THAT(wrong.error().message, HasSubstr("m.txt:4: the domain is 'other', but 'b.c'"));
  EXPECT_THAT(wrong.error().message, HasSubstr("m.txt:5: a line is `ADDRESS FQDN HOST`"));
  EXPECT_THAT(wrong.error().message, HasSubstr("m.txt:6: "));
  EXPECT_THAT(wrong.error().message, HasSubstr("m.txt:7: '$(id)' has characters"));
  EXPECT_THAT(cluster_yaml_of("# nothing\n", "m.txt").error().message, HasSubstr("no machine in it"));
}

}  // namespace
}  // namespace provisioner::command
