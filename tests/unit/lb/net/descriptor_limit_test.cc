#include "lb/net/descriptor_limit.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace lb::net {
namespace {

TEST(DescriptorLimit, RaisesTheSoftLimitToTheHardOne) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 300;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_descriptor_limit(), before.rlim_max);
  rlimit after{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  EXPECT_EQ(after.rlim_max, before.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(DescriptorLimit, ASessionTakesTwoAndTheDaemonKeepsSome) {
  EXPECT_EQ(sessions_within(1024, 1), (1024U - 64 - 64 - 64) / 2);
  EXPECT_EQ(sessions_within(1'048'576, 8), (1'048'576U - 64 - 8 * (64 + 256)) / 2);
}

TEST(DescriptorLimit, KeptSocketsAreASmallPart) {
  EXPECT_EQ(kept_sockets_within(20'000, 2), 256U);
  EXPECT_EQ(kept_sockets_within(1024, 2), 32U);
  EXPECT_EQ(kept_sockets_within(60, 1), 3U);
  EXPECT_EQ(kept_sockets_within(10, 1), 0U);
}

TEST(DescriptorLimit, AllowsAtLeastOneSession) {
  EXPECT_EQ(sessions_within(0, 1), 1U);
  EXPECT_EQ(sessions_within(128, 1), 1U);
  EXPECT_EQ(sessions_within(129, 1), 1U);
  EXPECT_EQ(sessions_within(1024, 256), 1U);
  EXPECT_EQ(sessions_within(UINT64_MAX, 1), (UINT64_MAX - 128 - 256) / 2);
}

TEST(DescriptorLimit, TellsTheHardOneWithoutChangingAnything) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(hard_descriptor_limit(), limit.rlim_max);
}

}  // namespace
}  // namespace lb::net
