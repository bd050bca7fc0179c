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

}  // namespace
}  // namespace provisioner::step
