// Texts of rules that were read by a person once, and are compared ever since.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "lib/base/file_system.h"

namespace firewall {

// With KEEPSTATE_UPDATE_GOLDEN=1 in the environment the file is written anew, and the test fails once more.
inline void expect_golden(const std::string& text, const std::string& name) {
  const std::string path = std::string(KEEPSTATE_SOURCE_DIR "/tests/unit/lib/firewall/golden/") + name;
  if (std::getenv("KEEPSTATE_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(base::write_file(path, text, 0644));
    FAIL() << path << " was written; read it, then test again";
  }
  const auto golden = base::read_file(path);
  ASSERT_TRUE(golden) << golden.error().message;
  EXPECT_EQ(text, *golden);
}

}  // namespace firewall
