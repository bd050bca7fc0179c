// keepstate-provisioner from an empty host to nothing again: two machines of Debian by QEMU on a real bridge, named by
// a real NSD behind a real Unbound, let out into a stand-in for the Internet. Minutes of work, so only `./dev e2e` runs
// it, with the folder of build_image in KEEPSTATE_E2E_IMAGE. Linux, root; a network and an /etc of its own.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "lib/base/subprocess.h"
#include "tests/support/name_servers.h"
#include "tests/support/network_namespace.h"
#include "tests/support/temporary_folder.h"

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using tests::support::run_tool;

constexpr const char* kController = "    - {name: controller-0, role: control-plane, address: 10.99.0.11}\n";
constexpr const char* kWorker =
    "    - {name: worker-0, role: worker, address: 10.99.0.21, podCIDR: 10.100.7.0/24, cpus: 1}\n";

std::string said_by(const std::vector<std::string>& argv) {
  const auto output = base::run_captured(argv);
  return output ? output->out : output.error().message;
}

class EmptyHost {
 public:
  explicit EmptyHost(std::string image) : image_(std::move(image)) {
    tests::support::cover_etc();
    tests::support::write_name_servers(folder_.path());
    run_tool({"ip", "link", "add", "wan0", "type", "veth", "peer", "name", "world0", "netns", world_.path().c_str()});
    run_tool({"ip", "address", "add", "192.0.2.1/24", "dev", "wan0"});
    run_tool({"ip", "link", "set", "wan0", "up"});
    const tests::support::Visit there(world_);
    run_tool({"ip", "address", "add", "192.0.2.2/24", "dev", "world0"});  // and no way back to the machines
    run_tool({"ip", "link", "set", "world0", "up"});
  }
  // Whatever a failed test has left.
  ~EmptyHost() {
    static_cast<void>(run("destroy --yes"));
    for (const char* const control : {"nsd-control", "unbound-control"}) {
      static_cast<void>(base::run_captured({control, "stop"}));
    }
  }
  EmptyHost(const EmptyHost&) = delete;
  EmptyHost& operator=(const EmptyHost&) = delete;

  void want(const std::string& machines) const {
    std::ofstream(config())
        << "apiVersion: keepstate/v1\n"
           "kind: Cluster\n"
           "metadata: {name: e2e}\n"
           "spec:\n"
           "  domain: e2e.home.arpa\n"
           "  controlPlaneEndpoint: kubernetes.e2e.home.arpa:6443\n"
           "  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}\n"
           "  nodeNetwork: {cidr: 10.99.0.0/24, gateway: 10.99.0.254, bridge: br-e2e, uplink: wan0}\n"
           "  loadBalancer: {vip: 10.99.0.1, listeners: [{name: api}]}\n"
           "  hypervisor:\n"
           "    type: qemu\n"
           "    folder: " +
               made() +
               "\n"
               "    image:\n"
               "      source: " +
               image_ + "/image.qcow2\n      kernel: " + image_ + "/vmlinuz\n      initrd: " + image_ +
               "/initrd.img\n"
               "      kernelArguments: root=LABEL=keepstate rw mitigations=off audit=0 apparmor=0\n"
               "  machineDefaults: {cpus: 2, memory: 512MiB, disk: 3GiB}\n"
               "  machines:\n" +
               machines;
  }

  struct Said {
    int exit_code = -1;
    std::string out;
    std::string err;
  };
  // "apply --yes": its words, and -c FILE behind the first.
  Said run(const std::string& line) const {
    std::vector<std::string> argv{KEEPSTATE_BIN_DIR "/keepstate-provisioner"};
    std::istringstream words(line);
    for (std::string word; words >> word;) {
      argv.push_back(word);
      if (argv.size() == 2) argv.insert(argv.end(), {"-c", config()});
    }
    const auto output = base::run_captured(argv);
    if (!output) return {-1, "", output.error().message};
    std::cout << "$ " << line << "\n" << output->out << output->err << std::flush;
    return {output->status.value, output->out, output->err};
  }
  // What a command says in a machine.
  std::string in(const std::string& machine, const std::string& command) const {
    const auto output =
        base::run_captured({KEEPSTATE_BIN_DIR "/keepstate-provisioner", "ssh", "-c", config(), machine, "--", command});
    if (!output) return output.error().message;
    return output->status.value == 0 ? output->out : "FAILED: " + output->out + output->err;
  }

  // Renders the host's part of a cluster.yaml and unpacks it in a machine, as below its root.
  std::string place_host_files(const std::string& machine, const std::string& yaml) const {
    const std::string file = (folder_.path() / "inner.yaml").string();
    const std::string rendered = (folder_.path() / "inner").string();
    std::ofstream(file) << yaml;
    const std::string program = KEEPSTATE_BIN_DIR "/keepstate-provisioner";
    return said_by({"sh", "-c",
                    program + " render -c " + file + " " + rendered + " && tar -C " + rendered + "/host -c . | " +
                        program + " ssh -c " + config() + " " + machine +
                        " -- 'sudo tar -C / --no-same-owner --no-overwrite-dir -x && echo placed'"});
  }

  [[nodiscard]] std::string made() const { return (folder_.path() / "made").string(); }

 private:
  [[nodiscard]] std::string config() const { return (folder_.path() / "cluster.yaml").string(); }

  std::string image_;
  tests::support::TemporaryFolder folder_;
  tests::support::NetworkNamespace world_ = tests::support::NetworkNamespace::make();
};

void expect_what_the_file_says(const EmptyHost& host) {
  EXPECT_EQ(host.in("controller-0", "hostname -f"), "controller-0.e2e.home.arpa\n");
  EXPECT_EQ(host.in("worker-0", "hostname"), "worker-0\n");
  EXPECT_THAT(host.in("worker-0", "ip -brief address show dev eth0"), HasSubstr("10.99.0.21/24"));
  EXPECT_THAT(host.in("worker-0", "ip route"), HasSubstr("default via 10.99.0.254 dev eth0"));
  EXPECT_EQ(host.in("worker-0", "cloud-init query ds.meta_data.pod_cidr"), "10.100.7.0/24\n");
}

// Each asks Unbound on the host, which asks NSD.
void expect_names(const EmptyHost& host) {
  EXPECT_THAT(host.in("worker-0", "getent hosts controller-0.e2e.home.arpa"), HasSubstr("10.99.0.11 "));
  EXPECT_THAT(host.in("controller-0", "getent hosts worker-0.e2e.home.arpa"), HasSubstr("10.99.0.21 "));
  EXPECT_THAT(host.in("controller-0", "getent ahostsv4 worker-0"), HasSubstr("10.99.0.21 ")) << "by the search domain";
  EXPECT_THAT(host.in("worker-0", "getent hosts kubernetes.e2e.home.arpa"), HasSubstr("10.99.0.1 "));
  EXPECT_THAT(host.in("worker-0", "getent hosts 10.99.0.11"), HasSubstr("controller-0.e2e.home.arpa"));
  EXPECT_THAT(host.in("controller-0", "getent hosts 10.99.0.21"), HasSubstr("worker-0.e2e.home.arpa"));
}

// The Internet knows no way to 10.99.0.0/24: only who comes as the host gets an answer.
void expect_ways(const EmptyHost& host) {
  EXPECT_THAT(host.in("worker-0", "ping -c 1 -W 5 controller-0.e2e.home.arpa"), HasSubstr("1 received"));
  EXPECT_THAT(host.in("worker-0", "ping -c 1 -W 5 192.0.2.2"), HasSubstr("1 received"));
  EXPECT_THAT(said_by({"ip", "route"}), HasSubstr("10.100.7.0/24 via 10.99.0.21 dev br-e2e"));
}

void expect_all_well(const EmptyHost& host) {
  const auto status = host.run("status");
  EXPECT_EQ(status.exit_code, 0);
  EXPECT_THAT(status.out, HasSubstr("worker-0      worker         10.99.0.21  running  yes  done        yes\n"));
  EXPECT_THAT(status.out, HasSubstr("VIP 10.99.0.1: br-e2e\n"));
  EXPECT_THAT(host.run("apply --yes").out, HasSubstr("nothing to do"));
  EXPECT_EQ(host.run("plan --detailed-exitcode").exit_code, 0);
}

// A machine plays the host of another cluster: with the files that `render` writes, and nothing else, its network is
// there again after a reboot.
void expect_network_after_a_reboot(const EmptyHost& host) {
  const std::string inner =
      "apiVersion: keepstate/v1\nkind: Cluster\nmetadata: {name: inner}\nspec:\n"
      "  networking: {podSubnet: 10.200.0.0/16, serviceSubnet: 10.32.0.0/24}\n"
      "  nodeNetwork: {cidr: 10.88.0.0/24, gateway: 10.88.0.254, bridge: br-inner, uplink: eth0}\n"
      "  loadBalancer: {vip: 10.88.0.1}\n  dns: {provider: none}\n  machines:\n"
      "    - {name: w, role: worker, address: 10.88.0.21, podCIDR: 10.200.3.0/24}\n";
  EXPECT_THAT(host.place_host_files("controller-0", inner), HasSubstr("placed"));
  EXPECT_THAT(host.in("controller-0", "sudo systemctl enable keepstate-inner-nat.service && echo enabled"),
              HasSubstr("enabled"));
  EXPECT_EQ(host.run("restart controller-0 --yes").exit_code, 0);
  EXPECT_THAT(host.in("controller-0", "ip -brief address show dev br-inner"),
              AllOf(HasSubstr("10.88.0.254/24"), HasSubstr("10.88.0.1/32")));
  EXPECT_THAT(host.in("controller-0", "ip route"), HasSubstr("10.200.3.0/24 via 10.88.0.21 dev br-inner"));
  EXPECT_EQ(host.in("controller-0", "/sbin/sysctl -n net.ipv4.ip_forward"), "1\n");
  EXPECT_THAT(host.in("controller-0", "sudo nft list ruleset"), HasSubstr("masquerade"));
}

void expect_nothing_left(const std::string& links, const std::string& files, const EmptyHost& host) {
  EXPECT_EQ(said_by({"ip", "-o", "link"}), links);
  EXPECT_EQ(said_by({"nft", "list", "ruleset"}), "");
  EXPECT_EQ(said_by({"find", "/etc", "-type", "f"}), files);
  EXPECT_FALSE(std::filesystem::exists(host.made()));
  EXPECT_EQ(said_by({"pgrep", "-f", host.made()}), "");
  EXPECT_EQ(said_by({"sysctl", "-n", "net.ipv4.ip_forward"}), "0\n");
}

void stand_up_and_take_down(const char* image) {
  EmptyHost host(image);
  const std::string links = said_by({"ip", "-o", "link"});
  const std::string files = said_by({"find", "/etc", "-type", "f"});
  host.want(std::string(kController) + kWorker);
  ASSERT_EQ(host.run("apply --yes").exit_code, 0);
  expect_what_the_file_says(host);
  expect_names(host);
  expect_ways(host);
  expect_all_well(host);

  const std::string boot = host.in("controller-0", "cat /proc/sys/kernel/random/boot_id");
  host.want(kController);
  EXPECT_THAT(host.run("plan").out, AllOf(HasSubstr("- machine       worker-0"), Not(HasSubstr("~ machine"))));
  EXPECT_EQ(host.run("apply --yes").exit_code, 0);
  EXPECT_EQ(host.in("controller-0", "cat /proc/sys/kernel/random/boot_id"), boot);
  EXPECT_FALSE(std::filesystem::exists(host.made() + "/machines/worker-0"));
  EXPECT_THAT(host.in("controller-0", "sudo resolvectl flush-caches; getent hosts worker-0.e2e.home.arpa"),
              HasSubstr("FAILED"));

  expect_network_after_a_reboot(host);
  EXPECT_EQ(host.run("stop controller-0 --yes").exit_code, 0);
  EXPECT_THAT(host.run("status").out, HasSubstr("10.99.0.11  off"));
  EXPECT_EQ(host.run("destroy --yes").exit_code, 0);
  expect_nothing_left(links, files, host);
}

TEST(Provisioner, StandsAClusterUpAndTakesItDown) {
  const char* const image = std::getenv("KEEPSTATE_E2E_IMAGE");
  if (image == nullptr) GTEST_SKIP() << "./dev e2e provisioner runs this";
  ASSERT_TRUE(tests::support::may_have_own_network()) << tests::support::kNeedsOwnNetwork;
  tests::support::in_own_network([&] { stand_up_and_take_down(image); });
}

}  // namespace
