#include "tests/demo/places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/tcp.h"

namespace tests::demo {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Places, TakesFreePortsWhenAsked) {
  const auto places = choose_places({0, 0});
  ASSERT_TRUE(places) << places.error().message;
  EXPECT_NE(places->vip.port(), 0);
  EXPECT_NE(places->vip.port(), places->admin.port());
  ASSERT_EQ(places->members.size(), 3U);
  for (const Member& member : places->members) {
    EXPECT_FALSE(member.address == places->vip);
    EXPECT_NE(member.address.port(), 0);
  }
}

TEST(Places, NamesThePortThatIsTakenAndTheWayOut) {
  const auto other = support::listen_on(support::free_address());
  const std::uint16_t port = support::local_address(other).port();
  const auto api = choose_places({port, 0});
  ASSERT_FALSE(api);
  EXPECT_EQ(api.error().message, "port " + std::to_string(port) +
                                     " (the API's address) is taken; choose another by --port N, or 0 for a free one");
  const auto admin = choose_places({0, port});
  ASSERT_FALSE(admin);
  EXPECT_THAT(admin.error().message, HasSubstr("--admin-port N"));
}

TEST(Places, WritesServersThatAreElsewhereAsBackends) {
  Places places;
  places.vip = *base::SocketAddress::parse("127.0.0.1:7000");
  places.members = {{"controller-0", "127.0.0.11", *base::SocketAddress::parse("127.0.0.11:7000"), 1}};
  EXPECT_THAT(cluster_yaml(places, "/tmp/lb.sock"), Not(HasSubstr("backends:")));
  places.members[0].address = *base::SocketAddress::parse("127.0.0.1:7001");
  EXPECT_THAT(cluster_yaml(places, "/tmp/lb.sock"),
              HasSubstr("backends:\n          - {address: \"127.0.0.1:7001\", weight: 1}\n  machines:\n"));
}

}  // namespace
}  // namespace tests::demo
