#include "lib/cluster/yaml_node.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cluster {
namespace {

std::string said_of_yaml(std::string_view text) {
  Diagnostics diagnostics;
  const auto top = parse_yaml(text, diagnostics);
  EXPECT_TRUE(top || !diagnostics.empty());
  return to_text(diagnostics, "f");
}

std::string repeated(std::string_view text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

TEST(YamlNode, HoldsValuesAndTheirPlaces) {
  Diagnostics diagnostics;
  const auto top = parse_yaml("a: {b: 'x y'}\nlist:\n  - 1\n  - c: 2\nempty:\nnext: \"\\u00e9\"\n", diagnostics);
  ASSERT_TRUE(top);
  EXPECT_EQ(diagnostics, Diagnostics{});
  ASSERT_EQ(top->entries.size(), 4U);
  EXPECT_EQ(top->kind, YamlNode::Kind::kMap);

  const YamlEntry& b = top->entries[0].value.entries.at(0);
  EXPECT_EQ(b.key, "b");
  EXPECT_EQ(b.key_position, (Position{1, 5}));
  EXPECT_EQ(b.value.text, "x y");
  EXPECT_EQ(b.value.position, (Position{1, 8}));

  const YamlNode& list = top->entries[1].value;
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_EQ(list.items[0].position, (Position{3, 5}));
  EXPECT_EQ(list.items[1].entries.at(0).value.text, "2");

  EXPECT_EQ(top->entries[2].value.kind, YamlNode::Kind::kNothing);
  EXPECT_EQ(top->entries[2].value.position, (Position{5, 1})) << "a missing value stands at its key";
  EXPECT_EQ(top->entries[3].value.text, "\xc3\xa9");
}

TEST(YamlNode, ReportsAKeyThatComesTwiceAndKeepsTheFirst) {
  Diagnostics diagnostics;
  const auto top = parse_yaml("a: 1\nb: {c: 1, d: 2, c: 3}\na: 4\n", diagnostics);
  ASSERT_TRUE(top);
  EXPECT_EQ(to_text(diagnostics, "f"),
            "f:2:17: key 'c' comes twice, first in line 2; remove one of them\n"
            "f:3:1: key 'a' comes twice, first in line 1; remove one of them\n");
  EXPECT_EQ(top->entries.at(0).value.text, "1");
  EXPECT_EQ(top->entries.size(), 2U);
}

TEST(YamlNode, PointsAtSyntaxMistakes) {
  const std::string tail = " (nothing else was checked)\n";
  EXPECT_EQ(said_of_yaml("a: 1\nb: [1, {c: 2\n"),
            "f:2:8: this is not YAML: this '{' is never closed; add a '}'" + tail);
  EXPECT_EQ(said_of_yaml("a: 1\nb: [1, 2\n"), "f:2:4: this is not YAML: this '[' is never closed; add a ']'" + tail);
  EXPECT_EQ(said_of_yaml("a: 1\n]\n"), "f:2:1: this is not YAML: this bracket closes nothing; remove it" + tail);
  EXPECT_EQ(
      said_of_yaml("a: 1\n b: 2\n"),
      "f:2:3: this is not YAML: no ':' can stand here; is the line indented like its neighbours, by spaces, and is a "
      "text with ': ' in quotes?" +
          tail);
  const std::string unclosed = "this is not YAML: the file ends inside a quoted text; close the quote" + tail;
  for (const char* text : {"a: \"x\n", "a: 'x\n", "a: \"x\\\"\n", "a: 'x''\n", "a: \"\n", "a: \"x\nb: 1\n"}) {
    EXPECT_EQ(said_of_yaml(text), "f:1:4: " + unclosed) << text;
  }
  EXPECT_EQ(said_of_yaml("a: \"x"), "f:1:6: " + unclosed);
  EXPECT_EQ(said_of_yaml("a: \"x\\\"\"\nb: 'it''s'\nc: ''\nd: \"\"\n"), "");
  EXPECT_EQ(said_of_yaml("a: @x\n"),
            "f:1:4: this is not YAML: no text can begin with this character; put it in quotes" + tail);
  EXPECT_EQ(said_of_yaml("a: 1\n---\nb: 1\n"),
            "f:2:1: this is not YAML: a second document begins here; a cluster.yaml holds one" + tail);
}

TEST(YamlNode, RefusesAnchorsAliasesAndTags) {
  EXPECT_EQ(said_of_yaml("a: &x [1]\nb: *x\nc: !!str 5\n"),
            "f:1:4: anchors are not read here; remove it, and write the value out where it is used\n"
            "f:2:4: aliases are not read here; write the value out\n"
            "f:3:4: tags are not read here; remove it\n");
}

TEST(YamlNode, NeverExpandsAnAliasBomb) {
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 60; ++i) bomb += fmt::format("a{}: &a{} [*a{}, *a{}]\n", i, i, i - 1, i - 1);
  Diagnostics diagnostics;
  ASSERT_TRUE(parse_yaml(bomb, diagnostics));
  EXPECT_EQ(diagnostics.size(), 60U + 2 * 59U);
}

TEST(YamlNode, RefusesKeysThatAreNoText) {
  EXPECT_EQ(said_of_yaml("? [a]\n: 1\n"), "f:1:3: a key must be plain text; write it as name: value\n");
  EXPECT_EQ(said_of_yaml("{: 1}\n"), "f:1:2: a key must be plain text; write it as name: value\n");
}

TEST(YamlNode, RefusesDeepNestingOfEveryStyle) {
  const std::string tail = ": this is not YAML: nested deeper than 32 levels (nothing else was checked)\n";
  for (const char* opening : {"[", "{a: ", "- ", "? ", "[a: ", "[{"}) {
    const std::string said = said_of_yaml(repeated(opening, 50'000) + "x");
    EXPECT_TRUE(said.starts_with("f:1:") && said.ends_with(tail)) << opening << ' ' << said;
  }
  EXPECT_EQ(said_of_yaml(repeated("- ", 33) + "x"), "f:1:65" + tail);
  EXPECT_EQ(said_of_yaml(repeated("- ", 32) + "x"), "");
  EXPECT_EQ(said_of_yaml(repeated("[", 32) + repeated("]", 32)), "");
}

TEST(YamlNode, RefusesWhatIsTooLarge) {
  EXPECT_EQ(said_of_yaml("a: " + repeated("x", 4096) + "\n"), "");
  EXPECT_EQ(said_of_yaml("a: " + repeated("x", 4097) + "\n"),
            "f:1:4: this text is longer than 4096 bytes; no value here is\n");
  EXPECT_EQ(said_of_yaml("#" + repeated("x", 256 << 10) + "\n"),
            "f:1:1: the file is larger than 262144 bytes; is it a cluster.yaml?\n");
}

TEST(YamlNode, RefusesControlCharactersAndNothing) {
  EXPECT_EQ(said_of_yaml("a: 1\nb: \x04 2\n"),
            "f:2:4: byte 0x04 is not text; save the file as UTF-8 without control characters\n");
  EXPECT_EQ(said_of_yaml(std::string_view("a:\0", 3)),
            "f:1:3: byte 0x00 is not text; save the file as UTF-8 without control characters\n");
  EXPECT_EQ(said_of_yaml("\xff\xfe\x01\x02"), "f:1:1: the file is UTF-16; save it as UTF-8\n");
  EXPECT_EQ(said_of_yaml(""), "f:1:1: the file is empty; see configs/cluster.yaml for an example\n");
  EXPECT_EQ(said_of_yaml("# nothing\n"), "f:1:1: the file is empty; see configs/cluster.yaml for an example\n");
  EXPECT_EQ(said_of_yaml("\xef\xbb\xbf"
                         "a: 1\r\nb: 2\r\n"),
            "")
      << "a byte order mark and CRLF are fine";
}

}  // namespace
}  // namespace cluster
