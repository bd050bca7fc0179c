#include "lb/proxy/worker.h"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <thread>

#include "tests/support/scripted_server.h"
#include "tests/support/tcp.h"
#include "tests/unit/lb/proxy/one_pool.h"

namespace lb::proxy {
namespace {

namespace support = tests::support;

// A worker on a thread of its own, with one listener on a port that the system chose.
class RunningWorker {
 public:
  explicit RunningWorker(const std::shared_ptr<const snapshot::Snapshot>& snapshot) {
    auto fds = net::open_listen_sockets(*base::SocketAddress::parse("127.0.0.1:0"), 1);
    if (!fds) throw std::runtime_error(fds.error().message);
    address_ = net::local_address(fds->front().get());
    stats_.push_back(std::make_unique<WorkerStats>());
    WorkerSetup setup{.index = 0, .seed = 1, .doors = {}, .snapshot = snapshot};
    setup.doors.push_back({listener_, *std::move(fds)});
    worker_ = std::make_unique<Worker>(std::move(setup), stats_, clock_, log_);
    thread_ = std::thread([this] { worker_->run(); });
  }
  ~RunningWorker() {
    worker_->stop();
    thread_.join();
  }
  RunningWorker(const RunningWorker&) = delete;
  RunningWorker& operator=(const RunningWorker&) = delete;

  [[nodiscard]] const base::SocketAddress& address() const noexcept { return address_; }
  [[nodiscard]] const WorkerStats& stats() const noexcept { return *stats_.front(); }
  [[nodiscard]] const ListenerState& listener() const noexcept { return *listener_; }
  Worker* operator->() const noexcept { return worker_.get(); }

 private:
  base::SystemClock clock_;
  base::Log log_{base::Log::Level::kOff};
  base::SocketAddress address_;
  std::shared_ptr<ListenerState> listener_ = std::make_shared<ListenerState>(0, "test", 1);
  std::vector<std::unique_ptr<WorkerStats>> stats_;
  std::unique_ptr<Worker> worker_;
  std::thread thread_;
};

TEST(WorkerTest, SendsNewSessionsWhereTheNewSnapshotSays) {
  const support::NamingServer a("a");
  const support::NamingServer b("b");
  const RunningWorker worker(one_pool(backend_at(a.address())));
  EXPECT_EQ(support::recv_all(support::connect_to(worker.address())), "a");
  worker->publish(one_pool(backend_at(b.address())));
  std::string answer = "a";
  while (answer == "a") answer = support::recv_all(support::connect_to(worker.address()));
  EXPECT_EQ(answer, "b");
}

TEST(WorkerTest, KeepsABackendAliveWhileASessionHoldsIt) {
  const support::EchoServer old_server;
  const support::EchoServer new_server;
  auto state = backend_at(old_server.address());
  const std::weak_ptr<backend::BackendState> watched = state;
  const RunningWorker worker(one_pool(state));
  auto client = support::connect_to(worker.address());
  support::send_all(client, "1");
  EXPECT_EQ(support::recv_exactly(client, 1), "1");
  state.reset();
  const auto next = one_pool(backend_at(new_server.address()));
  worker->publish(next);
  support::send_all(client, "2");
  EXPECT_EQ(support::recv_exactly(client, 1), "2");
  EXPECT_FALSE(watched.expired());
  support::half_close(client);
  EXPECT_EQ(support::recv_all(client), "");
  // The next publish finds that nobody needs it any more.
  while (!watched.expired()) worker->publish(next);
}

TEST(WorkerTest, CutsSessionsWhenAskedTo) {
  const support::EchoServer server;
  const RunningWorker worker(one_pool(backend_at(server.address())));
  const auto client = support::connect_to(worker.address());
  support::send_all(client, "1");
  EXPECT_EQ(support::recv_exactly(client, 1), "1");
  worker->abort_sessions();
  EXPECT_THROW(static_cast<void>(support::recv_all(client)), support::SocketError);
}

TEST(WorkerTest, EndsTheSessionsOfABackendThatASnapshotCutsAndOnlyWithThatSnapshot) {
  const support::EchoServer server;
  const auto state = backend_at(server.address());
  const RunningWorker worker(one_pool(state));
  const auto echo = [&](const base::UniqueFd& client) {
    support::send_all(client, "1");
    return support::recv_exactly(client, 1);
  };
  const auto client = support::connect_to(worker.address());
  EXPECT_EQ(echo(client), "1");
  const auto other = backend_at(server.address());
  worker->publish(one_pool(state, 1000, {other.get()}));
  EXPECT_EQ(echo(client), "1");
  worker->publish(one_pool(state, 1000, {state.get()}));
  EXPECT_THROW(static_cast<void>(support::recv_all(client)), support::SocketError);
  while (worker.listener().closed(CloseReason::kBackendDown) != 1) std::this_thread::yield();
  EXPECT_EQ(echo(support::connect_to(worker.address())), "1");  // who comes later may stay
}

TEST(WorkerTest, CountsWhatItTakesAndHowItEnds) {
  const support::NamingServer server("a");
  const RunningWorker worker(one_pool(backend_at(server.address())));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(support::recv_all(support::connect_to(worker.address())), "a");
  while (worker.listener().closed(CloseReason::kFinished) < 3) std::this_thread::yield();
  EXPECT_EQ(worker.listener().total(&ListenerCounters::accepted), 3U);
  while (worker.stats().active.value() != 0) std::this_thread::yield();
}

TEST(WorkerTest, PausesAtTheLimitAndCountsThatOnce) {
  const support::EchoServer server;
  const RunningWorker worker(one_pool(backend_at(server.address()), 1));
  auto first = support::connect_to(worker.address());
  support::send_all(first, "1");
  EXPECT_EQ(support::recv_exactly(first, 1), "1");
  const auto second = support::connect_to(worker.address());
  support::send_all(second, "2");
  while (worker.stats().pauses_for_limit.value() == 0) std::this_thread::yield();
  EXPECT_EQ(worker.stats().active.value(), 1U);
  first.reset();
  EXPECT_EQ(support::recv_exactly(second, 1), "2");
  EXPECT_EQ(worker.stats().pauses_for_limit.value(), 1U);
}

TEST(WorkerTest, OpensAListenerThatASnapshotIsTheFirstToName) {
  const support::NamingServer server("a");
  const auto state = backend_at(server.address());
  const RunningWorker worker(one_pool(state));
  auto fds = net::open_listen_sockets(*base::SocketAddress::parse("127.0.0.1:0"), 1);
  ASSERT_TRUE(fds) << fds.error().message;
  const base::SocketAddress second = net::local_address(fds->front().get());
  auto added = std::make_shared<ListenerState>(7, "second", 1);
  std::vector<NewDoor> doors;
  doors.push_back({added, *std::move(fds)});
  auto both = std::make_shared<snapshot::Snapshot>();
  both->max_connections = 1000;
  both->pools.push_back(pool_of(state, 0));
  both->pools.push_back(pool_of(state, 7));
  worker->publish(both, std::move(doors));
  EXPECT_EQ(support::recv_all(support::connect_to(second)), "a");
  EXPECT_EQ(support::recv_all(support::connect_to(worker.address())), "a");
  while (added->closed(CloseReason::kFinished) != 1) std::this_thread::yield();
}

TEST(WorkerTest, ClosesAListenerThatIsNotNamedAnyMoreAndKeepsItsSessions) {
  const support::EchoServer server;
  const RunningWorker worker(one_pool(backend_at(server.address())));
  auto client = support::connect_to(worker.address());
  support::send_all(client, "1");
  EXPECT_EQ(support::recv_exactly(client, 1), "1");
  auto none = std::make_shared<snapshot::Snapshot>();
  none->max_connections = 1000;
  std::promise<void> adopted;
  worker->publish(none, {}, [&] { adopted.set_value(); });
  adopted.get_future().get();
  EXPECT_THROW(static_cast<void>(support::connect_to(worker.address())), support::SocketError);
  support::send_all(client, "2");
  EXPECT_EQ(support::recv_exactly(client, 1), "2");
  client.reset();
  while (worker.listener().closed(CloseReason::kFinished) != 1) std::this_thread::yield();
}

}  // namespace
}  // namespace lb::proxy
