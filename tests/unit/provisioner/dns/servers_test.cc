#include "provisioner/dns/servers.h"

#include <gmock/gmock.h>

#include "lib/base/subprocess.h"
#include "lib/cluster/cluster_file.h"
#include "provisioner/dns/plan_dns.h"
#include "provisioner/step/shell_text.h"
#include "tests/support/golden.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/provisioner/generated_cluster.h"

namespace provisioner::dns {
namespace {

using step::System;

constexpr std::chrono::sys_days kSomeDay = std::chrono::year(2026) / 11 / 30;

cluster::Cluster example_of_servers() {
  return cluster::load_cluster(KEEPSTATE_SOURCE_DIR "/configs/cluster.yaml").value().cluster;
}

std::string all_dns_files(const cluster::Cluster& cluster, System system) {
  std::string text;
  const auto files = dns_files(cluster, system, {.today = kSomeDay}).value();
  for (const auto& file : files) {
    text += "==> " + file.path.string() + "\n" + file.file.content;
  }
  return text;
}

TEST(Servers, FilesOfLinux) {
  auto cluster = example_of_servers();
  cluster.dns.forwarders = {base::IpAddress::parse("9.9.9.9").value()};
  tests::support::expect_golden(all_dns_files(cluster, System::kLinux),
                                "tests/unit/provisioner/dns/golden/linux.files");
}

TEST(Servers, FilesOfFreebsd) {
  tests::support::expect_golden(all_dns_files(example_of_servers(), System::kFreebsd),
                                "tests/unit/provisioner/dns/golden/freebsd.files");
}

// What the servers' own checkers say of every file of a cluster.
void expect_accepted(cluster::Cluster cluster) {
  if (cluster.domain.empty()) cluster.domain = "lab.home.arpa";  // else there are no names
  cluster.dns.provider = cluster::DnsProvider::kNsdUnbound;
  const tests::support::TemporaryFolder folder;
  const auto names = names_of(cluster);
  ASSERT_TRUE(names) << names.error().message;
  std::size_t number = 0;
  const auto files = dns_files(cluster, System::kLinux, {.today = kSomeDay}).value();
  for (const auto& file : files) {
    const std::string path = (folder.path() / std::to_string(number)).string();
    ASSERT_TRUE(base::write_file(path, file.file.content, 0644));
    const bool is_unbound = file.path.string().find("unbound") != std::string::npos;
    std::vector<std::string> check{is_unbound ? "unbound-checkconf" : "nsd-checkconf"};
    if (number < names->zones.size()) check = {"nsd-checkzone", names->zones[number].name};
    check.push_back(path);
    const auto checked = base::run_captured(check);
    ASSERT_TRUE(checked) << checked.error().message;
    EXPECT_TRUE(checked->status.ok()) << checked->out << checked->err << file.file.content;
    ++number;
  }
  EXPECT_EQ(number, names->zones.size() + 2);
}

TEST(Servers, OwnCheckersAcceptTheExampleAndFiftyOthers) {
  expect_accepted(example_of_servers());
  for (std::uint64_t number = 1; number <= 50; ++number) expect_accepted(ClusterGenerator(number).cluster());
}

TEST(Servers, AreToldByWhoeverStartsThem) {
  ClusterNames names;
  names.zones = {{"lab.", "ns.lab.", {}}};
  const ServerPaths paths = paths_of(example_of_servers(), System::kLinux);
  const auto told = [&](Supervision supervision, News news) {
    std::string text;
    for (const auto& command : tell_servers(names, paths, supervision, news)) text += step::shell_text(command) + "\n";
    return text;
  };
  EXPECT_EQ(
      told(Supervision::kSystemd, News::kConfiguration),
      "sh -c '(systemctl restart nsd.service) || [ ! -e /etc/nsd/nsd.conf.d/keepstate-hard-way.conf ]'\n"
      "sh -c '(systemctl restart unbound.service) || [ ! -e /etc/unbound/unbound.conf.d/keepstate-hard-way.conf ]'\n");
  EXPECT_EQ(
      told(Supervision::kFreebsd, News::kConfiguration),
      "sh -c '(service nsd onerestart) || [ ! -e /etc/nsd/nsd.conf.d/keepstate-hard-way.conf ]'\n"
      "sh -c '(service local_unbound onerestart) || [ ! -e /etc/unbound/unbound.conf.d/keepstate-hard-way.conf ]'\n");
  EXPECT_EQ(told(Supervision::kSystemd, News::kZones),
            "sh -c 'nsd-control reload && exit 0\n(systemctl restart nsd.service) || "
            "[ ! -e /etc/nsd/nsd.conf.d/keepstate-hard-way.conf ]'\n"
            "sh -c 'unbound-control flush_zone lab && exit 0\n(systemctl restart unbound.service) || "
            "[ ! -e /etc/unbound/unbound.conf.d/keepstate-hard-way.conf ]'\n");
  EXPECT_THAT(told(Supervision::kFreebsd, News::kZones), ::testing::HasSubstr("local-unbound-control flush_zone lab"));
  EXPECT_THAT(told(Supervision::kNone, News::kConfiguration), ::testing::HasSubstr("nsd -c /etc/nsd/nsd.conf"));
}

}  // namespace
}  // namespace provisioner::dns
