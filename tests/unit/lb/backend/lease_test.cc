#include "lb/backend/lease.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "tests/support/at_once.h"

namespace lb::backend {
namespace {

class LeaseTest : public ::testing::Test {
 protected:
  std::uint64_t active(std::size_t worker = 0) { return backend_.counters(worker).active.value(); }

  BackendState backend_{"controller-0", *base::SocketAddress::parse("10.10.0.11:6443"), 2};
};

TEST_F(LeaseTest, CountsInTheRowOfItsWorkerAsLongAsItLives) {
  {
    const Lease lease(backend_, 1);
    EXPECT_TRUE(lease);
    EXPECT_EQ(&lease.backend(), &backend_);
    EXPECT_EQ(&lease.counters(), &backend_.counters(1));
    EXPECT_EQ(active(1), 1U);
    EXPECT_EQ(active(0), 0U);
    const Lease another(backend_, 1);
    EXPECT_EQ(active(1), 2U);
  }
  EXPECT_EQ(active(1), 0U);
}

TEST_F(LeaseTest, AnEmptyOneCountsNothing) {
  Lease lease;
  EXPECT_FALSE(lease);
  lease.give_back();
  EXPECT_EQ(active(), 0U);
}

TEST_F(LeaseTest, GivingBackTwiceCountsOnce) {
  Lease lease(backend_, 0);
  const Lease other(backend_, 0);
  lease.give_back();
  lease.give_back();
  EXPECT_FALSE(lease);
  EXPECT_EQ(active(), 1U);
}

TEST_F(LeaseTest, MovingKeepsTheCount) {
  auto first = std::make_unique<Lease>(backend_, 0U);
  Lease second(std::move(*first));
  first = nullptr;  // its destructor has nothing to give back
  EXPECT_EQ(active(), 1U);
  Lease third;
  third = std::move(second);
  EXPECT_EQ(active(), 1U);
  EXPECT_TRUE(third);
}

TEST_F(LeaseTest, AssigningGivesTheFormerOneBack) {
  BackendState next("controller-1", *base::SocketAddress::parse("10.10.0.12:6443"), 2);
  Lease lease(backend_, 0);
  lease = Lease(next, 1);
  EXPECT_EQ(active(), 0U);
  EXPECT_EQ(next.counters(1).active.value(), 1U);
  Lease& same = lease;
  lease = std::move(same);
  EXPECT_TRUE(lease);
  EXPECT_EQ(next.counters(1).active.value(), 1U);
}

TEST(Leases, IsEmptyWhereTheBackendIsFullAndMakesRoomWhenItGoes) {
  BackendState backend("controller-0", *base::SocketAddress::parse("10.10.0.11:6443"), 2, 2);
  Lease first(backend, 0);
  const Lease second(backend, 1);
  EXPECT_TRUE(backend.full());
  EXPECT_FALSE(Lease(backend, 0));
  EXPECT_EQ(backend.counters(0).active.value(), 1U);
  first.give_back();
  first.give_back();
  EXPECT_FALSE(backend.full());
  EXPECT_TRUE(Lease(backend, 0));
  EXPECT_FALSE(backend.full());
}

TEST(Leases, IsNeverRefusedWithoutALimit) {
  BackendState backend("controller-0", *base::SocketAddress::parse("10.10.0.11:6443"), 1);
  std::vector<Lease> leases;
  for (int i = 0; i < 1000; ++i) leases.emplace_back(backend, 0U);
  EXPECT_TRUE(std::ranges::all_of(leases, [](const Lease& lease) { return static_cast<bool>(lease); }));
  EXPECT_FALSE(backend.full());
}

TEST(Leases, IsHeldByNoMoreThanTheLimitHoweverManyWorkersTry) {
  constexpr std::uint32_t kLimit = 3;
  BackendState backend("controller-0", *base::SocketAddress::parse("10.10.0.11:6443"), 4, kLimit);
  std::atomic<std::uint32_t> held{0};
  std::atomic<std::uint32_t> most{0};
  tests::support::at_once(4, [&](int worker) {
    for (int i = 0; i < 20'000; ++i) {
      const Lease lease(backend, static_cast<std::size_t>(worker));
      if (!lease) continue;
      const std::uint32_t now = held.fetch_add(1) + 1;
      if (now > most.load()) most.store(now);
      held.fetch_sub(1);
    }
  });
  EXPECT_LE(most.load(), kLimit);
  EXPECT_FALSE(backend.full());
}

TEST(BackendState, HasAKeyThatIsItsAddressForEver) {
  const BackendState one("a", *base::SocketAddress::parse("10.10.0.11:6443"), 1);
  const BackendState same("b", *base::SocketAddress::parse("10.10.0.11:6443"), 2, 5);
  const BackendState other("a", *base::SocketAddress::parse("10.10.0.11:6444"), 1);
  EXPECT_EQ(one.key(), same.key());
  EXPECT_EQ(one.key(), base::hash("10.10.0.11:6443"));
  EXPECT_NE(one.key(), other.key());
}

}  // namespace
}  // namespace lb::backend
