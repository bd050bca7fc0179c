#include "lb/client/readable.h"

#include <gtest/gtest.h>

#include <limits>

namespace lb::client {
namespace {

TEST(Readable, Durations) {
  EXPECT_EQ(readable_duration(-1), "0ms");
  EXPECT_EQ(readable_duration(0), "0ms");
  EXPECT_EQ(readable_duration(0.0124), "12ms");
  EXPECT_EQ(readable_duration(0.9994), "999ms");
  EXPECT_EQ(readable_duration(0.9996), "1.0s");
  EXPECT_EQ(readable_duration(9.94), "9.9s");
  EXPECT_EQ(readable_duration(9.96), "10s");
  EXPECT_EQ(readable_duration(59.4), "59s");
  EXPECT_EQ(readable_duration(59.6), "1m 0s");
  EXPECT_EQ(readable_duration(3599), "59m 59s");
  EXPECT_EQ(readable_duration(3600), "1h 0m");
  EXPECT_EQ(readable_duration(86399), "23h 59m");
  EXPECT_EQ(readable_duration(86400 * 3 + 3600 * 4 + 59), "3d 4h");
}

TEST(Readable, Sizes) {
  EXPECT_EQ(readable_size(0), "0 B");
  EXPECT_EQ(readable_size(1023), "1023 B");
  EXPECT_EQ(readable_size(1024), "1.0 KiB");
  EXPECT_EQ(readable_size(1536), "1.5 KiB");
  EXPECT_EQ(readable_size(20U << 20), "20 MiB");
  EXPECT_EQ(readable_size((1U << 30) - 1), "1.0 GiB");
  EXPECT_EQ(readable_size(std::numeric_limits<std::uint64_t>::max()), "16 EiB");
}

TEST(Readable, Shares) {
  EXPECT_EQ(readable_share(0), "0 %");
  EXPECT_EQ(readable_share(0.004), "0.4 %");
  EXPECT_EQ(readable_share(1.0 / 3), "33 %");
  EXPECT_EQ(readable_share(1), "100 %");
}

}  // namespace
}  // namespace lb::client
