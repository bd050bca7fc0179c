#include "pki/output/yaml_leaves.h"

#include <gmock/gmock.h>

namespace pki::output {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::vector<std::string> yaml_leaves_of(std::string_view text) {
  const auto leaves = read_yaml_leaves(text);
  if (!leaves) return {leaves.error().message};
  std::vector<std::string> all;
  for (const auto& leaf : *leaves) all.push_back(fmt::format("{} {}={}", leaf.line, leaf.path, leaf.value));
  return all;
}

std::string yaml_error(std::string_view text) {
  const auto leaves = read_yaml_leaves(text);
  return leaves ? "" : leaves.error().message;
}

TEST(YamlLeaves, ReadsMapsAndListsInBothIndentations) {
  EXPECT_THAT(yaml_leaves_of("a: 1\nb:\n- c:\n    d: x y\n  e: z\n- c: w\nf:\n  - g\n  - h\n"),
              ElementsAre("1 /a=1", "4 /b/0/c/d=x y", "5 /b/0/e=z", "6 /b/1/c=w", "8 /f/0=g", "9 /f/1=h"));
}

TEST(YamlLeaves, ReadsAListOfMapsOfLists) {
  EXPECT_THAT(
      yaml_leaves_of("r:\n  - s:\n      - secrets\n    p:\n      - box:\n          keys:\n            - name: k\n"
                     "              secret: v\n      - identity: {}\n"),
      ElementsAre("3 /r/0/s/0=secrets", "7 /r/0/p/0/box/keys/0/name=k", "8 /r/0/p/0/box/keys/0/secret=v",
                  "9 /r/0/p/1/identity={}"));
}

TEST(YamlLeaves, KnowsQuotesCommentsAndUrls) {
  EXPECT_THAT(
      yaml_leaves_of("---\n# a comment\n\na: \"x: y # z\"  # said\nb: 'q'\r\nc: https://[fd00::1]:6443 # there\n"
                     "d: a#b\ne: \"\" # empty\n"),
      ElementsAre("4 /a=x: y # z", "5 /b=q", "6 /c=https://[fd00::1]:6443", "7 /d=a#b", "8 /e="));
}

TEST(YamlLeaves, AKeyWithoutValueIsAnEmptyLeaf) {
  EXPECT_THAT(yaml_leaves_of("a:\nb: # nothing\n"), ElementsAre("1 /a=", "2 /b="));
  EXPECT_THAT(yaml_leaves_of(""), IsEmpty());
}

TEST(YamlLeaves, RefusesWhatItDoesNotRead) {
  for (const char* text : {"a: {b: c}", "a: [b]", "a: |\n  x", "a: &x y", "a: *x", "a: !!str y", "a: \"x",
                           "a: \"\\x41\"", "a: 'x''y'", "a: \"x\" y", "{\"a\": 1}", "\"a\": 1", "just text",
                           "a: 1\n  b: 2", "\ta: 1", "-", "a: 1\n- b", "- a\n  - b"}) {
    const std::string error = yaml_error(std::string(text) + "\n");
    EXPECT_THAT(error, StartsWith("line ")) << text;
    EXPECT_THAT(error, HasSubstr("; write it in YAML's block form")) << text;
  }
}

TEST(YamlLeaves, RefusesATextThatIsCut) {
  EXPECT_EQ(yaml_error("a: 1\nb: 2"), "line 2: it has no end, so the file is cut; put back a good copy");
}

TEST(YamlLeaves, RefusesAKeyThatComesTwice) {
  EXPECT_THAT(yaml_error("a: 1\nb:\n  c: 1\n  c: 2\n"), StartsWith("line 4: the key 'c' comes twice"));
  EXPECT_EQ(yaml_error("b:\n- c: 1\n- c: 2\n"), "");
}

TEST(YamlLeaves, WritesTextThatReadsBackAsText) {
  EXPECT_EQ(yaml_text("system:node:worker-0"), "system:node:worker-0");
  EXPECT_EQ(yaml_text("https://10.10.0.1:6443"), "https://10.10.0.1:6443");
  EXPECT_EQ(yaml_text("Yes"), "\"Yes\"");
  EXPECT_EQ(yaml_text("123"), "\"123\"");
  EXPECT_EQ(yaml_text(""), "\"\"");
  EXPECT_EQ(yaml_text("a: b"), "\"a: b\"");
  EXPECT_EQ(yaml_text("a:"), "\"a:\"");
  EXPECT_EQ(yaml_text("a\"\\\n"), "\"a\\\"\\\\\\x0a\"");
}

}  // namespace
}  // namespace pki::output
