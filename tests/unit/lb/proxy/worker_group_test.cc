#include "lb/proxy/worker_group.h"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

#include "lb/net/listen_socket.h"
#include "tests/support/scripted_server.h"
#include "tests/support/tcp.h"
#include "tests/unit/lb/proxy/one_pool.h"

namespace lb::proxy {
namespace {

namespace support = tests::support;

class WorkerGroupTest : public testing::Test {
 protected:
  std::unique_ptr<WorkerGroup> start(const std::shared_ptr<const snapshot::Snapshot>& snapshot) {
    auto sockets = net::open_listen_sockets(*base::SocketAddress::parse("127.0.0.1:0"), 2);
    if (!sockets) throw std::runtime_error(sockets.error().message);
    address_ = net::local_address(sockets->front().get());
    auto group = std::make_unique<WorkerGroup>(WorkerGroup::Setup{.workers = 2, .seed = 1}, clock_, log_);
    std::vector<WorkerGroup::Opened> listeners;
    listeners.push_back({listener_, *std::move(sockets)});
    group->start(std::move(listeners), snapshot);
    return group;
  }

  base::SocketAddress address_;
  std::shared_ptr<ListenerState> listener_ = std::make_shared<ListenerState>(0, "test", 2);
  base::SystemClock clock_;
  base::Log log_{base::Log::Level::kOff};
};

TEST_F(WorkerGroupTest, ServesFromStartToDrain) {
  const support::NamingServer server("a");
  const auto group = start(one_pool(backend_at(server.address())));
  EXPECT_EQ(support::recv_all(support::connect_to(address_)), "a");
  std::promise<void> closed;
  std::promise<void> drained;
  group->drain([&] { closed.set_value(); }, [&] { drained.set_value(); });
  closed.get_future().get();
  drained.get_future().get();
  EXPECT_THROW(static_cast<void>(support::connect_to(address_)), support::SocketError);
}

TEST_F(WorkerGroupTest, TellsOnceAllWorkersHaveAdoptedASnapshot) {
  const support::NamingServer a("a");
  const support::NamingServer b("b");
  const auto group = start(one_pool(backend_at(a.address())));
  std::promise<void> adopted;
  group->publish(one_pool(backend_at(b.address())), {}, [&] { adopted.set_value(); });
  adopted.get_future().get();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(support::recv_all(support::connect_to(address_)), "b");
}

TEST_F(WorkerGroupTest, ListsTheSessionsOfAllWorkers) {
  const support::EchoServer server;
  const auto group = start(one_pool(backend_at(server.address())));
  std::vector<base::UniqueFd> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(support::connect_to(address_));
    support::send_all(clients.back(), "x");
    EXPECT_EQ(support::recv_exactly(clients.back(), 1), "x");
  }
  std::promise<std::vector<SessionInfo>> told;
  group->list_sessions(100, [&](std::vector<SessionInfo> sessions) { told.set_value(std::move(sessions)); });
  const auto sessions = told.get_future().get();
  ASSERT_EQ(sessions.size(), clients.size());
  for (const SessionInfo& session : sessions) EXPECT_EQ(session.bytes_to_client, 1U);
}

}  // namespace
}  // namespace lb::proxy
