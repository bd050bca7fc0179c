#include "lb/net/http_body.h"

#include <gtest/gtest.h>

#include <sstream>

namespace lb::net {
namespace {

TEST(HttpBody, IsUsedLikeAString) {
  const HttpBody body = std::string("some text");
  EXPECT_EQ(body, "some text");
  EXPECT_EQ(body.size(), 9U);
  EXPECT_FALSE(body.empty());
  const std::string& text = body;
  EXPECT_EQ(text, "some text");
  EXPECT_EQ(std::string(body.begin(), body.end()), text);
  EXPECT_EQ((std::ostringstream() << body).str(), text);
  EXPECT_EQ(HttpBody(std::string_view("view")), "view");
}

TEST(HttpBody, IsEmptyAtFirstAndWhenItIsCleared) {
  HttpBody body;
  EXPECT_TRUE(body.empty());
  EXPECT_EQ(body, "");
  EXPECT_EQ(body.share(), nullptr);
  body = "x";
  body.clear();
  EXPECT_EQ(body, HttpBody());
}

TEST(HttpBody, IsNotCopied) {
  const auto text = std::make_shared<const std::string>("large");
  {
    const HttpBody body = text;
    const HttpBody other = body;  // NOLINT(performance-unnecessary-copy-initialization): it is what is tested
    EXPECT_EQ(other.share(), text);
    EXPECT_EQ(other.data(), text->data());
    EXPECT_EQ(text.use_count(), 3);
  }
  EXPECT_EQ(text.use_count(), 1);
}

}  // namespace
}  // namespace lb::net
