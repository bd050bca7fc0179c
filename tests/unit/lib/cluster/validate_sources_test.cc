#include "lib/cluster/validate_sources.h"

#include <gtest/gtest.h>

#include "tests/unit/lib/cluster/mistakes.h"

namespace cluster {
namespace {

// What is said of a file with one listener that has these keys, all in line 7; the first of them is at column 9.
std::string said_of_keys(std::string_view keys, std::string_view backends = "[{address: 10.10.0.11:6443}]",
                         std::string_view address = "10.10.0.1:6443") {
  return testing::all_said(testing::file_with_spec(
      fmt::format("  loadBalancer:\n    maxConnections: 1000\n    listeners:\n      - {{{}, name: api, address: '{}', "
                  "backends: {}}}\n",
                  keys, address, backends)));
}

TEST(ValidateSources, TakesWhatMakesSense) {
  for (const char* keys : {"allow: [10.0.0.0/8, 192.0.2.7, fd00::/8]", "deny: [10.10.7.0/24, 'fd00::1']",
                           "allow: [10.0.0.0/8], deny: [10.1.0.0/16, 10.2.0.0/16]", "deny: []",
                           "allow: ['::ffff:10.0.0.0/104']", "maxConnections: 1000, maxConnectionsPerSource: 1000"}) {
    EXPECT_EQ(said_of_keys(keys), "") << keys;
  }
}

TEST(ValidateSources, RefusesListsThatLeaveNobody) {
  constexpr std::string_view kNobody = "deny: takes in all who are allowed, so nobody could connect; deny less\n";
  EXPECT_EQ(said_of_keys("allow: []"),
            "7:17: allow: the list is empty; add a network, or remove the key to allow everybody\n");
  EXPECT_EQ(said_of_keys("deny: [0.0.0.0/0]"), fmt::format("7:16: {}", kNobody));
  EXPECT_EQ(said_of_keys("allow: [10.1.0.0/16, 10.2.0.0/16, fd00::/8], deny: [10.0.0.0/8]"),
            fmt::format("7:61: {}", kNobody));
  EXPECT_EQ(said_of_keys("deny: ['::ffff:0.0.0.0/96']"), fmt::format("7:16: {}", kNobody));
  EXPECT_EQ(said_of_keys("allow: [fd00::/8]"),
            "7:17: allow: has no IPv4 network, but the listener's address is 10.10.0.1:6443, so nobody could connect; "
            "add one\n");
  EXPECT_EQ(said_of_keys("allow: [10.0.0.0/8]", "[{address: 10.10.0.11:6443}]", "[fd00::1]:6443"),
            "7:17: allow: has no IPv6 network, but the listener's address is [fd00::1]:6443, so nobody could connect; "
            "add one\n");
}

TEST(ValidateSources, JudgesNoListThatCouldNotBeReadWhole) {
  EXPECT_EQ(said_of_keys("allow: [fd00::/8, 10.0.0.0], deny: [10.0.0.0/33]"),
            "7:46: deny[0]: '10.0.0.0/33' has no valid prefix length; it goes from 0 to 32\n");
  EXPECT_EQ(said_of_keys("allow: [fd00::/8, ten]"),
            "7:28: allow[1]: 'ten' is not an IP address; write it as 10.10.0.1 or fd00::1; a network is written as "
            "10.10.0.0/24\n");
}

TEST(ValidateSources, WarnsOfNetworksThatAddNothing) {
  EXPECT_EQ(said_of_keys("deny: [10.10.7.0/24, 10.10.0.0/16]"),
            "7:17: warning: deny[0]: 10.10.7.0/24 is a part of 10.10.0.0/16, which is there too; remove one of them\n");
  EXPECT_EQ(said_of_keys("allow: [10.10.7.1, 10.10.7.1]"),
            "7:29: warning: allow[1]: 10.10.7.1/32 is a part of 10.10.7.1/32, which is there too; remove one of "
            "them\n");
}

TEST(ValidateSources, WarnsOfLimitsThatAreNeverReached) {
  EXPECT_EQ(said_of_keys("maxConnections: 1001"),
            "7:26: warning: maxConnections: 1001 has no effect, as spec.loadBalancer.maxConnections is 1000; lower the "
            "one or raise the other\n");
  EXPECT_EQ(said_of_keys("maxConnections: 10, maxConnectionsPerSource: 11"),
            "7:55: warning: maxConnectionsPerSource: 11 has no effect, as the listener's maxConnections is 10; lower "
            "the one or raise the other\n");
}

TEST(ValidateSources, WarnsWhenBackendsTakeLessThanTheirListener) {
  EXPECT_EQ(said_of_keys("maxConnections: 10",
                         "[{address: 10.10.0.11:1, maxConnections: 4}, {address: 10.10.0.12:1, maxConnections: 5}]"),
            "7:26: warning: maxConnections: 10 is more than the 9 that the backends take together, so the sessions "
            "beyond are refused; with 9 they would wait\n");
  EXPECT_EQ(said_of_keys("maxConnections: 10",
                         "[{address: 10.10.0.11:1, maxConnections: 4}, {address: 10.10.0.12:1, maxConnections: 6}]"),
            "");
  EXPECT_EQ(said_of_keys("maxConnections: 10",
                         "[{address: 10.10.0.11:1, maxConnections: 4}, {address: 10.10.0.12:1, weight: 2}]"),
            "");
}

}  // namespace
}  // namespace cluster
