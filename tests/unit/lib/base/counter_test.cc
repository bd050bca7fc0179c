#include "lib/base/counter.h"

#include <gtest/gtest.h>

#include <thread>

namespace base {
namespace {

TEST(Counter, AddsAndSubtracts) {
  Counter counter;
  EXPECT_EQ(counter.value(), 0U);
  counter.add(5);
  counter.add(1ULL << 40);
  counter.subtract(3);
  EXPECT_EQ(counter.value(), (1ULL << 40) + 2);
}

TEST(Counter, AReaderNeverSeesItGoBackWhileItsWriterAdds) {
  constexpr std::uint64_t kLast = 100'000;
  Counter counter;
  std::thread writer([&] {
    while (counter.value() < kLast) counter.add(1);
  });
  std::uint64_t before = 0;
  while (before < kLast) {
    const std::uint64_t now = counter.value();
    ASSERT_GE(now, before);
    before = now;
  }
  writer.join();
  EXPECT_EQ(counter.value(), kLast);
}

}  // namespace
}  // namespace base
