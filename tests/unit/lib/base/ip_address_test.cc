#include "lib/base/ip_address.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(IpAddress, ParsesAndPrintsBothFamilies) {
  EXPECT_EQ(IpAddress::parse("10.10.0.1")->to_string(), "10.10.0.1");
  EXPECT_EQ(IpAddress::parse("fd00:0::1")->to_string(), "fd00::1");
  EXPECT_FALSE(IpAddress::parse("10.10.0.256"));
  EXPECT_FALSE(IpAddress::parse("controller-0"));
  EXPECT_FALSE(IpAddress::parse(""));
}

TEST(IpAddress, KnowsLoopbackAndUnspecified) {
  EXPECT_TRUE(IpAddress::parse("127.3.2.1")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("::1")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("::2")->is_loopback());
  EXPECT_TRUE(IpAddress().is_unspecified());
  EXPECT_FALSE(IpAddress::parse("0.0.0.1")->is_unspecified());
}

TEST(IpAddress, GivesItsFirstBits) {
  EXPECT_EQ(IpAddress::parse("10.10.7.9")->prefix(22).to_string(), "10.10.4.0");
  EXPECT_EQ(IpAddress::parse("10.10.7.9")->prefix(32).to_string(), "10.10.7.9");
  EXPECT_EQ(IpAddress::parse("2001:db8::7:9")->prefix(64).to_string(), "2001:db8::");
  EXPECT_EQ(IpAddress::parse("2001:db8::7:9")->prefix(0).to_string(), "::");
}

TEST(IpAddress, KnowsAnIpv4AddressInIpv6Clothes) {
  EXPECT_EQ(IpAddress::parse("::ffff:10.10.0.1")->unmapped(), *IpAddress::parse("10.10.0.1"));
  for (const char* text : {"10.10.0.1", "::10.10.0.1", "::1:ffff:10.10.0.1", "fd00::1"}) {
    EXPECT_EQ(IpAddress::parse(text)->unmapped(), *IpAddress::parse(text)) << text;
  }
}

TEST(IpNetwork, ContainsItsAddressesOnly) {
  const auto network = IpNetwork::parse("10.10.0.0/23");
  ASSERT_TRUE(network);
  EXPECT_TRUE(network->contains(*IpAddress::parse("10.10.1.255")));
  EXPECT_FALSE(network->contains(*IpAddress::parse("10.10.2.0")));
  EXPECT_FALSE(network->contains(*IpAddress::parse("::1")));
}

TEST(IpNetwork, StandsAroundAnAddress) {
  EXPECT_EQ(IpNetwork::around(*IpAddress::parse("10.10.7.9"), 16).to_string(), "10.10.0.0/16");
  EXPECT_EQ(IpNetwork::around(*IpAddress::parse("fd00::9"), 128).to_string(), "fd00::9/128");
}

TEST(IpNetwork, KnowsAnIpv4NetworkInIpv6Clothes) {
  EXPECT_EQ(IpNetwork::parse("::ffff:10.10.0.0/112")->unmapped().to_string(), "10.10.0.0/16");
  EXPECT_EQ(IpNetwork::parse("::ffff:0:0/96")->unmapped().to_string(), "0.0.0.0/0");
  for (const char* text : {"::/0", "::/96", "10.10.0.0/16", "fd00::/8"}) {
    EXPECT_EQ(IpNetwork::parse(text)->unmapped().to_string(), text);
  }
}

TEST(IpNetwork, ContainsSmallerNetworksAndItself) {
  const auto wide = IpNetwork::parse("10.0.0.0/8");
  const auto narrow = IpNetwork::parse("10.0.0.0/24");
  EXPECT_TRUE(wide->contains(*narrow));
  EXPECT_TRUE(wide->contains(*wide));
  EXPECT_FALSE(narrow->contains(*wide));
  EXPECT_FALSE(IpNetwork::parse("::/0")->contains(*narrow));
}

TEST(IpNetwork, OverlapsWhenOneHoldsTheOther) {
  const auto wide = IpNetwork::parse("10.0.0.0/8");
  const auto narrow = IpNetwork::parse("10.32.0.0/24");
  const auto other = IpNetwork::parse("10.32.1.0/24");
  EXPECT_TRUE(wide->overlaps(*narrow));
  EXPECT_TRUE(narrow->overlaps(*wide));
  EXPECT_FALSE(narrow->overlaps(*other));
}

TEST(IpNetwork, RefusesHostBitsAndNamesTheNetwork) {
  const auto network = IpNetwork::parse("10.10.0.5/24");
  ASSERT_FALSE(network);
  EXPECT_EQ(network.error().message,
            "'10.10.0.5/24' is an address inside a network, not a network; write 10.10.0.0/24");
}

TEST(IpNetwork, RefusesBadPrefixLengths) {
  for (const char* text : {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/8x", "10.0.0.0/-1", "::/129"}) {
    EXPECT_FALSE(IpNetwork::parse(text)) << text;
  }
}

TEST(IpNetwork, CountsHostsWithCarry) {
  EXPECT_EQ(IpNetwork::parse("10.32.0.0/16")->host(257)->to_string(), "10.32.1.1");
  EXPECT_EQ(IpNetwork::parse("fd00::/64")->host(1)->to_string(), "fd00::1");
  EXPECT_FALSE(IpNetwork::parse("10.32.0.0/24")->host(256));
}

}  // namespace
}  // namespace base
