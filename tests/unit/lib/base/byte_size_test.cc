#include "lib/base/byte_size.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(ByteSize, ReadsEveryUnit) {
  EXPECT_EQ(parse_byte_size("0B"), 0U);
  EXPECT_EQ(parse_byte_size("17B"), 17U);
  EXPECT_EQ(parse_byte_size("4KiB"), 4096U);
  EXPECT_EQ(parse_byte_size("512MiB"), 512ULL << 20);
  EXPECT_EQ(parse_byte_size("8GiB"), 8ULL << 30);
  EXPECT_EQ(parse_byte_size("16777215TiB"), 16777215ULL << 40);
}

TEST(ByteSize, NamesTheUnitThatWasMeant) {
  EXPECT_EQ(parse_byte_size("8GB").error().message, "'8GB' has no known unit; write 8GiB");
  EXPECT_EQ(parse_byte_size("8g").error().message, "'8g' has no known unit; write 8GiB");
  EXPECT_EQ(parse_byte_size("512Mi").error().message, "'512Mi' has no known unit; write 512MiB");
  EXPECT_EQ(parse_byte_size("8 GiB").error().message,
            "'8 GiB' has no known unit; the units are B, KiB, MiB, GiB and TiB");
  EXPECT_EQ(parse_byte_size("8").error().message, "'8' has no unit; write it as 8GiB or 8MiB");
}

TEST(ByteSize, RefusesWhatIsNoSize) {
  for (const char* text : {"", "GiB", "much", "1.5GiB", "+8GiB"}) EXPECT_FALSE(parse_byte_size(text)) << text;
  EXPECT_EQ(parse_byte_size("much").error().message, "'much' is not a size; write it as 8GiB or 512MiB");
  EXPECT_EQ(parse_byte_size("-8GiB").error().message, "'-8GiB' is negative; write a size as 8GiB or 512MiB");
}

TEST(ByteSize, RefusesWhatDoesNotFit) {
  for (const char* text : {"16777216TiB", "18446744073709551615KiB", "99999999999999999999B"}) {
    const auto size = parse_byte_size(text);
    ASSERT_FALSE(size) << text;
    EXPECT_EQ(size.error().message, fmt::format("'{}' is too large a size; fewer than 16777216TiB are the most", text));
  }
}

TEST(ByteSize, PrintsWhatItReads) {
  for (const char* text : {"0B", "17B", "4KiB", "1536MiB", "8GiB", "2TiB"}) {
    EXPECT_EQ(byte_size_text(*parse_byte_size(text)), text);
  }
}

}  // namespace
}  // namespace base
