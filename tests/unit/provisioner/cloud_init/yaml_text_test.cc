#include "provisioner/cloud_init/yaml_text.h"

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

namespace provisioner::cloud_init {
namespace {

TEST(YamlText, AnyValueIsReadBackAsItWas) {
  using std::string_literals::operator""s;
  for (const std::string& value :
       {""s, "plain"s, "it's"s, "\"\\\""s, "a: b # c"s, "yes"s, "0x10"s, "- x"s, "tab\tnew\nline"s, "nul\0!"s,
        "{{ x }} %% $(id) `id` ; |"s, "Käse"s, "\x7f\x01"s, "*a &b !c"s}) {
    EXPECT_EQ(YAML::Load("k: " + yaml_word(value) + "\n")["k"].as<std::string>(), value) << yaml_word(value);
    EXPECT_EQ(YAML::Load(yaml_list({value, "x"}))[0].as<std::string>(), value);
  }
  EXPECT_EQ(yaml_word("a \"b\""), R"("a \"b\"")");
}

TEST(YamlText, ListsAreInBrackets) {
  EXPECT_EQ(yaml_list({}), "[]");
  EXPECT_EQ(yaml_list({"a", "b"}), R"(["a", "b"])");
}

TEST(YamlText, MovesLinesToTheRight) {
  EXPECT_EQ(indented("a\n  b\n\nc", 4), "    a\n      b\n\n    c\n");
  EXPECT_EQ(indented("", 4), "");
  EXPECT_EQ(YAML::Load("k: |\n" + indented("a\n  b\n\nc\n", 2))["k"].as<std::string>(), "a\n  b\n\nc\n");
}

}  // namespace
}  // namespace provisioner::cloud_init
