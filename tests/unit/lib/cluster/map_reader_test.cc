#include "lib/cluster/map_reader.h"

#include <gtest/gtest.h>

#include "lib/cluster/scalar.h"

namespace cluster {
namespace {

constexpr NumberBetween kAnyNumber{0, 1000};

// Reads the text by `body` and returns all that was found.
std::string read_text(std::string_view yaml, const MapReader::Body& body) {
  Diagnostics of_yaml;
  const auto top = parse_yaml(yaml, of_yaml);
  Findings findings;
  findings.add(of_yaml);
  if (top) MapReader::read_top(*top, findings, body);
  return to_text(findings.sorted(), "f");
}

TEST(MapReader, ReadsTypedValuesAndLeavesDefaults) {
  unsigned given = 1;
  unsigned absent = 7;
  std::optional<unsigned> optional;
  EXPECT_EQ(read_text("given: 5\noptional: 6\n",
                      [&](MapReader& in) {
                        in.read("given", given, kAnyNumber);
                        in.read("absent", absent, kAnyNumber);
                        in.require("optional", optional, kAnyNumber, "1");
                        EXPECT_TRUE(in.has("given"));
                        EXPECT_FALSE(in.has("absent"));
                      }),
            "");
  EXPECT_EQ(given, 5U);
  EXPECT_EQ(absent, 7U);
  EXPECT_EQ(optional, 6U);
}

TEST(MapReader, PutsTheKeyBeforeWhatIsWrongWithTheValue) {
  unsigned number = 3;
  EXPECT_EQ(read_text("a: -1\n", [&](MapReader& in) { in.read("a", number, kAnyNumber); }),
            "f:1:4: a: '-1' is negative; write a number from 0 to 1000\n");
  EXPECT_EQ(number, 3U);
}

TEST(MapReader, ReportsUnknownKeysAtTheKey) {
  unsigned number = 0;
  const auto body = [&](MapReader& in) {
    in.read_map("outer", [&](MapReader& map) {
      map.read("weight", number, kAnyNumber);
      map.read("retries", number, kAnyNumber);
    });
  };
  EXPECT_EQ(read_text("outer:\n  wieght: 1\n", body), "f:2:3: unknown key 'wieght' (did you mean 'weight'?)\n");
  EXPECT_EQ(read_text("outer: {colour: 1}\n", body),
            "f:1:9: unknown key 'colour' in outer; the keys here are weight, retries\n");
  EXPECT_EQ(read_text("colour: 1\n", body),
            "f:1:1: unknown key 'colour' in the top of the file; the keys here are outer\n");
}

TEST(MapReader, ReportsWhatIsMissingAtTheMapUnlessItIsMisspelt) {
  unsigned number = 0;
  const auto body = [&](MapReader& in) {
    in.read_list("list", [&](MapReader& map) { map.require("weight", number, kAnyNumber, "1"); });
    in.require_map(
        "spec", [](MapReader&) {}, "{}");
  };
  EXPECT_EQ(read_text("list:\n  - {}\n  - {wieght: 1}\n", body),
            "f:1:1: the top of the file has no 'spec'; add spec: {}\n"
            "f:2:5: list[0] has no 'weight'; add weight: 1\n"
            "f:3:6: unknown key 'wieght' (did you mean 'weight'?)\n");
}

TEST(MapReader, ReportsEveryWrongKindOfValue) {
  unsigned number = 0;
  const auto body = [&](MapReader& in) {
    in.read("one", number, kAnyNumber);
    in.read_map("map", [](MapReader&) {});
    in.read_list("list", [](MapReader&) {});
  };
  EXPECT_EQ(read_text("one: [1]\nmap: [1]\nlist: {}\n", body),
            "f:1:6: one: is a list, not one value; write one: VALUE\n"
            "f:2:6: map: is a list, not a map; write 'key: value' pairs\n"
            "f:3:7: list: is a map, not a list; begin each entry with '- '\n");
  EXPECT_EQ(read_text("one: {}\nmap: x\nlist: x\n", body),
            "f:1:6: one: is a map, not one value; write one: VALUE\n"
            "f:2:6: map: is one value, not a map; write 'key: value' pairs\n"
            "f:3:7: list: is one value, not a list; begin each entry with '- '\n");
  EXPECT_EQ(read_text("one:\nmap: null\nlist: ~\n", body),
            "f:1:1: one: has no value; write one or remove the key\n"
            "f:2:1: map: has no value; write one or remove the key\n"
            "f:3:1: list: has no value; write one or remove the key\n");
  EXPECT_EQ(read_text("list: [x, {}]\n", body), "f:1:8: list[0]: is one value, not a map; write 'key: value' pairs\n");
  EXPECT_EQ(read_text("- x\n", body), "f:1:1: the top of the file: is a list, not a map; write 'key: value' pairs\n");
}

TEST(MapReader, KeepsTheIndicesOfEntriesThatCannotBeRead) {
  std::vector<unsigned> numbers;
  const std::string said = read_text("list: [{n: 1}, x, {n: 3}]\n", [&](MapReader& in) {
    in.read_list("list", [&](MapReader& map) { map.require("n", numbers.emplace_back(0U), kAnyNumber, "1"); });
  });
  EXPECT_EQ(numbers, (std::vector<unsigned>{1, 0, 3}));
  EXPECT_EQ(said, "f:1:16: list[1]: is one value, not a map; write 'key: value' pairs\n");
}

TEST(MapReader, SaysNothingMoreOfWhatYamlRefused) {
  unsigned number = 0;
  const auto body = [&](MapReader& in) {
    in.read("a", number, kAnyNumber);
    in.read_map("b", [&](MapReader& map) { map.require("c", number, kAnyNumber, "1"); });
  };
  EXPECT_EQ(read_text("a: &x 1\nb: *x\n", body),
            "f:1:4: anchors are not read here; remove it, and write the value out where it is used\n"
            "f:2:4: aliases are not read here; write the value out\n");
}

}  // namespace
}  // namespace cluster
