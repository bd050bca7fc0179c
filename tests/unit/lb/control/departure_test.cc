#include "lb/control/departure.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "lb/net/listen_socket.h"
#include "tests/support/scripted_server.h"
#include "tests/support/tcp.h"
#include "tests/unit/lb/proxy/one_pool.h"

namespace lb::control {
namespace {

namespace support = tests::support;
using std::chrono::milliseconds;

// A worker that serves clients which say nothing, so that no session ends by itself.
class DepartureTest : public testing::Test {
 protected:
  DepartureTest() {
    auto sockets = net::open_listen_sockets(*base::SocketAddress::parse("127.0.0.1:0"), 1);
    if (!sockets) throw std::runtime_error(sockets.error().message);
    address_ = net::local_address(sockets->front().get());
    std::vector<proxy::WorkerGroup::Opened> listeners;
    listeners.push_back({listener_, *std::move(sockets)});
    workers_.start(std::move(listeners), proxy::one_pool(proxy::backend_at(server_.address())));
  }
  void let_come(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      clients_.push_back(support::connect_to(address_));
      support::send_all(clients_.back(), "x");
      ASSERT_EQ(support::recv_exactly(clients_.back(), 1), "x");
    }
  }
  [[nodiscard]] std::uint64_t closed(proxy::CloseReason reason) const { return listener_->closed(reason); }

  support::EchoServer server_;
  base::SystemClock clock_;
  base::Log log_{base::Log::Level::kOff};
  net::EventLoop loop_;
  net::Mailbox mailbox_{loop_};
  std::shared_ptr<proxy::ListenerState> listener_ = std::make_shared<proxy::ListenerState>(0, "test", 1);
  proxy::WorkerGroup workers_{{.workers = 1, .seed = 1}, clock_, log_};
  Departure departure_{{loop_, mailbox_, workers_, log_}};
  base::SocketAddress address_;
  std::vector<base::UniqueFd> clients_;
};

TEST_F(DepartureTest, EndsTheLoopWithTheLastSession) {
  let_come(1);
  departure_.stop(std::chrono::hours{1});
  net::Timer client_goes(loop_, [this] { clients_.clear(); });
  client_goes.start(milliseconds{0});
  loop_.run();
  EXPECT_EQ(closed(proxy::CloseReason::kFinished), 1U);
  EXPECT_THROW(static_cast<void>(support::connect_to(address_)), support::SocketError);
}

TEST_F(DepartureTest, CutsWhatIsLeftWhenTheGraceIsOver) {
  let_come(3);
  departure_.stop(milliseconds{1});
  loop_.run();
  EXPECT_EQ(closed(proxy::CloseReason::kShutdown), 3U);
}

TEST_F(DepartureTest, CutsAtOnceWhenAskedAgain) {
  let_come(3);
  departure_.stop(std::chrono::hours{1});
  departure_.cut("asked a second time");
  loop_.run();
  EXPECT_EQ(closed(proxy::CloseReason::kShutdown), 3U);
}

TEST_F(DepartureTest, EndsSessionsInTurnWhenAnotherProcessServes) {
  let_come(Departure::kPaces + 10);  // two at a time
  departure_.retire(milliseconds{1}, [] {});
  const auto started = std::chrono::steady_clock::now();
  loop_.run();
  EXPECT_EQ(closed(proxy::CloseReason::kShutdown), Departure::kPaces + 10);
  EXPECT_GE(std::chrono::steady_clock::now() - started, (Departure::kPaces / 2) * Departure::kPace);
}

TEST_F(DepartureTest, StopsAfterAnotherProcessServesToo) {
  let_come(1);
  bool left = false;
  departure_.retire(std::chrono::hours{1}, [&] {
    left = true;
    EXPECT_THROW(static_cast<void>(support::connect_to(address_)), support::SocketError);
    departure_.stop(milliseconds{1});
  });
  loop_.run();
  EXPECT_TRUE(left);
  EXPECT_EQ(closed(proxy::CloseReason::kShutdown), 1U);
}

}  // namespace
}  // namespace lb::control
