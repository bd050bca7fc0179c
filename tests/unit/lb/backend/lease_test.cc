#include "lb/backend/lease.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

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

}  // namespace
}  // namespace lb::backend
