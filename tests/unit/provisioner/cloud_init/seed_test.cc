#include "provisioner/cloud_init/seed.h"

#include <gmock/gmock.h>

#include "provisioner/cloud_init/yaml_text.h"
#include "provisioner/step/system_host.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/provisioner/cloud_init/sample_guest.h"
#include "tests/unit/provisioner/generated_cluster.h"

namespace provisioner::cloud_init {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr unsigned kGenerated = 50;

// A machine of each generated cluster, and the example's.
std::vector<Seed> many_seeds() {
  std::vector<Seed> seeds{seed_of(example_guest(0, VipHolder::kBackends)), seed_of(example_guest(3))};
  for (unsigned number = 0; number < kGenerated; ++number) {
    const cluster::Cluster cluster = ClusterGenerator(number).cluster();
    const VipHolder vip = number % 2 == 0 ? VipHolder::kBackends : VipHolder::kHost;
    const cluster::Machine& machine = cluster.machines[number % cluster.machines.size()];
    seeds.emplace_back(seed_of(guest_of(cluster, machine, {.own_key = kOwnKey, .vip = vip}).value()));
  }
  return seeds;
}

TEST(Seed, TheInstanceFollowsFromAllOfIt) {
  Guest guest = example_guest(3);
  const Seed before = seed_of(guest);
  EXPECT_EQ(seed_of(guest), before);
  guest.authorized_keys.push_back("ssh-rsa AAAA new");
  EXPECT_NE(seed_of(guest).meta_data, before.meta_data);
  guest = example_guest(3);
  guest.nameservers.clear();
  EXPECT_NE(seed_of(guest).meta_data, before.meta_data);
}

TEST(Seed, TheImageIsTheSameEachTime) {
  const Seed seed = seed_of(example_guest(3));
  const std::string image = seed_image(seed).value();
  EXPECT_EQ(seed_image(seed).value(), image);
  EXPECT_EQ(image.size() % 2048, 0U);
  EXPECT_THAT(image, HasSubstr(seed.network_config));
}

TEST(Seed, IsWrittenForEveryMachine) {
  const auto files = render_seeds(example_cluster(), {.own_key = kOwnKey});
  ASSERT_TRUE(files) << files.error().message;
  ASSERT_THAT(*files, SizeIs(18));
  EXPECT_EQ(files->front().path, "cloud-init/controller-0/user-data");
  EXPECT_EQ(files->back().path, "cloud-init/worker-2/network-config");
  EXPECT_FALSE(render_seeds(example_cluster(), {}));
}

// One process for all files: nearly all of the tool's time is its start.
constexpr const char* kCheckEach =
    "import sys\n"
    "from cloudinit.cmd.main import main\n"
    "for file in sys.argv[1:]:\n"
    "    main(['cloud-init', 'schema', '--config-file', file])\n";

TEST(Seed, CloudInitTakesEveryUserData) {
  step::SystemHost host;
  const std::string python = "/usr/bin/python3";  // Debian's own, which knows Debian's cloud-init
  if (!host.exists("/usr/bin/cloud-init")) GTEST_SKIP() << "needs cloud-init";
  const tests::support::TemporaryFolder folder;
  step::Command command{{python, "-c", kCheckEach}, "", std::chrono::minutes{4}};
  for (const Seed& seed : many_seeds()) {
    const auto file = folder.path() / std::to_string(command.argv.size());
    ASSERT_TRUE(host.write(file, {seed.user_data, 0644}));
    command.argv.push_back(file.string());
  }
  const auto output = host.run(command);
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_TRUE(output->status.ok()) << output->err;
  for (std::size_t i = 3; i < command.argv.size(); ++i)
    EXPECT_THAT(output->out, HasSubstr("Valid cloud-config: " + command.argv[i] + "\n"));

  const auto wrong = folder.path() / "wrong";
  ASSERT_TRUE(host.write(wrong, {"#cloud-config\nusers: 3\n", 0644}));
  EXPECT_FALSE(host.run({{python, "-c", kCheckEach, wrong.string()}}).value().status.ok());
}

TEST(Seed, NetplanTakesEveryNetworkConfig) {
  step::SystemHost host;
  // What `netplan generate` runs, without the half second that its own start takes.
  const std::string generate =
      host.exists("/usr/libexec/netplan/generate") ? "/usr/libexec/netplan/generate" : "/usr/lib/netplan/generate";
  if (!host.exists(generate)) GTEST_SKIP() << "needs netplan.io";
  const tests::support::TemporaryFolder folder;
  int number = 0;
  for (const Seed& seed : many_seeds()) {
    const auto root = folder.path() / std::to_string(number++);
    ASSERT_TRUE(host.make_folder(root / "etc/netplan", 0755));
    // Beside a seed the top key is left out.
    ASSERT_TRUE(host.write(root / "etc/netplan/50.yaml", {"network:\n" + indented(seed.network_config, 2), 0600}));
    const auto output = host.run({{generate, "--root-dir", root.string()}});
    ASSERT_TRUE(output) << output.error().message;
    ASSERT_TRUE(output->status.ok()) << output->err << seed.network_config;
    ASSERT_TRUE(host.exists(root / "run/systemd/network/10-netplan-eth0.network"));
  }
}

struct HostileValue {
  const char* field;
  std::string yaml;  // with @ where the value stands
};

// Nothing that could speak to a shell, to YAML or to anybody else comes as far as a seed.
TEST(Seed, HostileValuesAreRefusedByTheNameOfTheirField) {
  const std::vector<HostileValue> fields{
      {"metadata.name", "metadata: {name: @}\nspec: {}\n"},
      {"domain", "spec: {domain: @}\n"},
      {"name", "spec: {machines: [{name: @, role: worker, address: 10.10.0.9}]}\n"},
      {"mac", "spec: {machines: [{name: a, role: worker, address: 10.10.0.9, mac: @}]}\n"},
      {"podCIDR", "spec: {machines: [{name: a, role: worker, address: 10.10.0.9, podCIDR: @}]}\n"},
      {"address", "spec: {machines: [{name: a, role: worker, address: @}]}\n"},
      {"user", "spec: {access: {user: @}}\n"},
      {"authorizedKeys", "spec: {access: {authorizedKeys: [@]}}\n"},
      {"gateway", "spec: {nodeNetwork: {cidr: 10.10.0.0/24, gateway: @}}\n"},
      {"forwarders", "spec: {dns: {forwarders: [@]}}\n"},
  };
  for (const HostileValue& hostile : fields) {
    for (const char* value : {"'a b'", "\"a'b\"", "'a\"b'", "\"a\\nb\"", "'$(reboot)'", "'a;b'", "'%%x%%'", "'`id`'"}) {
      std::string yaml = "apiVersion: keepstate/v1\nkind: Cluster\n" + hostile.yaml;
      yaml.replace(yaml.find('@'), 1, value);
      const auto read = cluster::parse_cluster(yaml);
      ASSERT_FALSE(read) << yaml;
      const std::string last = std::string(hostile.field).substr(std::string(hostile.field).rfind('.') + 1);
      EXPECT_THAT(cluster::to_text(read.error(), "cluster.yaml"), HasSubstr(last)) << yaml;
    }
  }
}

}  // namespace
}  // namespace provisioner::cloud_init
