#include "tests/support/byte_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace tests::support {
namespace {

std::string bytes_at(const BytePattern& pattern, std::uint64_t position, std::size_t size) {
  std::string bytes(size, '\0');
  pattern.fill(position, bytes);
  return bytes;
}

TEST(BytePattern, IsTheSameWhateverThePieces) {
  const BytePattern pattern(7);
  const std::string whole = bytes_at(pattern, 0, 1000);
  for (std::size_t from = 0; from < 40; ++from) {
    for (std::size_t size = 0; size < 40; ++size) {
      ASSERT_EQ(bytes_at(pattern, from, size), whole.substr(from, size)) << from << " " << size;
    }
  }
}

TEST(BytePattern, FindsTheOneWrongByte) {
  const BytePattern pattern(7);
  for (std::size_t wrong = 0; wrong < 50; ++wrong) {
    std::string bytes = bytes_at(pattern, 13, 50);
    EXPECT_FALSE(pattern.first_difference(13, bytes));
    bytes[wrong] = static_cast<char>(bytes[wrong] ^ 1);
    EXPECT_EQ(pattern.first_difference(13, bytes), 13 + wrong);
  }
}

TEST(BytePattern, NoticesShiftedBytesAndOtherSeeds) {
  const BytePattern pattern(7);
  EXPECT_TRUE(pattern.first_difference(1, bytes_at(pattern, 0, 64)));
  EXPECT_TRUE(pattern.first_difference(0, bytes_at(BytePattern(8), 0, 64)));
}

}  // namespace
}  // namespace tests::support
