#include "lb/proxy/worker_group.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/support/scripted_server.h"
#include "tests/support/tcp.h"
#include "tests/unit/lb/proxy/one_pool.h"

namespace lb::proxy {
namespace {

namespace support = tests::support;

class WorkerGroupTest : public testing::Test {
 protected:
  std::unique_ptr<WorkerGroup> start(const std::shared_ptr<const snapshot::Snapshot>& snapshot) {
    auto group = WorkerGroup::start(
        {.workers = 2, .seed = 1, .listeners = {*base::SocketAddress::parse("127.0.0.1:0")}, .snapshot = snapshot},
        clock_, log_);
    if (!group) throw std::runtime_error(group.error().message);
    return *std::move(group);
  }

  base::SystemClock clock_;
  base::Log log_{base::Log::Level::kOff};
};

TEST_F(WorkerGroupTest, ServesFromStartToDrain) {
  const support::NamingServer server("a");
  const auto group = start(one_pool(backend_at(server.address())));
  EXPECT_EQ(support::recv_all(support::connect_to(group->addresses()[0])), "a");
  std::promise<void> drained;
  group->drain([&] { drained.set_value(); });
  drained.get_future().get();
  EXPECT_THROW(static_cast<void>(support::connect_to(group->addresses()[0])), support::SocketError);
}

TEST_F(WorkerGroupTest, LeavesNothingListeningWhenOneAddressCannotBeHad) {
  const auto taken = support::listen_on(*base::SocketAddress::parse("127.0.0.1:0"));
  const auto free = support::free_address();
  const auto group = WorkerGroup::start(
      {.workers = 2, .seed = 1, .listeners = {free, support::local_address(taken)}, .snapshot = nullptr}, clock_, log_);
  ASSERT_FALSE(group);
  EXPECT_NE(group.error().message.find("cannot listen on " + support::local_address(taken).to_string()),
            std::string::npos);
  EXPECT_NO_THROW(static_cast<void>(support::listen_on(free)));
}

}  // namespace
}  // namespace lb::proxy
