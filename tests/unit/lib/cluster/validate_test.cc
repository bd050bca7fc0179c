#include "lib/cluster/validate.h"

#include <gtest/gtest.h>

#include "tests/unit/lib/cluster/mistakes.h"

namespace cluster {
namespace {

using testing::all_said;
using testing::file_with_spec;
using testing::Mistake;

void expect_each(std::initializer_list<Mistake> mistakes, std::string_view head = "") {
  for (const Mistake& mistake : mistakes) {
    EXPECT_EQ(all_said(file_with_spec(std::string(head) + std::string(mistake.spec))), mistake.said) << mistake.spec;
  }
}

TEST(Validate, WarnsOfLocalDomains) {
  expect_each(
      {{"  domain: something.local\n",
        "4:11: warning: domain: 'something.local' belongs to multicast DNS (RFC 6762), so some machines will not ask "
        "a DNS server for it; a name under home.arpa is safe (RFC 8375)\n"},
       {"  domain: local\n",
        "4:11: warning: domain: 'local' belongs to multicast DNS (RFC 6762), so some machines will not ask a DNS "
        "server for it; a name under home.arpa is safe (RFC 8375)\n"},
       {"  domain: local.home.arpa\n", ""},
       {"  domain: notlocal\n", ""}});
}

TEST(Validate, RefusesNetworksThatOverlap) {
  expect_each({
      {"  networking: {podSubnet: 10.0.0.0/8, serviceSubnet: 10.32.0.0/24}\n",
       "4:54: serviceSubnet: 10.32.0.0/24 overlaps podSubnet 10.0.0.0/8 of line 4; choose networks that share no "
       "address\n"},
      {"  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.10.0.0/24}\n  nodeNetwork: {cidr: 10.10.0.0/16}\n",
       "5:23: cidr: 10.10.0.0/16 overlaps serviceSubnet 10.10.0.0/24 of line 4; choose networks that share no "
       "address\n"},
      {"  nodeNetwork: {cidr: 10.100.3.0/24}\n  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}\n",
       "5:27: podSubnet: 10.100.0.0/16 overlaps cidr 10.100.3.0/24 of line 4; choose networks that share no address\n"},
      {"  networking: {podSubnet: 'fd00:1::/48', serviceSubnet: 10.32.0.0/24}\n  nodeNetwork: {cidr: 'fd00:2::/48'}\n",
       ""},
  });
}

TEST(Validate, RefusesAGatewayOutsideItsNetwork) {
  expect_each({
      {"  nodeNetwork: {cidr: 10.10.0.0/24, gateway: 10.11.0.254}\n",
       "4:46: gateway: 10.11.0.254 lies outside nodeNetwork.cidr 10.10.0.0/24; choose an address inside\n"},
      {"  nodeNetwork: {cidr: 10.10.0.0/24, gateway: 10.10.0.255}\n",
       "4:46: gateway: 10.10.0.255 is the broadcast address of nodeNetwork.cidr 10.10.0.0/24; choose another\n"},
      {"  nodeNetwork: {cidr: 10.10.0.0/24, gateway: 10.10.0.0}\n",
       "4:46: gateway: 10.10.0.0 is the network address of nodeNetwork.cidr 10.10.0.0/24; choose another\n"},
      {"  nodeNetwork: {cidr: 10.10.0.0/31, gateway: 10.10.0.0}\n", ""},
      {"  nodeNetwork: {cidr: 'fd00::/64', gateway: 'fd00::'}\n", ""},
  });
}

TEST(Validate, RefusesMachinesThatShareNamesOrAddresses) {
  expect_each(
      {{"  machines:\n"
        "    - {name: a, role: worker, address: 10.10.0.11}\n"
        "    - {name: b, role: worker, address: 10.10.0.12}\n"
        "    - {name: a, role: worker, address: 10.10.0.12}\n"
        "    - {name: d, role: worker, address: 10.10.0.11}\n",
        "7:14: name: 'a' is taken in line 5 already; choose another\n"
        "7:40: address: '10.10.0.12' is taken in line 6 already; choose another\n"
        "8:40: address: '10.10.0.11' is taken in line 5 already; choose another\n"}});
}

TEST(Validate, RefusesMachinesOutsideTheirNetwork) {
  expect_each(
      {{"  nodeNetwork: {cidr: 10.10.0.0/24, gateway: 10.10.0.254}\n  machines:\n"
        "    - {name: a, role: worker, address: 10.11.0.11}\n"
        "    - {name: b, role: worker, address: 'fd00::1'}\n"
        "    - {name: c, role: worker, address: 10.10.0.255}\n"
        "    - {name: d, role: worker, address: 10.10.0.254}\n",
        "6:40: address: 10.11.0.11 lies outside nodeNetwork.cidr 10.10.0.0/24; choose an address inside\n"
        "7:40: address: fd00::1 lies outside nodeNetwork.cidr 10.10.0.0/24; choose an address inside\n"
        "8:40: address: 10.10.0.255 is the broadcast address of nodeNetwork.cidr 10.10.0.0/24; choose another\n"
        "9:40: address: 10.10.0.254 is the gateway of line 4; choose another\n"},
       {"  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}\n  machines:\n"
        "    - {name: a, role: worker, address: 10.100.0.11}\n",
        "6:40: address: 10.100.0.11 lies inside podSubnet 10.100.0.0/16, whose addresses Kubernetes gives out; choose "
        "one outside\n"}});
}

TEST(Validate, RefusesPodCidrsThatOverlapOrLieOutside) {
  const std::string_view networking = "  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}\n";
  expect_each(
      {{"  machines:\n"
        "    - {name: a, role: worker, address: 10.10.0.11, podCIDR: 10.100.0.0/24}\n"
        "    - {name: b, role: worker, address: 10.10.0.12, podCIDR: 10.100.0.128/25}\n"
        "    - {name: c, role: worker, address: 10.10.0.13, podCIDR: 10.101.0.0/24}\n"
        "    - {name: d, role: worker, address: 10.10.0.14, podCIDR: 10.100.0.0/23}\n"
        "    - {name: e, role: worker, address: 10.10.0.15, podCIDR: 10.100.2.0/24}\n"
        "    - {name: f, role: worker, address: 10.10.0.16, podCIDR: 10.0.0.0/8}\n",
        "7:61: podCIDR: 10.100.0.128/25 overlaps 10.100.0.0/24 of machine 'a'; give each machine its own part of "
        "podSubnet\n"
        "8:61: podCIDR: 10.101.0.0/24 lies outside podSubnet 10.100.0.0/16; choose a part of it\n"
        "9:61: podCIDR: 10.100.0.0/23 overlaps 10.100.0.0/24 of machine 'a'; give each machine its own part of "
        "podSubnet\n"
        "11:61: podCIDR: 10.0.0.0/8 lies outside podSubnet 10.100.0.0/16; choose a part of it\n"
        "11:61: podCIDR: 10.0.0.0/8 overlaps 10.100.0.0/24 of machine 'a'; give each machine its own part of "
        "podSubnet\n"}},
      networking);
  expect_each(
      {{"  nodeNetwork: {cidr: 10.10.0.0/24}\n  machines:\n"
        "    - {name: a, role: worker, address: 10.10.0.11, podCIDR: 10.10.0.128/25}\n",
        "6:61: podCIDR: 10.10.0.128/25 overlaps nodeNetwork.cidr 10.10.0.0/24; choose networks that share no "
        "address\n"}});
}

TEST(Validate, WarnsOfWeightsThatCountForNothing) {
  expect_each({{"  machines:\n    - {name: a, role: worker, address: 10.10.0.11, weight: 2}\n",
                "5:60: warning: weight: a worker serves no API, so its weight counts for nothing; remove it\n"}});
}

TEST(Validate, RefusesAVipThatIsNotItsOwn) {
  expect_each(
      {{"  loadBalancer: {vip: 10.100.7.7}\n",
        "8:23: vip: 10.100.7.7 lies inside podSubnet 10.100.0.0/16, whose addresses Kubernetes gives out; choose one "
        "outside\n"},
       {"  loadBalancer: {vip: 10.32.0.1}\n",
        "8:23: vip: 10.32.0.1 lies inside serviceSubnet 10.32.0.0/24, whose addresses Kubernetes gives out; choose one "
        "outside\n"},
       {"  loadBalancer: {vip: 10.10.0.254}\n",
        "8:23: vip: 10.10.0.254 is the gateway of line 5; the VIP must be an address that nothing else has\n"},
       {"  loadBalancer: {vip: 10.10.0.11}\n",
        "8:23: vip: 10.10.0.11 is the address of machine 'a'; the VIP must be an address that nothing else has\n"},
       {"  loadBalancer: {vip: 10.10.0.255}\n",
        "8:23: vip: 10.10.0.255 is the broadcast address of nodeNetwork.cidr 10.10.0.0/24; choose another\n"},
       {"  loadBalancer: {vip: 192.168.1.1}\n", ""},
       {"  loadBalancer: {vip: 10.10.0.1}\n", ""}},
      "  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}\n"
      "  nodeNetwork: {cidr: 10.10.0.0/24, gateway: 10.10.0.254}\n"
      "  machines:\n    - {name: a, role: worker, address: 10.10.0.11}\n");
}

TEST(Validate, DoesNotJudgeWhatCouldNotBeRead) {
  expect_each(
      {{"  nodeNetwork: {cidr: 10.10.0.0/24}\n  machines:\n"
        "    - {name: a, role: worker, address: ten}\n    - {name: a/b, role: worker, address: ten}\n",
        "6:40: address: 'ten' is not an IP address; write it as 10.10.0.1 or fd00::1\n"
        "7:14: name: 'a/b' has characters that names cannot have; use 1 to 63 of a-z, 0-9 and '-', as controller-0\n"
        "7:42: address: 'ten' is not an IP address; write it as 10.10.0.1 or fd00::1\n"},
       {"  nodeNetwork: {cidr: x}\n  machines:\n    - {name: a, role: worker, address: 1.2.3.4}\n",
        "4:23: cidr: 'x' is not a network; write an address and a prefix length, as 10.10.0.0/24\n"}});
}

}  // namespace
}  // namespace cluster
