#include "lb/net/system_setting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lb::net {
namespace {

TEST(SystemSetting, IsRead) {
#ifdef __linux__
  const auto setting = system_setting("net.core.somaxconn");
#else
  const auto setting = system_setting("kern.ipc.soacceptqueue");
#endif
  ASSERT_TRUE(setting);
  EXPECT_GT(std::stoi(*setting), 0);
}

TEST(SystemSetting, IsNothingWhereThereIsNone) {
  EXPECT_EQ(system_setting("net.core.no_such_setting"), std::nullopt);
  EXPECT_EQ(system_setting(""), std::nullopt);
}

TEST(HostAddresses, HoldLoopback) {
  EXPECT_THAT(host_addresses(), ::testing::Contains(*base::IpAddress::parse("127.0.0.1")));
}

}  // namespace
}  // namespace lb::net
