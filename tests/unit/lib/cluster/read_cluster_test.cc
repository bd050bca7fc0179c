#include "lib/cluster/read_cluster.h"

#include <gtest/gtest.h>

#include "lib/base/file_system.h"
#include "tests/unit/lib/cluster/mistakes.h"

namespace cluster {
namespace {

using testing::all_said;
using testing::Mistake;

constexpr std::string_view kDurationHint = "write a number and a unit, as 500ms, 2s, 5m or 1h30m\n";

std::string lb_with(std::string_view lines) {
  return testing::file_with_spec("  loadBalancer:\n    vip: 10.10.0.1\n" + std::string(lines));  // the lines begin at 6
}

// The lines begin at 9, with six spaces of their own.
std::string listener_with(std::string_view lines) {
  return lb_with(
      "    listeners:\n      - name: api\n        backends: [{address: 10.10.0.11:6443}]\n"
      "        address: 10.10.0.1:6443\n" +
      std::string(lines));
}

TEST(ReadCluster, WantsVersionKindAndSpec) {
  EXPECT_EQ(all_said("metadata: {name: x}\n"),
            "1:1: the top of the file has no 'apiVersion'; add apiVersion: keepstate/v1\n"
            "1:1: the top of the file has no 'kind'; add kind: Cluster\n"
            "1:1: the top of the file has no 'spec'; add spec: and below it what the cluster is made of\n");
  EXPECT_EQ(all_said("apiVersion: v1\nkind: Pod\nspec: {}\n"),
            "1:13: apiVersion: 'v1' is not known; write keepstate/v1\n"
            "2:7: kind: 'Pod' is not known; write Cluster\n");
  EXPECT_EQ(all_said("apiVersion: keepstate/v2\nkind: cluster\nspec: {}\n"),
            "1:13: apiVersion: 'keepstate/v2' is not known (did you mean 'keepstate/v1'?)\n"
            "2:7: kind: 'cluster' is not known (did you mean 'Cluster'?)\n");
  EXPECT_EQ(all_said("apiVersion: keepstate/v1\nkind: Cluster\nmetadata: {}\nspec: {}\n"),
            "3:11: metadata has no 'name'; add name: hard-way\n");
  EXPECT_EQ(all_said("apiVersion: keepstate/v1\nkind: Cluster\nmetadata: {name: Hard_Way}\nspec: {}\n"),
            "3:18: name: 'Hard_Way' has capital letters; use 1 to 63 of a-z, 0-9 and '-', as controller-0\n");
}

TEST(ReadCluster, AcceptsAFileWithoutAnySection) {
  EXPECT_EQ(all_said("apiVersion: keepstate/v1\nkind: Cluster\nspec: {}\n"), "");
}

TEST(ReadCluster, RefusesSectionsThatItDoesNotKnow) {
  for (const char* section : {"certificates", "encryption"}) {
    EXPECT_EQ(
        all_said(testing::file_with_spec(fmt::format("  {}: {{}}\n", section))),
        fmt::format("4:3: unknown key '{}' in spec; the keys here are domain, controlPlaneEndpoint, networking, "
                    "nodeNetwork, loadBalancer, hypervisor, access, dns, pki, kubernetes, machineDefaults, machines\n",
                    section));
  }
}

TEST(ReadCluster, ReportsEachMistakeOfASection) {
  const Mistake mistakes[] = {
      {"  domain: some_thing.lan\n",
       "4:11: domain: 'some_thing.lan' has characters that names cannot have; write parts of a-z, 0-9 and '-' with "
       "dots "
       "between, as cluster.home.arpa\n"},
      {"  controlPlaneEndpoint: kubernetes.lan\n",
       "4:25: controlPlaneEndpoint: 'kubernetes.lan' has no port; write address:port, as 10.10.0.1:6443 or "
       "[fd00::1]:6443\n"},
      {"  controlPlaneEndpoint: kubernetes.lan:0\n",
       "4:25: controlPlaneEndpoint: 'kubernetes.lan:0' has no valid port; a port goes from 1 to 65535\n"},
      {"  controlPlaneEndpoint: fd00::1:6443\n",
       "4:25: controlPlaneEndpoint: 'fd00::1:6443' is ambiguous; put the IPv6 address in brackets, as "
       "[fd00::1]:6443\n"},
      {"  networking: {podSubnet: 10.100.0.0/16}\n",
       "4:15: spec.networking has no 'serviceSubnet'; add serviceSubnet: 10.32.0.0/24\n"},
      {"  networking: {podSubnet: 10.100.0.1/16, serviceSubnet: 10.32.0.0}\n",
       "4:27: podSubnet: '10.100.0.1/16' is an address inside a network, not a network; write 10.100.0.0/16\n"
       "4:57: serviceSubnet: '10.32.0.0' is not a network; write an address and a prefix length, as 10.10.0.0/24\n"},
      {"  networking:\n    podSubnet: 10.100.0.0/33\n    serviceSubnet: 10.32.0.0/24\n    dnsDomain: a..b\n",
       "5:16: podSubnet: '10.100.0.0/33' has no valid prefix length; it goes from 0 to 32\n"
       "7:16: dnsDomain: 'a..b' has an empty part; write parts of a-z, 0-9 and '-' with dots between, as "
       "cluster.home.arpa\n"},
      {"  nodeNetwork: {gateway: 10.10.0.254}\n", "4:16: spec.nodeNetwork has no 'cidr'; add cidr: 10.10.0.0/24\n"},
      {"  nodeNetwork: {cidr: 10.10.0.0/24, gateway: 10.10.0, bridge: 'a b', uplink: ''}\n",
       "4:46: gateway: '10.10.0' is not an IP address; write it as 10.10.0.1 or fd00::1\n"
       "4:63: bridge: 'a b' is no interface's name; use 1 to 15 of A-Z, a-z, 0-9, '.', '_' and '-', as bridge1\n"
       "4:78: uplink: '' is no interface's name; use 1 to 15 of A-Z, a-z, 0-9, '.', '_' and '-', as bridge1\n"},
      {"  machineDefaults: {cpus: 0, memory: 8GB, disk: 10}\n",
       "4:27: cpus: '0' is too small; write a number from 1 to 512\n"
       "4:38: memory: '8GB' has no known unit; write 8GiB\n"
       "4:49: disk: '10' has no unit; write it as 10GiB or 10MiB\n"},
      {"  machines: {name: a}\n", "4:13: machines: is a map, not a list; begin each entry with '- '\n"},
      {"  machines:\n    - {name: a}\n",
       "5:7: spec.machines[0] has no 'role'; add role: control-plane, or worker\n"
       "5:7: spec.machines[0] has no 'address'; add address: 10.10.0.11\n"},
      {"  machines:\n    - {name: controller.0, role: controller, address: 10.10.0.256}\n",
       "5:14: name: 'controller.0' has a dot; write the first part only\n"
       "5:34: role: 'controller' is not known; write control-plane or worker\n"
       "5:55: address: '10.10.0.256' is not an IP address; write it as 10.10.0.1 or fd00::1\n"},
      {"  machines:\n    - {name: a, role: control-plane, address: 10.10.0.11, weight: -1, memory: 1KiB, disk: lots}\n",
       "5:67: weight: '-1' is negative; write a number from 0 to 65535\n"
       "5:79: memory: '1KiB' is too small; write a size from 16MiB to 64TiB\n"
       "5:91: disk: 'lots' is not a size; write it as 8GiB or 512MiB\n"},
  };
  for (const Mistake& mistake : mistakes) {
    EXPECT_EQ(all_said(testing::file_with_spec(mistake.spec)), mistake.said) << mistake.spec;
  }
}

TEST(ReadCluster, ReportsEachMistakeOfTheLoadBalancer) {
  const Mistake mistakes[] = {
      {"    datapath: ipfw\n", "6:15: datapath: 'ipfw' is not known; write proxy\n"},
      {"    workers: 0\n", "6:14: workers: '0' is too small; write a number from 1 to 256, or auto\n"},
      {"    workers: 257\n", "6:14: workers: '257' is too large; write a number from 1 to 256, or auto\n"},
      {"    workers: all\n", "6:14: workers: 'all' is not a whole number; write one from 1 to 256, or auto\n"},
      {"    maxConnections: 0\n", "6:21: maxConnections: '0' is too small; write a number from 1 to 10000000\n"},
      {"    shutdownGrace: -1s\n",
       "6:20: shutdownGrace: '-1s' is negative; write a duration as 500ms, 2s, 5m or 1h30m\n"},
      {"    shutdownGrace: 25h\n", "6:20: shutdownGrace: '25h' is too long; write a duration from 0s to 24h\n"},
      {"    hardStopAfter: 169h\n", "6:20: hardStopAfter: '169h' is too long; write a duration from 0s to 168h\n"},
      {"    socket: lb.sock\n", "6:13: socket: 'lb.sock' is not an absolute path; begin it with /\n"},
      {"    admin: {}\n", "6:12: spec.loadBalancer.admin has no 'address'; add address: 127.0.0.1:9440\n"},
      {"    admin: {address: 127.0.0.1}\n",
       "6:22: address: '127.0.0.1' has no port; write address:port, as 10.10.0.1:6443 or [fd00::1]:6443\n"},
      {"    admin: {address: localhost:9440}\n",
       "6:22: address: 'localhost' is not an IP address; write it as 10.10.0.1 or fd00::1\n"},
      {"    admin: 127.0.0.1:9440\n", "6:12: admin: is one value, not a map; write 'key: value' pairs\n"},
      {"    adnim: {}\n", "6:5: unknown key 'adnim' (did you mean 'admin'?)\n"},
  };
  for (const Mistake& mistake : mistakes) EXPECT_EQ(all_said(lb_with(mistake.spec)), mistake.said) << mistake.spec;
}

TEST(ReadCluster, ReportsEachMistakeOfAListener) {
  const Mistake mistakes[] = {
      {"        policy: best\n",
       "10:17: policy: 'best' is not known; write weighted-random or round-robin or least-connections or maglev\n"},
      {"        policy: weighted-randm\n",
       "10:17: policy: 'weighted-randm' is not known (did you mean 'weighted-random'?)\n"},
      {"        retries: 11\n", "10:18: retries: '11' is too large; write a number from 0 to 10\n"},
      {"        timeouts: {connect: 0s, idle: 0ms, halfClose: 721h}\n",
       "10:29: connect: '0s' is too short; write a duration from 1ms to 1m\n"
       "10:39: idle: '0ms' is too short; write a duration from 1ms to 720h\n"
       "10:55: halfClose: '721h' is too long; write a duration from 1ms to 720h\n"},
      {"        timeouts: {conect: 1s}\n", "10:20: unknown key 'conect' (did you mean 'connect'?)\n"},
      {"        healthCheck: {type: ping, interval: 99ms, timeout: 0s, fall: 0, rise: 0}\n",
       "10:29: type: 'ping' is not known; write tcp or tls or http or https or none\n"
       "10:45: interval: '99ms' is too short; write a duration from 100ms to 1h\n"
       "10:60: timeout: '0s' is too short; write a duration from 1ms to 1m\n"
       "10:70: fall: '0' is too small; write a number from 1 to 100\n"
       "10:79: rise: '0' is too small; write a number from 1 to 100\n"},
      {"        healthCheck: tcp\n", "10:22: healthCheck: is one value, not a map; write 'key: value' pairs\n"},
      {"        retries: 1\n        retries: 2\n",
       "11:9: key 'retries' comes twice, first in line 10; remove one of them\n"},
  };
  for (const Mistake& mistake : mistakes)
    EXPECT_EQ(all_said(listener_with(mistake.spec)), mistake.said) << mistake.spec;
  EXPECT_EQ(all_said(listener_with("        timeouts: {idle: 60}\n")),
            fmt::format("10:26: idle: '60' is not a duration; {}", kDurationHint));
}

TEST(ReadCluster, ReportsEachMistakeOfABackend) {
  const std::string_view head =
      "    listeners:\n      - name: api\n        address: 10.10.0.1:6443\n        backends:\n";
  const Mistake mistakes[] = {
      {"          - {weight: 2}\n",
       "10:13: spec.loadBalancer.listeners[0].backends[0] has no 'address'; add address: 10.10.0.11:6443\n"},
      {"          - {address: 10.10.0.11}\n",
       "10:23: address: '10.10.0.11' has no port; write address:port, as 10.10.0.1:6443 or [fd00::1]:6443\n"},
      {"          - {address: 'fd00::1:6443'}\n",
       "10:23: address: 'fd00::1:6443' is ambiguous; put the IPv6 address in brackets, as [fd00::1]:6443\n"},
      {"          - {address: 10.10.0.11:70000}\n",
       "10:23: address: '10.10.0.11:70000' has no valid port; a port goes from 1 to 65535\n"},
      {"          - {address: 10.10.0.11:6443, weight: -2}\n",
       "10:48: weight: '-2' is negative; write a number from 0 to 65535\n"},
      {"          - 10.10.0.11:6443\n",
       "10:13: spec.loadBalancer.listeners[0].backends[0]: is one value, not a map; write 'key: value' pairs\n"},
  };
  for (const Mistake& mistake : mistakes) {
    EXPECT_EQ(all_said(lb_with(std::string(head) + std::string(mistake.spec))), mistake.said) << mistake.spec;
  }
}

TEST(ReadCluster, WantsAVipUnlessEveryListenerHasAnAddress) {
  const std::string pool = ", backends: [{address: 10.10.0.11:6443}]}\n";
  EXPECT_EQ(all_said(testing::file_with_spec("  loadBalancer: {}\n")),
            "4:17: spec.loadBalancer has no 'vip'; add vip: 10.10.0.1\n");
  EXPECT_EQ(all_said(testing::file_with_spec("  loadBalancer:\n    listeners:\n      - {name: a, address: 10.10.0.1:1" +
                                             pool)),
            "");
  EXPECT_EQ(all_said(testing::file_with_spec("  controlPlaneEndpoint: a:6443\n  loadBalancer:\n    listeners:\n"
                                             "      - {name: a, address: 10.10.0.1:1" +
                                             pool + "      - {name: b" + pool)),
            "6:5: spec.loadBalancer has no 'vip'; add vip: 10.10.0.1\n");
}

// The keys of every map, as the reader itself names them when it meets one that it does not know.
std::vector<std::string> every_key() {
  const std::string said = all_said(
      "apiVersion: keepstate/v1\nkind: Cluster\nqqqqqqqqq: 1\nmetadata: {name: a, qqqqqqqqq: 1}\nspec:\n"
      "  qqqqqqqqq: 1\n  networking: {qqqqqqqqq: 1}\n  nodeNetwork: {qqqqqqqqq: 1}\n  machineDefaults: {qqqqqqqqq: 1}\n"
      "  machines: [{qqqqqqqqq: 1}]\n  loadBalancer:\n    qqqqqqqqq: 1\n    admin: {qqqqqqqqq: 1}\n    listeners:\n"
      "      - {qqqqqqqqq: 1, backends: [{qqqqqqqqq: 1}], timeouts: {qqqqqqqqq: 1}, healthCheck: {qqqqqqqqq: 1},\n"
      "         sticky: {qqqqqqqqq: 1}}\n");
  constexpr std::string_view kBefore = "the keys here are ";
  std::vector<std::string> keys;
  for (std::size_t at = said.find(kBefore); at != std::string::npos; at = said.find(kBefore, at)) {
    at += kBefore.size();
    std::string list = said.substr(at, said.find('\n', at) - at) + ", ";
    for (std::size_t comma; (comma = list.find(", ")) != std::string::npos; list.erase(0, comma + 2)) {
      keys.push_back(list.substr(0, comma));
    }
  }
  return keys;
}

TEST(ReadCluster, EveryKeyIsInTheReference) {
  const auto reference = base::read_file(std::string(KEEPSTATE_SOURCE_DIR) + "/docs/cluster_yaml.md");
  ASSERT_TRUE(reference);
  const std::vector<std::string> keys = every_key();
  EXPECT_GE(keys.size(), 48U);
  for (const std::string& key : keys) {
    const bool is_there =
        reference->find("`" + key + "`") != std::string::npos || reference->find("." + key + "`") != std::string::npos;
    EXPECT_TRUE(is_there) << key << " is missing in docs/cluster_yaml.md";
  }
}

}  // namespace
}  // namespace cluster
