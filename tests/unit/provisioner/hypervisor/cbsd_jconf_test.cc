#include "provisioner/hypervisor/cbsd_jconf.h"

#include <gmock/gmock.h>

#include <set>

#include "lib/base/subprocess.h"
#include "provisioner/step/system_host.h"
#include "tests/support/golden.h"
#include "tests/unit/provisioner/generated_cluster.h"

namespace provisioner::hypervisor {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kKeyLine =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOwnKeyOwnKeyOwnKeyOwnKeyOwnKeyOwnKeyOw me's $(id)";

// Of CBSD's own lists, and the one that the template adds (docs/provisioner_cbsd.md).
const std::set<std::string> kKnownSettings{"jname",
                                           "host_hostname",
                                           "astart",
                                           "runasap",
                                           "interface",
                                           "vm_cpus",
                                           "vm_ram",
                                           "imgsize",
                                           "imgtype",
                                           "vm_os_type",
                                           "vm_os_profile",
                                           "vm_efi",
                                           "vm_hostbridge",
                                           "is_cloud",
                                           "ci_jname",
                                           "ci_fqdn",
                                           "ci_template",
                                           "ci_interface",
                                           "ci_ip4_addr",
                                           "ci_gw4",
                                           "ci_nameserver_address",
                                           "ci_nameserver_search",
                                           "ci_user_add",
                                           "ci_user_pubkey",
                                           "ci_pod_cidr"};

cluster::Cluster cbsd_cluster() {
  return cluster::load_cluster(KEEPSTATE_SOURCE_DIR "/configs/cluster.yaml").value().cluster;
}

std::string error_of(const cluster::Cluster& cluster, std::size_t machine = 3, CbsdSeed seed = CbsdSeed::kOurs) {
  const auto jconf = cbsd_jconf(cluster, cluster.machines.at(machine), seed, kKeyLine);
  return jconf ? "" : jconf.error().message;
}

TEST(CbsdJconf, IsWhatCbsdReads) {
  const auto cluster = cbsd_cluster();
  constexpr const char* kGolden = "tests/unit/provisioner/hypervisor/golden/";
  tests::support::expect_golden(cbsd_jconf(cluster, cluster.machines.at(3), CbsdSeed::kOurs, kKeyLine).value(),
                                std::string(kGolden) + "worker-0.jconf");
  tests::support::expect_golden(cbsd_jconf(cluster, cluster.machines.at(3), CbsdSeed::kTemplate, kKeyLine).value(),
                                std::string(kGolden) + "worker-0.template.jconf");
}

TEST(CbsdJconf, TakesOfAKeyWhatNobodyCanMeanOtherwise) {
  const auto cluster = cbsd_cluster();
  const auto jconf = cbsd_jconf(cluster, cluster.machines.at(0), CbsdSeed::kOurs, kKeyLine).value();
  EXPECT_THAT(jconf, HasSubstr("ci_user_pubkey=\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOwnKeyOwnKeyOwnKeyOwnKey"
                               "OwnKeyOwnKeyOw\"\n"));
  EXPECT_THAT(jconf, Not(HasSubstr("$")));
  EXPECT_THAT(jconf, Not(HasSubstr("ci_template")));
  EXPECT_THAT(jconf, Not(HasSubstr("ci_pod_cidr")));
}

TEST(CbsdJconf, RefusesWhatAShellWouldTakeForItsOwnAndNamesTheKey) {
  for (const char* evil :
       {"a\"b", "a'b", "a b", "a\nb", "$(id)", "`id`", "a;id", "%%x%%", "a\\", "a&b", "a#b", "", "ä"}) {
    auto cluster = cbsd_cluster();
    cluster.machines.at(3).name = evil;
    EXPECT_THAT(error_of(cluster), StartsWith("spec.machines[3].name: '" + std::string(evil) + "' cannot stand"))
        << evil;

    cluster = cbsd_cluster();
    cluster.node_network->bridge = evil;
    EXPECT_THAT(error_of(cluster),
                StartsWith(*evil == '\0' ? "spec.nodeNetwork.bridge is missing" : "spec.nodeNetwork.bridge: '"))
        << evil;
    cluster = cbsd_cluster();
    cluster.hypervisor.profile = evil;
    EXPECT_THAT(error_of(cluster), StartsWith("spec.hypervisor.profile: '")) << evil;

    cluster = cbsd_cluster();
    cluster.access.user = evil;
    EXPECT_THAT(error_of(cluster), StartsWith("spec.access.user: '")) << evil;

    if (*evil == '\0') continue;  // a cluster may have no domain
    cluster = cbsd_cluster();
    cluster.domain = evil;
    EXPECT_THAT(error_of(cluster), StartsWith("spec.domain: '")) << evil;
  }
}

TEST(CbsdJconf, RefusesAKeyThatIsNone) {
  const auto cluster = cbsd_cluster();
  for (const char* key : {"ssh-ed25519 $(id)", "ssh-ed25519 \"", "a`b` c", ""}) {
    const auto jconf = cbsd_jconf(cluster, cluster.machines.at(0), CbsdSeed::kOurs, key);
    ASSERT_FALSE(jconf) << key;
    EXPECT_THAT(jconf.error().message, StartsWith("spec.access.authorizedKeys: '"));
  }
}

// CBSD puts a nameserver between the colons of a sed; in the template it has to be there.
TEST(CbsdJconf, GivesNoNameserverThatWouldBreakItsScript) {
  auto cluster = cbsd_cluster();
  cluster.dns.provider = cluster::DnsProvider::kNone;
  cluster.dns.forwarders = {base::IpAddress::parse("2620:fe::9").value()};
  const auto jconf = cbsd_jconf(cluster, cluster.machines.at(3), CbsdSeed::kOurs, kKeyLine);
  ASSERT_TRUE(jconf) << jconf.error().message;
  EXPECT_THAT(*jconf, Not(HasSubstr("ci_nameserver_address")));
  EXPECT_THAT(error_of(cluster, 3, CbsdSeed::kTemplate), StartsWith("spec.dns.forwarders: '2620:fe::9' cannot stand"));
}

// `sh -n`, as FreeBSD's sh would read it, and only names that CBSD knows.
void expect_pleasing(const cluster::Cluster& cluster, const cluster::Machine& machine, CbsdSeed seed) {
  const auto settings = cbsd_settings(cluster, machine, seed, kKeyLine);
  if (!settings) {  // an IPv6 nameserver in the template
    EXPECT_THAT(settings.error().message, StartsWith("spec.dns.forwarders"));
    EXPECT_EQ(seed, CbsdSeed::kTemplate);
    return;
  }
  for (const auto& [name, value] : *settings) EXPECT_THAT(kKnownSettings, Contains(name));
  step::SystemHost host;
  const auto checked = host.run({.argv = {"sh", "-n"}, .input = cbsd_jconf(cluster, machine, seed, kKeyLine).value()});
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_TRUE(checked->status.ok()) << checked->err;
}

void expect_pleasing(const cluster::Cluster& cluster) {
  for (const auto& machine : cluster.machines) {
    for (const CbsdSeed seed : {CbsdSeed::kOurs, CbsdSeed::kTemplate}) expect_pleasing(cluster, machine, seed);
  }
}

TEST(CbsdJconf, PleasesTheShellWhateverTheCluster) {
  expect_pleasing(cbsd_cluster());
  for (std::uint64_t number = 0; number < 50; ++number) expect_pleasing(ClusterGenerator(number).cluster());
}

// What the shell has afterwards is what was meant.
TEST(CbsdJconf, IsSourcedAsItIsMeant) {
  step::SystemHost host;
  for (std::uint64_t number = 0; number < 5; ++number) {
    const auto cluster = ClusterGenerator(number).cluster();
    const auto& machine = cluster.machines.front();
    const auto settings = cbsd_settings(cluster, machine, CbsdSeed::kOurs, kKeyLine).value();
    std::string script = cbsd_jconf(cluster, machine, CbsdSeed::kOurs, kKeyLine).value();
    std::string wanted;
    for (const auto& [name, value] : settings) {
      script += fmt::format("echo \"{0}=${{{0}}}\"\n", name);
      wanted += fmt::format("{}={}\n", name, value);
    }
    EXPECT_EQ(host.run({.argv = {"sh"}, .input = script}).value().out, wanted);
  }
}

}  // namespace
}  // namespace provisioner::hypervisor
