#include "lb/policy/make_policy.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "lb/policy/least_connections.h"
#include "lb/policy/maglev.h"
#include "lb/policy/round_robin.h"
#include "lb/policy/weighted_random.h"
#include "tests/unit/lb/policy/picks.h"

namespace {
// How often this thread has asked for memory; what the whole test program allocates with is replaced below.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): operator new has no other place to count in
thread_local std::uint64_t allocations = 0;
}  // namespace

// NOLINTBEGIN(cppcoreguidelines-no-malloc): this is where memory comes from. Inlined, GCC takes the pair for a
// mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size); memory != nullptr) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
// NOLINTEND(cppcoreguidelines-no-malloc)

namespace lb::policy {
namespace {

std::unique_ptr<const Policy> make(cluster::PolicyKind kind, const std::vector<std::uint32_t>& weights) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < weights.size(); ++i) names.push_back("backend " + std::to_string(i));
  return make_policy(kind, weights, names);
}

template <class Made>
void expect_made(cluster::PolicyKind kind) {
  EXPECT_NE(dynamic_cast<const Made*>(make(kind, {1, 2}).get()), nullptr);
}

TEST(MakePolicy, MakesWhatTheNameSays) {
  expect_made<WeightedRandom>(cluster::PolicyKind::kWeightedRandom);
  expect_made<RoundRobin>(cluster::PolicyKind::kRoundRobin);
  expect_made<LeastConnections>(cluster::PolicyKind::kLeastConnections);
  expect_made<Maglev>(cluster::PolicyKind::kMaglev);
}

TEST(MakePolicy, EveryPolicyPicksTheOnlyOneWithWeight) {
  const auto backends = make_backends(20);
  for (const auto& [name, kind] : cluster::kPolicyNames) {
    for (const std::size_t count : {3U, 20U}) {
      std::vector<std::uint32_t> weights(count);
      weights[1] = 7;
      const auto policy = make(kind, weights);
      base::Random random(1);
      std::uint32_t cursor = 0;
      PickContext context{.random = random, .cursor = cursor, .backends = backends};
      for (int i = 0; i < 10; ++i) EXPECT_EQ(policy->pick(context), BackendIndex{1}) << name;
    }
  }
}

TEST(MakePolicy, NoPolicyAllocatesInAPick) {
  const auto backends = make_backends(20);
  const BackendIndex tried[] = {BackendIndex{0}, BackendIndex{1}, BackendIndex{3}};
  for (const auto& [name, kind] : cluster::kPolicyNames) {
    for (const std::size_t count : {4U, 20U}) {
      std::vector<std::uint32_t> weights(count);
      weights[0] = 4'000'000'000;
      weights[1] = 3;
      weights[3] = 2;
      const auto policy = make(kind, weights);
      base::Random random(1);
      std::uint32_t cursor = 0;
      const std::uint64_t before = allocations;
      for (std::size_t excluded = 0; excluded <= 3; ++excluded) {
        PickContext context{
            .random = random, .cursor = cursor, .backends = backends, .excluded = std::span(tried).first(excluded)};
        ASSERT_EQ(policy->pick(context).has_value(), excluded < 3) << name;
      }
      EXPECT_EQ(allocations, before) << name;
      EXPECT_GT(before, 0U);  // the count counts
    }
  }
}

}  // namespace
}  // namespace lb::policy
