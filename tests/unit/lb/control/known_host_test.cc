#include "lb/control/known_host.h"

#include <gtest/gtest.h>

namespace lb::control {
namespace {

TEST(KnownHost, AddressesAndThisMachinesNamesAreItsOwn) {
  for (const char* const host :
       {"", "127.0.0.1", "127.0.0.1:9440", "10.10.0.1:9440", "[::1]:9440", "[fd00::1]", "localhost", "localhost:9440",
        "LocalHost.", "hyper1.example.org:9440", "HYPER1.example.ORG", "hyper1:9440", "hyper1"}) {
    EXPECT_TRUE(is_own_host(host, "hyper1.example.org")) << host;
  }
}

TEST(KnownHost, AnyOtherNameMayBeAForeignPages) {
  for (const char* const host :
       {"evil.example", "evil.example:9440", "localhost.evil.example", "hyper1.evil.example", "example.org", "hyper",
        "127.0.0.1.evil.example", "[evil]", "[::1", ":9440", ".", "::1:9440x", "127.0.0.1@evil.example"}) {
    EXPECT_FALSE(is_own_host(host, "hyper1.example.org")) << host;
  }
  EXPECT_FALSE(is_own_host("evil.example", ""));
}

}  // namespace
}  // namespace lb::control
