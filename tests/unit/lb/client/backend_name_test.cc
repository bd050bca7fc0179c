#include "lb/client/backend_name.h"

#include <gtest/gtest.h>

namespace lb::client {
namespace {

nlohmann::json backends() {
  return nlohmann::json::parse(R"({"backends": [
    {"listener": "api", "name": "controller-0"}, {"listener": "api", "name": "controller-1"},
    {"listener": "konnectivity", "name": "controller-0"}, {"listener": "konnectivity", "name": "[fd00::1]:8132"}]})");
}

std::string error_of(std::string_view name) {
  const auto found = find_backend(backends(), name);
  return found ? "" : found.error().message;
}

TEST(BackendName, IsEnoughWhereItComesOnce) {
  EXPECT_EQ(*find_backend(backends(), "controller-1"), (BackendName{"api", "controller-1"}));
  EXPECT_EQ(*find_backend(backends(), "[fd00::1]:8132"), (BackendName{"konnectivity", "[fd00::1]:8132"}));
}

TEST(BackendName, TheListenerTellsWhichOne) {
  EXPECT_EQ(*find_backend(backends(), "konnectivity/controller-0"), (BackendName{"konnectivity", "controller-0"}));
  EXPECT_EQ(error_of("controller-0"),
            "'controller-0' is a backend of several listeners; say which: api/controller-0, konnectivity/controller-0");
}

TEST(BackendName, AnUnknownOneIsToldWithTheKnownOnes) {
  EXPECT_EQ(error_of("controler-1"),
            "there is no backend 'controler-1' (did you mean 'controller-1'?); known: [fd00::1]:8132, controller-0, "
            "controller-1");
  EXPECT_EQ(error_of("ap/controller-1"),
            "there is no backend 'ap/controller-1' (did you mean 'api/controller-1'?); known: api/controller-0, "
            "api/controller-1, konnectivity/[fd00::1]:8132, konnectivity/controller-0");
}

TEST(BackendName, HasAPathOfItsOwn) {
  EXPECT_EQ(path_of({"api", "controller-0"}), "/v1/backends/api/controller-0");
  EXPECT_EQ(path_of({"api", "[fd00::1]:8132"}), "/v1/backends/api/%5Bfd00%3A%3A1%5D%3A8132");
  EXPECT_EQ(encoded("a b/\xc3\xa9"), "a%20b%2F%C3%A9");
}

}  // namespace
}  // namespace lb::client
