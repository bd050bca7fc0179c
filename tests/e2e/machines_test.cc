// Two machines from nothing to nothing again, with real QEMU, a real bridge and Debian in them; minutes of work, so
// only
// `./dev e2e` runs it, with the folder of build_image in KEEPSTATE_E2E_IMAGE. Linux, root.
#include <gmock/gmock.h>

#include <cstdlib>
#include <iostream>

#include "lib/cluster/cluster_file.h"
#include "provisioner/access/ssh.h"
#include "provisioner/command/progress.h"
#include "provisioner/hypervisor/plan_qemu.h"
#include "provisioner/hypervisor/sha256.h"
#include "provisioner/step/executor.h"
#include "provisioner/step/system_host.h"
#include "tests/support/folder_state.h"
#include "tests/support/network_namespace.h"
#include "tests/support/temporary_folder.h"

namespace provisioner::hypervisor {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using tests::support::run_tool;

class Machines {
 public:
  Machines(std::filesystem::path folder, std::filesystem::path image)
      : folder_(std::move(folder)), image_(std::move(image)) {
    make_bridge();
    ledger_ = std::move(step::Ledger::open(host_, folder_ / "made.json").value());
    options_.vip = cloud_init::VipHolder::kBackends;
    options_.ready_patience = std::chrono::minutes{20};
  }

  // Whatever a failed test has left.
  ~Machines() {
    for (const step::LedgerEntry& machine : ledger_->of_kind(kMachineKind)) {
      const PowerWatch watch{[](std::string_view) {}, [] { return false; }};
      static_cast<void>(power_down(host_, MachineFolder(folder_ / "machines" / machine.name), watch, {}));
    }
  }
  Machines(const Machines&) = delete;
  Machines& operator=(const Machines&) = delete;

  [[nodiscard]] cluster::Cluster cluster(const std::string& machines) const {
    const std::string yaml = fmt::format(
        "apiVersion: keepstate/v1\n"
        "kind: Cluster\n"
        "metadata: {{name: e2e}}\n"
        "spec:\n"
        "  domain: e2e.home.arpa\n"
        "  controlPlaneEndpoint: kubernetes.e2e.home.arpa:6443\n"
        "  networking: {{podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}}\n"
        "  nodeNetwork: {{cidr: 10.99.0.0/24, gateway: 10.99.0.254, bridge: br-e2e}}\n"
        "  loadBalancer: {{vip: 10.99.0.1, listeners: [{{name: api}}]}}\n"
        "  dns: {{provider: hosts}}\n"
        "  hypervisor:\n"
        "    type: qemu\n"
        "    folder: {0}\n"
        "    image:\n"
        "      source: {1}/image.qcow2\n"
        "      kernel: {1}/vmlinuz\n"
        "      initrd: {1}/initrd.img\n"
        "      kernelArguments: root=LABEL=keepstate rw mitigations=off audit=0 apparmor=0\n"
        "  machineDefaults: {{cpus: 2, memory: 512MiB, disk: 3GiB}}\n"
        "  machines:\n{2}",
        folder_.string(), image_.string(), machines);
    auto read = cluster::parse_cluster(yaml);
    if (!read) throw std::runtime_error(cluster::to_text(read.error(), "e2e"));
    return std::move(read->cluster);
  }

  [[nodiscard]] QemuState observe(const cluster::Cluster& cluster) {
    auto state = observe_qemu(host_, cluster, *ledger_, options_);
    if (!state) throw std::runtime_error(state.error().message);
    return std::move(*state);
  }
  [[nodiscard]] step::Plan plan(const cluster::Cluster& cluster) {
    return plan_qemu(cluster, observe(cluster), options_);
  }

  void carry_out(step::Plan plan) {
    const step::Outcome outcome = step::carry_out(plan, {host_, *ledger_, progress_, interrupted_, 2});
    for (const auto& failure : outcome.failures) throw std::runtime_error(failure.error.message);
  }
  void apply(const cluster::Cluster& cluster) {
    const QemuState state = observe(cluster);
    const auto room = check_room(cluster, state);
    if (!room) throw std::runtime_error(room.error().message);
    carry_out(plan_qemu(cluster, state, options_));
  }

  // What a command says in a machine.
  [[nodiscard]] std::string in(const cluster::Cluster& cluster, std::size_t machine, const std::string& command) {
    const auto said = step::output_of(host_, {access::ssh_command(cluster, cluster.machines.at(machine), {command})});
    return said ? *said : "FAILED: " + said.error().message;
  }

  step::SystemHost host_;
  QemuOptions options_;
  std::unique_ptr<step::Ledger> ledger_;
  std::filesystem::path folder_;

 private:
  static void make_bridge() {
    run_tool({"ip", "link", "add", "br-e2e", "type", "bridge"});
    run_tool({"ip", "address", "add", "10.99.0.254/24", "dev", "br-e2e"});
    run_tool({"ip", "link", "set", "br-e2e", "up"});
  }

  std::filesystem::path image_;
  base::SystemClock clock_;
  command::Progress progress_{std::cout, clock_, command::Display::kPlain};
  std::atomic<bool> interrupted_{false};
};

constexpr const char* kController = "    - {name: controller-0, role: control-plane, address: 10.99.0.11}\n";
constexpr const char* kWorker =
    "    - {name: worker-0, role: worker, address: 10.99.0.21, podCIDR: 10.100.7.0/24, cpus: 1}\n";

void expect_all_same(const step::Plan& plan) {
  for (const step::Change& change : plan) {
    EXPECT_EQ(change.action, step::Action::kSame) << change.kind << " " << change.name << ": " << change.why;
    EXPECT_THAT(change.why, Not(HasSubstr("next start"))) << change.kind;
  }
}

void expect_what_the_file_says(Machines& machines, const cluster::Cluster& two) {
  EXPECT_EQ(machines.in(two, 0, "hostname -f"), "controller-0.e2e.home.arpa\n");
  EXPECT_EQ(machines.in(two, 1, "hostname"), "worker-0\n");
  EXPECT_THAT(machines.in(two, 1, "ip -brief address show dev eth0"), HasSubstr("10.99.0.21/24"));
  EXPECT_THAT(machines.in(two, 1, "ip route"), HasSubstr("default via 10.99.0.254 dev eth0"));
  EXPECT_EQ(machines.in(two, 1, "cloud-init query ds.meta_data.pod_cidr"), "10.100.7.0/24\n");
  EXPECT_THAT(machines.in(two, 1, "ping -c 1 -W 5 controller-0.e2e.home.arpa"), HasSubstr("1 received"));
  EXPECT_EQ(machines.in(two, 1, "getent hosts kubernetes.e2e.home.arpa"), "10.99.0.1       kubernetes.e2e.home.arpa\n");
  EXPECT_EQ(machines.in(two, 1, "sudo id -u"), "0\n");
  // The file system has grown into the disk that was asked for.
  EXPECT_GT(std::stoull(machines.in(two, 1, "df --output=size -B1 / | tail -1")), 2ULL << 30);
}

// The image brought host keys; each machine has others.
void expect_own_identity(Machines& machines, const cluster::Cluster& two) {
  const char* const ask = "cat /etc/ssh/ssh_host_ed25519_key.pub";
  EXPECT_THAT(machines.in(two, 0, ask), HasSubstr("ssh-ed25519 "));
  EXPECT_NE(machines.in(two, 0, ask), machines.in(two, 1, ask));
  EXPECT_EQ(machines.in(two, 0, "ls /etc/ssh/ssh_host_rsa_key 2>/dev/null || true"), "");
  EXPECT_NE(machines.in(two, 0, "cat /etc/machine-id"), machines.in(two, 1, "cat /etc/machine-id"));
}

// The backend has the VIP, and yet nobody on the wire hears of it.
void expect_silent_vip(Machines& machines, const cluster::Cluster& two) {
  EXPECT_THAT(machines.in(two, 0, "ip -brief address show dev lo"), HasSubstr("10.99.0.1/32"));
  EXPECT_THAT(machines.in(two, 1, "ip -brief address show dev lo"), Not(HasSubstr("10.99.0.1/32")));
  EXPECT_THAT(machines.in(two, 1, "ping -c 2 -W 2 10.99.0.1; ip neigh show 10.99.0.1"),
              AllOf(HasSubstr("0 received"), Not(HasSubstr("lladdr"))));
}

void expect_nothing_left(Machines& machines) {
  EXPECT_THAT(machines.ledger_->entries(), IsEmpty());
  EXPECT_THAT(machines.host_.list(machines.folder_).value(), IsEmpty());
  EXPECT_THAT(step::output_of(machines.host_, {{"ip", "-brief", "link"}}).value(), Not(HasSubstr("ks")));
}

void boot_and_destroy(const std::filesystem::path& image) {
  const tests::support::TemporaryFolder folder;
  Machines machines(folder.path(), image);
  cluster::Cluster two = machines.cluster(std::string(kController) + kWorker);
  machines.apply(two);
  expect_what_the_file_says(machines, two);
  expect_own_identity(machines, two);
  expect_silent_vip(machines, two);
  expect_all_same(machines.plan(two));

  two.machines[1].disk = 4ULL << 30;
  two.machines[1].memory = 640ULL << 20;
  machines.carry_out(plan_resize(two, machines.observe(two), machines.options_, {"worker-0"}));
  EXPECT_EQ(machines.in(two, 1, "lsblk -bno SIZE /dev/vda"), fmt::format("{}\n", 4ULL << 30));
  const std::string host_key = machines.in(two, 1, "cat /etc/ssh/ssh_host_ed25519_key.pub");
  machines.carry_out(plan_power(two, machines.observe(two), machines.options_, PowerWish::kRestart, {"worker-0"}));
  EXPECT_EQ(machines.in(two, 1, "cat /etc/ssh/ssh_host_ed25519_key.pub"), host_key);
  EXPECT_GT(std::stoull(machines.in(two, 1, "df --output=size -B1 / | tail -1")), 3ULL << 30);
  EXPECT_THAT(machines.in(two, 1, "grep MemTotal /proc/meminfo"), Not(HasSubstr(" 4")));
  expect_all_same(machines.plan(two));

  const cluster::Cluster one = machines.cluster(kController);
  const std::string boot = machines.in(one, 0, "cat /proc/sys/kernel/random/boot_id");
  machines.apply(one);
  EXPECT_EQ(machines.in(one, 0, "cat /proc/sys/kernel/random/boot_id"), boot);
  EXPECT_FALSE(machines.host_.exists(machines.folder_ / "machines/worker-0"));
  expect_all_same(machines.plan(one));

  cluster::Cluster none = one;
  none.machines.clear();
  machines.apply(none);
  expect_nothing_left(machines);
}

TEST(Machines, AreMadeChangedAndDestroyed) {
  const char* const image = std::getenv("KEEPSTATE_E2E_IMAGE");
  if (image == nullptr) GTEST_SKIP() << "./dev e2e machines runs this";
  ASSERT_TRUE(tests::support::may_have_own_network()) << tests::support::kNeedsOwnNetwork;
  tests::support::in_own_network([&] { boot_and_destroy(image); });
}

}  // namespace
}  // namespace provisioner::hypervisor
