#include "lb/control/backend_lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using ::testing::EndsWith;

class BackendLookupTest : public ::testing::Test {
 protected:
  static config::Config two_listeners(std::size_t backends) {
    config::Config config = sample_config({1, 1});
    config.listeners.push_back(sample_listener({}));
    config.listeners.back().name = "second";
    for (std::size_t i = 0; i < backends; ++i) {
      const auto port = static_cast<std::uint16_t>(1000 + i);
      config.listeners.back().backends.push_back(
          {.name = "b" + std::to_string(i), .address = {*base::IpAddress::parse("10.0.0.1"), port}});
    }
    return config;
  }

  ManualClock clock_;
  base::Log log_{base::Log::Level::kOff};
  Controller controller_{two_listeners(1), 1, 100, clock_, log_};
};

TEST_F(BackendLookupTest, FindsByName) {
  EXPECT_EQ(*find_listener(controller_, "second"), 1U);
  EXPECT_EQ(*find_backend(controller_, "kube-apiserver", "controller-1"), (BackendId{0, 1}));
  EXPECT_EQ(*find_backend(controller_, "second", "b0"), (BackendId{1, 0}));
}

TEST_F(BackendLookupTest, AnUnknownNameIsToldWithTheKnownOnes) {
  EXPECT_EQ(find_listener(controller_, "kube-apisever").error().message,
            "there is no listener 'kube-apisever' (did you mean 'kube-apiserver'?); known: kube-apiserver, second");
  EXPECT_EQ(find_backend(controller_, "third", "b0").error().message,
            "there is no listener 'third'; known: kube-apiserver, second");
  EXPECT_EQ(find_backend(controller_, "kube-apiserver", "x").error().message,
            "there is no backend of listener kube-apiserver 'x'; known: controller-0, controller-1");
}

TEST_F(BackendLookupTest, OfVeryManyOnlySomeAreNamed) {
  const Controller many(two_listeners(50), 1, 100, clock_, log_);
  EXPECT_THAT(find_backend(many, "second", "x").error().message, EndsWith(", b18, b19 and 30 more"));
}

}  // namespace
}  // namespace lb::control
