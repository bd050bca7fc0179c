#include "lib/cluster/scalar.h"

#include <gtest/gtest.h>

namespace cluster {
namespace {

using namespace std::chrono_literals;

template <class T>
std::string error_of(const base::Result<T>& result) {
  return result ? "no error" : result.error().message;
}

TEST(Scalar, TakesRfc1123LabelsOnly) {
  for (const char* text : {"controller-0", "a", "0", "9lives"}) EXPECT_EQ(parse_label(text), text);
  EXPECT_EQ(parse_label(std::string(63, 'a')), std::string(63, 'a'));
  const std::string hint = "; use 1 to 63 of a-z, 0-9 and '-', as controller-0";
  EXPECT_EQ(error_of(parse_label("")), "'' has an empty part" + hint);
  EXPECT_EQ(error_of(parse_label("Controller")), "'Controller' has capital letters" + hint);
  EXPECT_EQ(error_of(parse_label("-a")), "'-a' has a '-' at an end" + hint);
  EXPECT_EQ(error_of(parse_label("a-")), "'a-' has a '-' at an end" + hint);
  EXPECT_EQ(error_of(parse_label("a_b")), "'a_b' has characters that names cannot have" + hint);
  EXPECT_EQ(error_of(parse_label("$(x)")), "'$(x)' has characters that names cannot have" + hint);
  EXPECT_EQ(error_of(parse_label("a.b")), "'a.b' has a dot; write the first part only");
  EXPECT_EQ(error_of(parse_label(std::string(64, 'a'))),
            "'" + std::string(64, 'a') + "' has a part of more than 63 characters" + hint);
}

TEST(Scalar, TakesRfc1123DomainsOnly) {
  for (const char* text : {"something.home.arpa", "lan", "10.in-addr.arpa"}) EXPECT_EQ(parse_domain(text), text);
  const std::string hint = "; write parts of a-z, 0-9 and '-' with dots between, as cluster.home.arpa";
  EXPECT_EQ(error_of(parse_domain("a..b")), "'a..b' has an empty part" + hint);
  EXPECT_EQ(error_of(parse_domain(".a")), "'.a' has an empty part" + hint);
  EXPECT_EQ(error_of(parse_domain("home.arpa.")), "'home.arpa.' ends with a dot" + hint);
  EXPECT_EQ(error_of(parse_domain("Home.arpa")), "'Home.arpa' has capital letters" + hint);
  EXPECT_EQ(error_of(parse_domain("a b")), "'a b' has characters that names cannot have" + hint);
  std::string longest = "a";
  while (longest.size() < 253) longest += ".a";
  EXPECT_EQ(parse_domain(longest), longest);
  EXPECT_FALSE(parse_domain(longest + "a.a"));
}

TEST(Scalar, TakesNamesOfInterfaces) {
  for (const char* text : {"em0", "bridge1", "br-lan", "eth0.100", "vtnet0", "abcdefghijklmno"}) {
    EXPECT_EQ(parse_interface(text), text);
  }
  for (const char* text : {"", "a b", "br/0", "-x", "..", "abcdefghijklmnop", "em0;reboot"}) {
    EXPECT_EQ(
        error_of(parse_interface(text)),
        fmt::format("'{}' is no interface's name; use 1 to 15 of A-Z, a-z, 0-9, '.', '_' and '-', as bridge1", text));
  }
}

TEST(Scalar, TakesSocketPathsThatTheSystemTakes) {
  EXPECT_EQ(parse_socket_path("/run/keepstate/lb.sock"), "/run/keepstate/lb.sock");
  EXPECT_EQ(error_of(parse_socket_path("lb.sock")), "'lb.sock' is not an absolute path; begin it with /");
  EXPECT_TRUE(parse_socket_path("/" + std::string(102, 'x')));
  EXPECT_FALSE(parse_socket_path("/" + std::string(103, 'x')));
}

TEST(Scalar, TakesAddressesThatAMachineCanHave) {
  EXPECT_EQ(parse_unicast("10.10.0.1")->to_string(), "10.10.0.1");
  EXPECT_EQ(parse_unicast("fd00::1")->to_string(), "fd00::1");
  for (const char* text : {"0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "ff02::1"}) {
    EXPECT_EQ(error_of(parse_unicast(text)),
              fmt::format("'{}' is no machine's address; write one as 10.10.0.1 or fd00::1", text));
  }
  EXPECT_EQ(error_of(parse_unicast("10.10.0.1:6443")),
            "'10.10.0.1:6443' is not an IP address; write it as 10.10.0.1 or fd00::1");
}

TEST(Scalar, TakesNetworksSmallerThanEverything) {
  EXPECT_EQ(parse_network("10.10.0.0/24")->to_string(), "10.10.0.0/24");
  EXPECT_EQ(error_of(parse_network("0.0.0.0/0")),
            "'0.0.0.0/0' is every address there is; write a smaller network, as 10.10.0.0/24");
}

TEST(Scalar, TakesAddressesWithPorts) {
  EXPECT_EQ(parse_listen_address("0.0.0.0:6443")->to_string(), "0.0.0.0:6443");
  EXPECT_EQ(parse_peer_address("[fd00::1]:6443")->to_string(), "[fd00::1]:6443");
  EXPECT_EQ(error_of(parse_listen_address("10.10.0.1:0")),
            "'10.10.0.1:0' has no valid port; a port goes from 1 to 65535");
  EXPECT_EQ(error_of(parse_listen_address("10.10.0.1:65536")),
            "'10.10.0.1:65536' has no valid port; a port goes from 1 to 65535");
  EXPECT_EQ(error_of(parse_peer_address("0.0.0.0:6443")),
            "'0.0.0.0:6443' is no machine's address; write one as 10.10.0.11:6443 or [fd00::11]:6443");
}

TEST(Scalar, TakesNamesWithPorts) {
  EXPECT_EQ(parse_host_port("kubernetes.home.arpa:6443")->host, "kubernetes.home.arpa");
  EXPECT_EQ(parse_host_port("10.10.0.1:6443")->host, "10.10.0.1");
  EXPECT_EQ(parse_host_port("[fd00::1]:6443")->host, "fd00::1");
  EXPECT_FALSE(parse_host_port("10.10.0.256:6443"));
  EXPECT_FALSE(parse_host_port("[fd00::x]:6443"));
  EXPECT_FALSE(parse_host_port("0.0.0.0:6443"));
  EXPECT_FALSE(parse_host_port("kuber netes:6443"));
  EXPECT_FALSE(parse_host_port("kubernetes"));
}

TEST(Scalar, TakesNumbersInTheirRange) {
  constexpr NumberBetween kOneToTen{1, 10};
  EXPECT_EQ(kOneToTen("1"), 1U);
  EXPECT_EQ(kOneToTen("10"), 10U);
  EXPECT_EQ(error_of(kOneToTen("0")), "'0' is too small; write a number from 1 to 10");
  EXPECT_EQ(error_of(kOneToTen("11")), "'11' is too large; write a number from 1 to 10");
  EXPECT_EQ(error_of(kOneToTen("-1")), "'-1' is negative; write a number from 1 to 10");
  EXPECT_EQ(error_of(kOneToTen("99999999999999999999")),
            "'99999999999999999999' is too large; write a number from 1 to 10");
  for (const char* text : {"", "two", "1.5", "0x5", "1 ", "+1", "-", "1e1"}) {
    EXPECT_EQ(error_of(kOneToTen(text)), fmt::format("'{}' is not a whole number; write one from 1 to 10", text));
  }
}

TEST(Scalar, TakesDurationsAndSizesInTheirRange) {
  constexpr DurationBetween kInterval{100ms, 1h};
  EXPECT_EQ(kInterval("100ms"), 100ms);
  EXPECT_EQ(kInterval("1h"), 1h);
  EXPECT_EQ(error_of(kInterval("99ms")), "'99ms' is too short; write a duration from 100ms to 1h");
  EXPECT_EQ(error_of(kInterval("61m")), "'61m' is too long; write a duration from 100ms to 1h");
  constexpr SizeBetween kMemory{16ULL << 20, 1ULL << 40};
  EXPECT_EQ(kMemory("8GiB"), 8ULL << 30);
  EXPECT_EQ(error_of(kMemory("8MiB")), "'8MiB' is too small; write a size from 16MiB to 1TiB");
  EXPECT_EQ(error_of(kMemory("2TiB")), "'2TiB' is too large; write a size from 16MiB to 1TiB");
}

TEST(Scalar, TakesOneWordOfAChoice) {
  constexpr OneOf<int, 2> kRoles{{{{"control-plane", 1}, {"worker", 2}}}};
  EXPECT_EQ(kRoles("worker"), 2);
  EXPECT_EQ(error_of(kRoles("wroker")), "'wroker' is not known (did you mean 'worker'?)");
  EXPECT_EQ(error_of(kRoles("etcd")), "'etcd' is not known; write control-plane or worker");
}

}  // namespace
}  // namespace cluster
