#include "lib/cluster/validate_hedges.h"

#include <gtest/gtest.h>

#include "tests/unit/lib/cluster/mistakes.h"

namespace cluster {
namespace {

// What is said of a listener with these keys, which begin in line 9.
std::string said_of_listener(std::string_view keys) {
  return testing::all_said(
      testing::file_with_spec("  loadBalancer:\n    listeners:\n      - name: api\n        address: 10.10.0.1:6443\n"
                              "        backends: [{address: 10.10.0.11:6443}, {address: 10.10.0.12:6443}]\n" +
                              std::string(keys)));
}

TEST(ValidateHedges, WarnsOfAHedgeThatComesTooLate) {
  EXPECT_EQ(
      said_of_listener("        hedge: 2s\n"),
      "9:16: warning: hedge: 2s has no effect, as a try ends after 2s (timeouts.connect); make it shorter, or 0ms "
      "if it is not wanted\n");
  EXPECT_EQ(said_of_listener("        hedge: 2s\n        timeouts: {connect: 2500ms}\n"), "");
  EXPECT_EQ(said_of_listener("        hedge: 0ms\n"), "");
}

TEST(ValidateHedges, WarnsWhereNoFirstFlightIsSaidTwice) {
  EXPECT_EQ(said_of_listener("        firstFlight: tls\n        firstByte: 6s\n"),
            "10:20: warning: firstByte: 6s is too long for firstFlight: after 6s no other backend is tried; make it "
            "shorter\n");
  EXPECT_EQ(
      said_of_listener("        firstFlight: tls\n        retries: 0\n"),
      "10:18: warning: retries: with 0 no first flight is said to a second backend, so firstFlight has no effect; "
      "allow 1 or more\n");
  EXPECT_EQ(said_of_listener("        firstByte: 10s\n        retries: 0\n"), "");
}

TEST(ValidateHedges, RefusesToRebalanceClientsThatComeBackToTheSameBackend) {
  EXPECT_EQ(
      said_of_listener("        sticky: {by: source}\n        rebalance: {enabled: true}\n"),
      "10:30: enabled: with sticky a client comes back to the backend that it was taken from, so sessions would be "
      "closed for ever; remove the one or the other\n");
  EXPECT_EQ(
      said_of_listener("        policy: maglev\n        rebalance: {enabled: true}\n"),
      "10:30: enabled: with policy: maglev a client comes back to the backend that it was taken from, so sessions "
      "would be closed for ever; remove the one or the other\n");
  EXPECT_EQ(said_of_listener("        policy: maglev\n        rebalance: {enabled: false}\n"), "");
}

}  // namespace
}  // namespace cluster
