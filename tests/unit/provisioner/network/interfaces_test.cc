#include "provisioner/network/interfaces.h"

#include <gmock/gmock.h>

namespace provisioner::network {
namespace {

using ::testing::IsEmpty;

// iproute2 6.1, shortened to what is read.
constexpr std::string_view kIpAddresses = R"([
 {"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"addr_info":[
  {"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host"}]},
 {},
 {"ifindex":7,"ifname":"bridge1","flags":["NO-CARRIER","BROADCAST","MULTICAST","UP"],"ifalias":"keepstate:hard-way",
  "linkinfo":{"info_kind":"bridge","info_data":{}},"addr_info":[
  {"family":"inet","local":"10.10.0.254","prefixlen":24},{"family":"inet6","local":"fe80::1","prefixlen":64}]}])";

// FreeBSD 14.0.
constexpr std::string_view kIfconfig =
    "em0: flags=1008843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST,LOWER_UP> metric 0 mtu 1500\n"
    "\tether 08:00:27:aa:bb:cc\n"
    "\tinet 192.0.2.7 netmask 0xffffff00 broadcast 192.0.2.255\n"
    "bridge1: flags=8802<BROADCAST,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
    "\tdescription: keepstate:hard-way\n"
    "\tether 58:9c:fc:10:ff:d1\n"
    "\tinet 10.10.0.1 netmask 0xffffffff broadcast 10.10.0.1\n"
    "\tinet6 fe80::1%bridge1 prefixlen 64 scopeid 0x5\n"
    "\tid 00:00:00:00:00:00 priority 32768 hellotime 2 fwddelay 15\n"
    "\tgroups: bridge\n";

base::IpAddress ip(const char* text) {
  return base::IpAddress::parse(text).value();
}

HostRoute route(const char* to, const char* via) {
  return {base::IpNetwork::parse(to).value(), ip(via)};
}

TEST(Interfaces, OfLinux) {
  const auto interfaces = parse_ip_addresses(kIpAddresses).value();
  ASSERT_EQ(interfaces.size(), 2U);
  EXPECT_EQ(interfaces[0], (Interface{"lo", "", false, true, {{ip("127.0.0.1"), 8}}}));
  EXPECT_EQ(interfaces[1],
            (Interface{"bridge1", "keepstate:hard-way", true, true, {{ip("10.10.0.254"), 24}, {ip("fe80::1"), 64}}}));
}

TEST(Interfaces, OfFreebsd) {
  const auto interfaces = parse_ifconfig(kIfconfig);
  ASSERT_EQ(interfaces.size(), 2U);
  EXPECT_EQ(interfaces[0], (Interface{"em0", "", false, true, {{ip("192.0.2.7"), 24}}}));
  EXPECT_EQ(interfaces[1],
            (Interface{"bridge1", "keepstate:hard-way", true, false, {{ip("10.10.0.1"), 32}, {ip("fe80::1"), 64}}}));
}

TEST(Interfaces, RefusesWhatIsNoAnswer) {
  EXPECT_FALSE(parse_ip_addresses("Cannot find device"));
  EXPECT_FALSE(parse_ip_routes("{}"));
  EXPECT_THAT(parse_ip_addresses("").value(), IsEmpty());
  EXPECT_THAT(parse_ifconfig(""), IsEmpty());
}

TEST(Routes, OfLinux) {
  const auto routes = parse_ip_routes(R"([
   {"dst":"default","gateway":"192.0.2.1","dev":"em0","flags":[]},
   {"dst":"10.10.0.0/24","dev":"bridge1","protocol":"kernel","scope":"link"},
   {"dst":"10.100.0.0/24","gateway":"10.10.0.21","dev":"bridge1","protocol":"107","flags":["linkdown"]},
   {"dst":"10.100.9.9","gateway":"10.10.0.22","dev":"bridge1","flags":[]}])")
                          .value();
  ASSERT_EQ(routes.size(), 2U);
  EXPECT_EQ(routes[0], (KernelRoute{route("10.100.0.0/24", "10.10.0.21"), "bridge1", true}));
  EXPECT_EQ(routes[1], (KernelRoute{route("10.100.9.9/32", "10.10.0.22"), "bridge1", false}));
}

TEST(Routes, OfFreebsd) {
  const auto routes = parse_netstat(
      "Routing tables\n\nInternet:\n"
      "Destination        Gateway            Flags         Netif Expire\n"
      "default            192.0.2.1          UGS             em0\n"
      "10.10.0.0/24       link#5             U           bridge1\n"
      "10.100.0.0/24      10.10.0.21         UGS         bridge1\n");
  ASSERT_EQ(routes.size(), 1U);
  EXPECT_EQ(routes[0], (KernelRoute{route("10.100.0.0/24", "10.10.0.21"), "bridge1", false}));
}

}  // namespace
}  // namespace provisioner::network
