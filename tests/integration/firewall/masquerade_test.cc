// A machine behind a host, and the world in front of it, in networks of the test's own: the world sees the host alone.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>

#include "lib/base/file_system.h"
#include "lib/base/subprocess.h"
#include "lib/firewall/dialect.h"
#include "tests/support/network_namespace.h"
#include "tests/support/seen_as.h"
#include "tests/support/tcp.h"
#include "tests/support/temporary_folder.h"

namespace firewall {
namespace {

using tests::support::NetworkNamespace;
using tests::support::run_tool;
using tests::support::Visit;

// The calling thread is the host.
void connect_networks(const NetworkNamespace& machine, const NetworkNamespace& world) {
  const std::string to_machine = machine.path();
  const std::string to_world = world.path();
  run_tool({"ip", "link", "add", "br0", "type", "veth", "peer", "name", "eth0", "netns", to_machine.c_str()});
  run_tool({"ip", "link", "add", "up0", "type", "veth", "peer", "name", "eth0", "netns", to_world.c_str()});
  run_tool({"ip", "address", "add", "10.10.0.1/24", "dev", "br0"});
  run_tool({"ip", "address", "add", "192.0.2.1/24", "dev", "up0"});
  run_tool({"ip", "link", "set", "br0", "up"});
  run_tool({"ip", "link", "set", "up0", "up"});
  run_tool({"sysctl", "-q", "-w", "net.ipv4.ip_forward=1"});
  {
    const Visit there(machine);
    run_tool({"ip", "address", "add", "10.10.0.2/24", "dev", "eth0"});
    run_tool({"ip", "link", "set", "eth0", "up"});
    run_tool({"ip", "route", "add", "default", "via", "10.10.0.1"});
  }
  const Visit there(world);
  run_tool({"ip", "address", "add", "192.0.2.2/24", "dev", "eth0"});
  run_tool({"ip", "link", "set", "eth0", "up"});
}

void run_all(const std::vector<Command>& commands) {
  for (const Command& command : commands) {
    const auto done = base::run_captured(command.argv);
    ASSERT_TRUE(done) << done.error().message;
    const bool may_fail = command.on_failure == OnFailure::kGoOn;
    ASSERT_TRUE(done->status.ok() || may_fail) << to_text({command}) << done->err;
  }
}

// The world knows no way to the machine, so it could not even answer it.
void expect_the_host_is_seen(const std::string& dialect_name) {
  if (!tests::support::may_have_own_network()) GTEST_SKIP() << tests::support::kNeedsOwnNetwork;
  tests::support::in_own_network([&] {
    const NetworkNamespace machine = NetworkNamespace::make();
    const NetworkNamespace world = NetworkNamespace::make();
    connect_networks(machine, world);
    const Ruleset ruleset{.name = "keepstate_nat",
                          .masquerades = {{.name = "machines",
                                           .sources = {base::IpNetwork::parse("10.10.0.0/24").value()},
                                           .uplink = "up0",
                                           .except = {base::IpNetwork::parse("10.10.0.0/24").value()}}}};
    const tests::support::TemporaryFolder folder;
    const std::string file = folder.path() / "rules";
    ASSERT_TRUE(base::write_file(file, render(ruleset, dialect_name).value(), 0600));
    run_all(find_dialect(dialect_name)->apply_argv(ruleset, file));

    EXPECT_EQ(tests::support::seen_as(machine, world, "192.0.2.2"), "192.0.2.1");
  });
}

TEST(Masquerade, HidesAMachineByNftables) {
  expect_the_host_is_seen("nftables");
}

TEST(Masquerade, HidesAMachineByIptables) {
  expect_the_host_is_seen("iptables");
}

}  // namespace
}  // namespace firewall
