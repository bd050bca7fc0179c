#include "provisioner/network/host_commands.h"

#include <gmock/gmock.h>

#include "provisioner/step/shell_text.h"
#include "tests/unit/provisioner/network/sample_network.h"

namespace provisioner::network {
namespace {

using step::System;

// All that a system is told for the example's first route and addresses, a line a command.
std::string all_commands(System system, bool v6) {
  const HostCommands& commands = commands_of(system);
  const HostAddress address{base::IpAddress::parse(v6 ? "fd00::fe" : "10.10.0.254").value(), v6 ? 64U : 24U};
  const HostRoute route{base::IpNetwork::parse(v6 ? "fd00:1::/64" : "10.100.0.0/24").value(),
                        base::IpAddress::parse(v6 ? "fd00::21" : "10.10.0.21").value()};
  std::string text;
  for (const Commands& some :
       {commands.make_bridge("bridge1", "keepstate:x"), commands.raise_bridge("bridge1"),
        commands.add_address("bridge1", address), commands.remove_address("bridge1", address),
        commands.set_route("bridge1", route), commands.remove_route("bridge1", route),
        commands.set_setting(v6 ? commands.forwards6 : commands.forwards4, "1"),
        commands.list_rules(named_rules("keepstate_nat_x")), commands.remove_bridge("bridge1")}) {
    for (const step::Command& command : some) text += step::shell_text(command) + "\n";
  }
  return text;
}

TEST(HostCommands, OfLinux) {
  EXPECT_EQ(all_commands(System::kLinux, false),
            "ip link add name bridge1 type bridge\n"
            "ip link set dev bridge1 alias keepstate:x\n"
            "ip link set dev bridge1 up\n"
            "ip address replace 10.10.0.254/24 dev bridge1\n"
            "ip address delete 10.10.0.254/24 dev bridge1\n"
            "ip -4 route replace 10.100.0.0/24 via 10.10.0.21 dev bridge1 protocol 107\n"
            "ip -4 route delete 10.100.0.0/24 via 10.10.0.21 dev bridge1\n"
            "sysctl -q -w net.ipv4.ip_forward=1\n"
            "nft -s list table inet keepstate_nat_x\n"
            "ip link delete dev bridge1\n");
  EXPECT_THAT(all_commands(System::kLinux, true),
              ::testing::HasSubstr("ip -6 route replace fd00:1::/64 via fd00::21 dev bridge1 protocol 107\n"));
}

TEST(HostCommands, OfFreebsd) {
  EXPECT_EQ(all_commands(System::kFreebsd, false),
            "ifconfig bridge create name bridge1\n"
            "ifconfig bridge1 description keepstate:x\n"
            "ifconfig bridge1 up\n"
            "ifconfig bridge1 inet 10.10.0.254/24 alias\n"
            "ifconfig bridge1 inet 10.10.0.254 -alias\n"
            "sh -c 'route -q -inet change -net 10.100.0.0/24 10.10.0.21 >/dev/null 2>&1 || route -q -inet add -net "
            "10.100.0.0/24 10.10.0.21'\n"
            "route -q -inet delete -net 10.100.0.0/24 10.10.0.21\n"
            "sysctl net.inet.ip.forwarding=1\n"
            "ipfw set 31 list\n"
            "ifconfig bridge1 destroy\n");
  EXPECT_THAT(all_commands(System::kFreebsd, true), ::testing::HasSubstr("ifconfig bridge1 inet6 fd00::fe/64 alias\n"));
}

}  // namespace
}  // namespace provisioner::network
