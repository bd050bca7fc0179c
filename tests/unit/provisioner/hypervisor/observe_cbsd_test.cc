#include "provisioner/hypervisor/observe_cbsd.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/unit/provisioner/hypervisor/cbsd_cluster.h"

namespace provisioner::hypervisor {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(ObserveCbsd, SeesAnEmptyHost) {
  CbsdHost host;
  const auto state = host.observe();
  ASSERT_EQ(state.machines.size(), 2U);
  EXPECT_FALSE(state.machines.at(0).is_known);
  EXPECT_FALSE(state.machines.at(0).listing);
  EXPECT_EQ(state.folder, "/usr/jails");
  EXPECT_EQ(state.memory, 64ULL << 30);
  EXPECT_EQ(state.free_disk, 100ULL << 30);
  EXPECT_EQ(state.key.public_line, kCbsdOwnKey);
}

TEST(ObserveCbsd, LooksAtNothingWhereThereIsNothingToLookAt) {
  CbsdHost host;
  host.cluster.machines.clear();
  EXPECT_THAT(host.observe().machines, IsEmpty());
  EXPECT_THAT(host.cbsd.place.host().calls(), IsEmpty());
}

TEST(ObserveCbsd, ReadsBackWhatWasMade) {
  CbsdHost host;
  host.apply();
  const auto state = host.observe();
  const auto& worker = state.machines.at(1);
  EXPECT_TRUE(worker.is_claimed);
  EXPECT_TRUE(worker.is_on());
  EXPECT_TRUE(worker.is_ready);
  EXPECT_EQ(worker.mac, host.cbsd.of("worker-0", "mac"));
  EXPECT_THAT(worker.settings, Contains(Pair("ci_ip4_addr", "10.10.0.21/24")));
  ASSERT_TRUE(worker.seed);
  EXPECT_THAT(worker.seed->network_config, HasSubstr(worker.mac));
  EXPECT_THAT(worker.seed->meta_data, HasSubstr("pod-cidr: \"10.100.0.0/24\""));
}

TEST(ObserveCbsd, TakesNobodyElsesMachineForOurs) {
  CbsdHost host;
  for (const char* what : {"pid", "ram", "cpus"}) host.cbsd.put("worker-0", what, "0");
  host.cbsd.put("worker-0", "status", "Off");
  const auto state = observe_cbsd(host.cbsd.place.host(), host.cluster, host.cbsd.place.ledger());
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().message,
            "CBSD has a machine worker-0 already, and it is not ours; rename one of them, or remove that one by cbsd "
            "bremove jname=worker-0");
}

TEST(ObserveCbsd, WantsACbsdThatIsSetUp) {
  CbsdHost host;
  host.cbsd.place.host().answer("getent passwd cbsd", "", 2);
  const auto state = observe_cbsd(host.cbsd.place.host(), host.cluster, host.cbsd.place.ledger());
  EXPECT_THAT(state.error().message, HasSubstr("run cbsd initenv first"));
}

TEST(ParseCbsdJconf, ReadsWhatWeWrite) {
  CbsdHost host;
  const auto& machine = host.cluster.machines.at(1);
  EXPECT_EQ(parse_cbsd_jconf(cbsd_jconf(host.cluster, machine, CbsdSeed::kOurs, kCbsdOwnKey).value()),
            cbsd_settings(host.cluster, machine, CbsdSeed::kOurs, kCbsdOwnKey).value());
  EXPECT_THAT(parse_cbsd_jconf("# x=\"y\"\nnonsense\na=b\n"), IsEmpty());
}

TEST(RenderCbsd, WritesBothWays) {
  CbsdHost host;
  const auto files = render_cbsd(host.cluster, kCbsdOwnKey);
  ASSERT_TRUE(files) << files.error().message;
  std::vector<std::string> paths;
  for (const auto& file : *files) paths.push_back(file.path.string());
  EXPECT_THAT(paths,
              ::testing::IsSupersetOf({"cbsd/controller-0.jconf", "cbsd/worker-0.template.jconf",
                                       "cbsd-template/install.sh", "cbsd-template/cloud-tpl/keepstate/meta-data"}));
  host.cluster.machines.at(0).name = "a;b";
  EXPECT_FALSE(render_cbsd(host.cluster, kCbsdOwnKey));
}

}  // namespace
}  // namespace provisioner::hypervisor
