#include "lb/source/source_filter.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace lb::source {
namespace {

base::IpAddress ip(const char* text) {
  return *base::IpAddress::parse(text);
}

std::vector<base::IpNetwork> networks(std::initializer_list<const char*> texts) {
  std::vector<base::IpNetwork> result;
  for (const char* text : texts) result.push_back(*base::IpNetwork::parse(text));
  return result;
}

TEST(SourceFilter, AdmitsEverybodyWhereNothingIsSaid) {
  const SourceFilter filter({}, {});
  EXPECT_TRUE(filter.admits(ip("192.0.2.1")));
  EXPECT_TRUE(filter.admits(ip("2001:db8::1")));
}

TEST(SourceFilter, AdmitsOnlyWhatIsAllowed) {
  const SourceFilter filter(networks({"10.10.0.0/16", "fd00::/8"}), {});
  EXPECT_TRUE(filter.admits(ip("10.10.255.255")));
  EXPECT_FALSE(filter.admits(ip("10.11.0.0")));
  EXPECT_FALSE(filter.admits(ip("10.9.255.255")));
  EXPECT_TRUE(filter.admits(ip("fd12::1")));
  EXPECT_FALSE(filter.admits(ip("2001:db8::1")));
}

TEST(SourceFilter, DenialWins) {
  const SourceFilter filter(networks({"10.10.0.0/16"}), networks({"10.10.7.0/24", "10.10.9.9/32"}));
  EXPECT_TRUE(filter.admits(ip("10.10.6.255")));
  EXPECT_FALSE(filter.admits(ip("10.10.7.1")));
  EXPECT_TRUE(filter.admits(ip("10.10.8.0")));
  EXPECT_FALSE(filter.admits(ip("10.10.9.9")));
  const SourceFilter deny_only({}, networks({"10.10.7.0/24"}));
  EXPECT_FALSE(deny_only.admits(ip("10.10.7.1")));
  EXPECT_TRUE(deny_only.admits(ip("fd00::1")));
}

TEST(SourceFilter, TakesAMappedAddressForWhatItIs) {
  const SourceFilter denies_v4({}, networks({"10.10.7.0/24"}));
  EXPECT_FALSE(denies_v4.admits(ip("::ffff:10.10.7.1")));
  EXPECT_TRUE(denies_v4.admits(ip("::ffff:10.10.8.1")));
  const SourceFilter allows_v6(networks({"::/0"}), {});
  EXPECT_FALSE(allows_v6.admits(ip("::ffff:10.10.7.1")));
  const SourceFilter written_as_v6({}, networks({"::ffff:10.10.7.0/120"}));
  EXPECT_FALSE(written_as_v6.admits(ip("10.10.7.1")));
  EXPECT_FALSE(written_as_v6.admits(ip("::ffff:10.10.7.1")));
  EXPECT_TRUE(written_as_v6.admits(ip("10.10.8.1")));
}

TEST(NetworkSet, FindsTheLargerNetworkAroundASmallerOne) {
  const NetworkSet set(networks({"10.10.7.0/24", "10.0.0.0/8", "10.10.7.7/32", "10.0.0.0/16"}));
  EXPECT_TRUE(set.contains(ip("10.0.0.1")));
  EXPECT_TRUE(set.contains(ip("10.10.7.8")));
  EXPECT_TRUE(set.contains(ip("10.255.0.1")));
  EXPECT_FALSE(set.contains(ip("11.0.0.0")));
}

TEST(NetworkSet, FindsEveryOneOfMany) {
  std::vector<base::IpNetwork> odd;
  for (int i = 1; i < 256; i += 2) {
    odd.push_back(*base::IpNetwork::parse("10.0." + std::to_string(i) + ".0/24"));
  }
  const NetworkSet set(odd);
  for (int i = 0; i < 256; ++i) {
    EXPECT_EQ(set.contains(ip(("10.0." + std::to_string(i) + ".77").c_str())), i % 2 == 1) << i;
  }
  EXPECT_TRUE(NetworkSet(networks({"0.0.0.0/0"})).contains(ip("255.255.255.255")));
  EXPECT_FALSE(NetworkSet(networks({"0.0.0.0/0"})).contains(ip("::1")));
  EXPECT_FALSE(NetworkSet({}).contains(ip("10.0.0.1")));
}

}  // namespace
}  // namespace lb::source
