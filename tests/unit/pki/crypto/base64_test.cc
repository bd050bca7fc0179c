#include "pki/crypto/base64.h"

#include <gmock/gmock.h>

#include <array>
#include <string>
#include <utility>

namespace pki::crypto {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Base64, WritesAndReadsTheExamplesOfRfc4648) {
  const std::array<std::pair<const char*, const char*>, 7> examples{{{"", ""},
                                                                     {"f", "Zg=="},
                                                                     {"fo", "Zm8="},
                                                                     {"foo", "Zm9v"},
                                                                     {"foob", "Zm9vYg=="},
                                                                     {"fooba", "Zm9vYmE="},
                                                                     {"foobar", "Zm9vYmFy"}}};
  for (const auto& [bytes, text] : examples) {
    EXPECT_EQ(encode_base64(bytes).view(), text);
    EXPECT_EQ(decode_base64(text).value().view(), bytes);
  }
}

TEST(Base64, CarriesEveryByte) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (std::size_t size = 250; size <= bytes.size(); ++size) {
    const std::string_view some = std::string_view(bytes).substr(bytes.size() - size);
    EXPECT_EQ(decode_base64(encode_base64(some).view()).value().view(), some);
  }
}

TEST(Base64, RefusesEveryOtherSpelling) {
  for (const char* text : {"Zg", "Zg=", "Zm9vYg", "Zm9v\n", "Zm9vY===", "====", "=m9v", "Z=9v", "Zm9vZg=a", "Zm-v",
                           "Zm9v Zm9", "Zh==", "Zm9="}) {
    const auto bytes = decode_base64(text);
    ASSERT_FALSE(bytes) << text;
    EXPECT_THAT(bytes.error().message, HasSubstr("base64"));
    EXPECT_THAT(bytes.error().message, Not(HasSubstr(text)));
  }
}

TEST(Base64, JoinsParts) {
  EXPECT_EQ(join({"a", "", "bc"}).view(), "abc");
  EXPECT_EQ(join({}).view(), "");
}

}  // namespace
}  // namespace pki::crypto
