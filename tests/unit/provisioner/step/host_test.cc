#include "provisioner/step/host.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/fake_host.h"

namespace provisioner::step {
namespace {

TEST(OutputOf, GivesWhatAProgramPrints) {
  FakeHost host;
  host.answer("ip -j link", "[]");
  EXPECT_EQ(output_of(host, {{"ip", "-j", "link"}}).value(), "[]");
}

TEST(OutputOf, QuotesCommandAndComplaint) {
  FakeHost host;
  host.answer("ip link", "Cannot find device\n", 1);
  EXPECT_EQ(output_of(host, {{"ip", "link", "a b"}}).error().message,
            "ip link 'a b' ended with exit code 1: Cannot find device");
}

TEST(OutputOf, QuotesTheEndOfALongComplaint) {
  FakeHost host;
  host.answer("x", std::string(5000, 'a') + "the reason", 2);
  const std::string said = output_of(host, {{"x"}}).error().message;
  EXPECT_LT(said.size(), 700U);
  EXPECT_THAT(said, ::testing::EndsWith("the reason"));
}

TEST(OutputOf, LeavesOutTheInputOfWhatFailed) {
  FakeHost host;
  host.answer("sh", "no", 1);
  EXPECT_EQ(output_of(host, {.argv = {"sh", "-s"}, .input = "a long script\n"}).error().message,
            "sh -s ended with exit code 1: no");
}

TEST(OutputOf, GivesWhatTheSecondOfTwoPrints) {
  FakeHost host;
  host.answer("first", "from the first");
  host.react("second", [](const Command& command) { return base::Output{{}, "heard " + command.input, ""}; });
  EXPECT_EQ(output_of(host, {{"first"}}, {{"second"}}).value(), "heard from the first");
}

TEST(OutputOf, NamesTheOneOfTwoThatFailedFirst) {
  FakeHost host;
  host.answer("second", "nothing to read", 2);
  EXPECT_EQ(output_of(host, {{"first"}}, {{"second"}}).error().message,
            "second ended with exit code 2: nothing to read");
  host.answer("first", "no such machine", 1);
  EXPECT_EQ(output_of(host, {{"first"}}, {{"second"}}).error().message,
            "first ended with exit code 1: no such machine");
}

}  // namespace
}  // namespace provisioner::step
