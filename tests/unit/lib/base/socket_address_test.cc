#include "lib/base/socket_address.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(SocketAddress, ParsesBothFamilies) {
  const auto v4 = SocketAddress::parse("10.10.0.1:6443");
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->ip().to_string(), "10.10.0.1");
  EXPECT_EQ(v4->port(), 6443);
  EXPECT_EQ(v4->to_string(), "10.10.0.1:6443");
  EXPECT_EQ(SocketAddress::parse("[fd00::1]:6443")->to_string(), "[fd00::1]:6443");
}

TEST(SocketAddress, RefusesWhatIsNoAddressAndPort) {
  for (const char* text : {"", ":", ":1", "10.10.0.1", "10.10.0.1:", "10.10.0.1:65536", "10.10.0.1:1x", "fd00::1:6443",
                           "[fd00::1]", "[fd00::1]x:1", "localhost:6443", "[10.10.0.1:5"}) {
    EXPECT_FALSE(SocketAddress::parse(text)) << text;
  }
}

TEST(SocketAddress, RoundTripsThroughSockaddr) {
  const auto address = SocketAddress::parse("[fd00::7]:1234");
  EXPECT_EQ(SocketAddress::from(address->data()), *address);
  EXPECT_EQ(address->size(), sizeof(sockaddr_in6));
}

TEST(HostPort, TakesNamesAndAddresses) {
  EXPECT_EQ(HostPort::parse("kubernetes.home.arpa:6443")->host, "kubernetes.home.arpa");
  EXPECT_EQ(HostPort::parse("[::1]:6443")->to_string(), "[::1]:6443");
  EXPECT_FALSE(HostPort::parse("kubernetes"));
  EXPECT_FALSE(HostPort::parse("kubernetes:0"));
}

}  // namespace
}  // namespace base
