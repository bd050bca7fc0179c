#include "tests/chaos/footprint.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/tcp.h"

namespace tests::chaos {
namespace {

TEST(Footprint, TellsSocketsInUseFromIdleOnes) {
#ifndef __linux__
  GTEST_SKIP() << "reads Linux's /proc";
#endif
  const auto before = footprint_of(::getpid());
  ASSERT_TRUE(before) << before.error().message;
  EXPECT_GT(before->rss_kib, 100U);
  const auto listening = support::listen_on(support::free_address());
  const auto connected = support::connect_to(support::local_address(listening));
  const base::UniqueFd idle(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto after = footprint_of(::getpid());
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(after->descriptors, before->descriptors + 3);
  EXPECT_EQ(after->idle_sockets, before->idle_sockets + 1);
  EXPECT_EQ(after->in_use(), before->in_use() + 2);
}

TEST(Footprint, NamesTheProcessThatIsGone) {
  const auto none = footprint_of(0);
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("/proc/0/fd"), std::string::npos);
}

}  // namespace
}  // namespace tests::chaos
