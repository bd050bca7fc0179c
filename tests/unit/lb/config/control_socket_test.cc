#include "lb/config/control_socket.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

namespace lb::config {
namespace {

TEST(ControlSocket, IsTheSystemsForRootAndTheUsersForOthers) {
  const auto path = default_control_socket();
  if (::geteuid() == 0) {
    ASSERT_TRUE(path);
    EXPECT_TRUE(path->ends_with("/run/keepstate/lb.sock")) << *path;
    return;
  }
  ASSERT_EQ(::setenv("XDG_RUNTIME_DIR", "/run/user/7", 1), 0);
  EXPECT_EQ(default_control_socket(), "/run/user/7/keepstate/lb.sock");
  ASSERT_EQ(::unsetenv("XDG_RUNTIME_DIR"), 0);
  EXPECT_EQ(default_control_socket(), std::nullopt);
}

}  // namespace
}  // namespace lb::config
