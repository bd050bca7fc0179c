// What can be said of the page without a browser; tests/browser looks at it with one.
#include "lb/control/status_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <array>
#include <regex>
#include <string>

namespace lb::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string between(std::string_view text, std::string_view start, std::string_view end) {
  const auto begin = text.find(start) + start.size();
  return std::string(text.substr(begin, text.find(end, begin) - begin));
}

// As a Content-Security-Policy names it.
std::string hash_source(const std::string& text) {
  std::array<unsigned char, 32> digest{};
  EXPECT_EQ(EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr), 1);
  std::array<unsigned char, 64> encoded{};
  EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
  return "'sha256-" + std::string(reinterpret_cast<const char*>(encoded.data())) + "'";
}

std::string page() {
  return std::string(status_page());
}

TEST(StatusPage, IsOneWholeDocument) {
  EXPECT_THAT(page(), StartsWith("<!doctype html>\n"));
  EXPECT_THAT(page(), Not(HasSubstr("@PAGE_")));
  EXPECT_TRUE(page().ends_with("</html>\n"));
}

TEST(StatusPage, LetsItsOwnScriptAndStyleRunAndNothingElse) {
  const std::string policy(status_page_policy());
  EXPECT_THAT(policy, StartsWith("default-src 'none'; "));
  EXPECT_THAT(policy, HasSubstr("script-src " + hash_source(between(status_page(), "<script>", "</script>")) + ";"));
  EXPECT_THAT(policy, HasSubstr("style-src " + hash_source(between(status_page(), "<style>", "</style>")) + ";"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
}

TEST(StatusPage, AsksNobodyElse) {
  const std::string text = page();
  const std::regex address("(https?:)?//[a-z][a-z0-9.-]*\\.[a-z]+");
  for (std::sregex_iterator match(text.begin(), text.end(), address), end; match != end; ++match) {
    EXPECT_EQ(match->str(), "http://www.w3.org");  // the name of a language, which nobody fetches
  }
}

TEST(StatusPage, PutsInNothingAsHtml) {
  for (const char* way : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "onclick="}) {
    EXPECT_THAT(page(), Not(HasSubstr(way)));
  }
}

}  // namespace
}  // namespace lb::control
