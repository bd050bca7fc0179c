#include "lb/net/address_claim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/network_namespace.h"

namespace lb::net {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using tests::support::run_tool;
using ClaimKind = AddressClaim::Kind;

base::IpAddress ip(std::string_view text) {
  return *base::IpAddress::parse(text);
}

// Two hosts on one Ethernet: this one at 10.9.0.1, the other at 10.9.0.2.
class TwoHosts {
 public:
  TwoHosts() : other_(tests::support::NetworkNamespace::make()) {
    run_tool({"ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", other_.path().c_str()});
    run_tool({"ip", "addr", "add", "10.9.0.1/24", "dev", "near"});
    run_tool({"ip", "link", "set", "near", "up"});
    give_other("10.9.0.2/24");
    const tests::support::Visit there(other_);
    run_tool({"ip", "link", "set", "far", "up"});
  }
  void give_other(const char* address) {
    const tests::support::Visit there(other_);
    run_tool({"ip", "addr", "add", address, "dev", "far"});
  }

 private:
  tests::support::NetworkNamespace other_;
};

TEST(AddressClaim, FindsTheOtherHostThatHasItToo) {
  if (!tests::support::may_have_own_network()) GTEST_SKIP() << "needs Linux and root for a network of its own";
  tests::support::in_own_network([] {
    TwoHosts hosts;
    const AddressClaim there = who_else_has(ip("10.9.0.2"), 3s);
    EXPECT_EQ(there.kind, ClaimKind::kSomebody);
    EXPECT_THAT(there.text, EndsWith(" on near"));
    hosts.give_other("10.9.0.1/24");  // now both have it
    EXPECT_EQ(who_else_has(ip("10.9.0.1"), 3s).kind, ClaimKind::kSomebody);
  });
}

TEST(AddressClaim, TakesItsOwnAnswerForNobodys) {
  if (!tests::support::may_have_own_network()) GTEST_SKIP() << "needs Linux and root for a network of its own";
  tests::support::in_own_network([] {
    const TwoHosts hosts;
    EXPECT_EQ(who_else_has(ip("10.9.0.1"), 300ms).kind, ClaimKind::kNobody);
    EXPECT_EQ(who_else_has(ip("10.9.0.77"), 300ms).kind, ClaimKind::kNobody);
  });
}

TEST(AddressClaim, SaysWhyItCannotKnow) {
  const AddressClaim claim = who_else_has(ip("203.0.113.7"), 300ms);
  EXPECT_EQ(claim.kind, ClaimKind::kUnknown);
#ifdef __linux__
  EXPECT_EQ(claim.text, "no Ethernet of this host is in its network");
  EXPECT_THAT(who_else_has(ip("fd00::1"), 300ms).text, HasSubstr("IPv6"));
#endif
}

}  // namespace
}  // namespace lb::net
