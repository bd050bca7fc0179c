#include "provisioner/step/managed_block.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/fake_workplace.h"

namespace provisioner::step {
namespace {

using ::testing::HasSubstr;

constexpr const char* kMark = "Made by us;";

// What is left of a text once a block has come, changed, and gone.
std::string there_and_back(const std::string& text) {
  const std::string with = with_block(text, kMark, "a\n", "f").value();
  EXPECT_EQ(block_in(with, kMark, "f").value(), "a\n");
  const std::string changed = with_block(with, kMark, "b\nc\n", "f").value();
  EXPECT_EQ(block_in(changed, kMark, "f").value(), "b\nc\n");
  return without_block(changed, kMark, "f").value();
}

TEST(ManagedBlock, LeavesAllElseByteForByte) {
  for (const std::string& text : {std::string(), std::string("x\n"), std::string("x"), std::string("\n\n x \t\r\n"),
                                  std::string("a\0b\n", 4), std::string("\n")}) {
    EXPECT_EQ(there_and_back(text), text);
  }
}

TEST(ManagedBlock, StaysWhereItStood) {
  const std::string with = with_block("before\n", kMark, "a\n", "f").value() + "after\n";
  const std::string changed = with_block(with, kMark, "b\n", "f").value();
  EXPECT_TRUE(changed.starts_with("before\n# Made by us;"));
  EXPECT_TRUE(changed.ends_with("after\n"));
  EXPECT_EQ(without_block(changed, kMark, "f").value(), "before\nafter\n");
}

TEST(ManagedBlock, EndsTheLineBeforeItWhereSomethingFollows) {
  const std::string with = with_block("open", kMark, "a\n", "f").value() + "after\n";
  EXPECT_EQ(without_block(with, kMark, "f").value(), "open\nafter\n");
}

TEST(ManagedBlock, IsNotThere) {
  EXPECT_EQ(block_in("x\n", kMark, "f").value(), std::nullopt);
  EXPECT_EQ(without_block("x\n", kMark, "f").value(), "x\n");
}

TEST(ManagedBlock, RefusesToGuess) {
  const std::string block = with_block("", kMark, "a\n", "f").value();
  const std::string first = block.substr(0, block.find('\n') + 1);
  for (const std::string& text : {first, block + block, block.substr(first.size()), "x" + block, first + first}) {
    EXPECT_THAT(block_in(text, kMark, "/etc/hosts").error().message, HasSubstr("/etc/hosts: the lines of ours in it"));
    EXPECT_FALSE(with_block(text, kMark, "b\n", "f"));
    EXPECT_FALSE(without_block(text, kMark, "f"));
  }
}

TEST(EditBlock, KeepsWhatOthersHaveWrittenMeanwhile) {
  FakeWorkplace place;
  place.host().put("/etc/hosts", "before\n");
  EditBlock step("/etc/hosts", "Mark;", "10.0.0.1 a\n", {"planned\n", 0644});
  EXPECT_THAT(step.print(), ::testing::HasSubstr("planned"));
  place.host().put("/etc/hosts", "before\nlater\n");
  ASSERT_TRUE(step.carry_out(place));
  const std::string with = place.host().content("/etc/hosts");
  EXPECT_THAT(with, ::testing::HasSubstr("before\nlater\n"));
  EXPECT_THAT(with, ::testing::HasSubstr("10.0.0.1 a\n"));
  place.host().put("/etc/hosts", with + "latest\n");
  ASSERT_TRUE(step.undo(place));
  EXPECT_EQ(place.host().content("/etc/hosts"), "before\nlater\nlatest\n");
}

}  // namespace
}  // namespace provisioner::step
