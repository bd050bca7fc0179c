#include "lb/source/source_count.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "tests/support/at_once.h"

namespace lb::source {
namespace {

base::IpAddress client_at(const std::string& text) {
  return *base::IpAddress::parse(text);
}

TEST(SourceCount, RefusesBeyondTheLimitAndAdmitsAgainWhenOneLeaves) {
  SourceCount count;
  const auto client = client_at("192.0.2.1");
  EXPECT_TRUE(count.enter(client, 2));
  EXPECT_TRUE(count.enter(client, 2));
  EXPECT_FALSE(count.enter(client, 2));
  EXPECT_TRUE(count.enter(client_at("192.0.2.2"), 2));
  count.leave(client);
  EXPECT_TRUE(count.enter(client, 2));
  EXPECT_FALSE(count.enter(client, 2));
}

TEST(SourceCount, KeepsNobodyWithoutASession) {
  SourceCount count;
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(count.enter(client_at("192.0.2." + std::to_string(i)), 1));
  EXPECT_EQ(count.clients(), 200U);
  for (int i = 0; i < 200; ++i) count.leave(client_at("192.0.2." + std::to_string(i)));
  EXPECT_EQ(count.clients(), 0U);
  EXPECT_FALSE(count.enter(client_at("192.0.2.1"), 0));
  EXPECT_EQ(count.clients(), 0U);
}

TEST(SourceCount, TakesAnIpv6NetworkOf64BitsForOneClient) {
  SourceCount count;
  EXPECT_TRUE(count.enter(client_at("2001:db8:0:1::1"), 1));
  EXPECT_FALSE(count.enter(client_at("2001:db8:0:1:ffff::2"), 1));
  EXPECT_TRUE(count.enter(client_at("2001:db8:0:2::1"), 1));
  count.leave(client_at("2001:db8:0:1::99"));
  EXPECT_TRUE(count.enter(client_at("2001:db8:0:1::1"), 1));
}

TEST(SourceCount, TakesAMappedAddressForWhatItIs) {
  SourceCount count;
  EXPECT_TRUE(count.enter(client_at("192.0.2.1"), 1));
  EXPECT_FALSE(count.enter(client_at("::ffff:192.0.2.1"), 1));
  EXPECT_TRUE(count.enter(client_at("::ffff:192.0.2.2"), 1));
}

TEST(SourceCount, NeverAdmitsMoreThanTheLimitHoweverManyWorkersAsk) {
  constexpr unsigned kLimit = 5;
  SourceCount count;
  const auto client = client_at("192.0.2.1");
  std::atomic<unsigned> inside{0};
  std::atomic<bool> too_many{false};
  tests::support::at_once(4, [&](int thread) {
    const auto own = client_at("198.51.100." + std::to_string(thread));
    for (int i = 0; i < 5000; ++i) {
      if (!count.enter(own, 1)) too_many = true;  // nobody else is there
      if (count.enter(client, kLimit)) {
        if (inside.fetch_add(1) >= kLimit) too_many = true;
        inside.fetch_sub(1);
        count.leave(client);
      }
      count.leave(own);
    }
  });
  EXPECT_FALSE(too_many.load());
  EXPECT_EQ(count.clients(), 0U);
}

TEST(SourceCount, TellsHowManySessionsAClientHas) {
  SourceCount count;
  const base::IpAddress client = *base::IpAddress::parse("10.0.0.1");
  EXPECT_EQ(count.sessions(client), 0U);
  ASSERT_TRUE(count.enter(client, 5) && count.enter(client, 5));
  EXPECT_EQ(count.sessions(client), 2U);
  EXPECT_EQ(count.sessions(*base::IpAddress::parse("::ffff:10.0.0.1")), 2U);
  count.leave(client);
  count.leave(client);
  EXPECT_EQ(count.sessions(client), 0U);
  EXPECT_EQ(count.clients(), 0U);
}

}  // namespace
}  // namespace lb::source
