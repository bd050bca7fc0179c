// Golden files: what a text for others has to be, to the byte. With KEEPSTATE_UPDATE_GOLDEN=1 in the environment they
// are written anew, and the test fails once more. Any thread.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "lib/base/file_system.h"

namespace tests::support {

// `path`: from the top of the tree.
inline void expect_golden(const std::string& text, const std::filesystem::path& path) {
  const std::filesystem::path file = std::filesystem::path(KEEPSTATE_SOURCE_DIR) / path;
  if (std::getenv("KEEPSTATE_UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(file.parent_path());
    ASSERT_TRUE(base::write_file(file, text, 0644));
    FAIL() << path << " was written; read it, then test again";
  }
  const auto golden = base::read_file(file);
  ASSERT_TRUE(golden) << golden.error().message;
  EXPECT_EQ(text, *golden) << path;
}

}  // namespace tests::support
