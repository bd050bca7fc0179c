// On libevent's server alone, without HttpServer's rules around it; those are tested in http_server_test.cc.
#include "lb/net/http_connections.h"

#include <event2/bufferevent.h>
#include <event2/http.h>
#include <fcntl.h>

#include <memory>
#include <vector>

#include "lb/net/watch.h"
#include "tests/unit/lb/net/loop_fixture.h"

namespace lb::net {
namespace {

constexpr const char* kQuestion = "GET / HTTP/1.1\r\nHost: lb\r\n\r\n";

class HttpConnectionsTest : public LoopTest {
 protected:
  HttpConnectionsTest() {
    evhttp_set_gencb(http_.get(), &HttpConnectionsTest::on_request, this);
    evhttp_bound_socket* const door = evhttp_bind_socket_with_handle(http_.get(), "127.0.0.1", 0);
    address_ = local_address(evhttp_bound_socket_get_fd(door));
  }

  static void on_request(evhttp_request* request, void* self) {
    auto& test = *static_cast<HttpConnectionsTest*>(self);
    test.connections_.asks(stream_of(request));
    test.requests_.push_back(request);
  }
  static bufferevent* stream_of(evhttp_request* request) {
    return evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
  }
  void answer(evhttp_request* request) {
    connections_.answered(stream_of(request));
    evhttp_send_reply(request, 200, nullptr, nullptr);
  }
  void come() {
    clients_.push_back(blocking_client(address_));
    const std::size_t before = connections_.size();
    static_cast<void>(run_until([&] { return connections_.size() > before || before == HttpConnections::kMost; }));
    run_ready();
  }
  void ask(std::size_t client) {
    const std::size_t before = requests_.size();
    send_text(clients_[client].get(), kQuestion);
    ASSERT_TRUE(run_until([&] { return requests_.size() > before; }));
  }
  [[nodiscard]] bool has_ended(std::size_t client) const {
    std::array<char, 4096> room{};
    ssize_t n = 0;
    while ((n = ::recv(clients_[client].get(), room.data(), room.size(), MSG_DONTWAIT)) > 0) {
    }
    return n == 0;
  }

  struct FreeHttp {
    void operator()(evhttp* http) const noexcept { evhttp_free(http); }
  };
  std::unique_ptr<evhttp, FreeHttp> http_{evhttp_new(loop_.base())};
  HttpConnections connections_{loop_, http_.get()};
  base::SocketAddress address_;
  std::vector<base::UniqueFd> clients_;
  std::vector<evhttp_request*> requests_;
};

TEST_F(HttpConnectionsTest, CountsThoseThatLive) {
  come();
  come();
  EXPECT_EQ(connections_.size(), 2U);
  clients_.clear();
  EXPECT_TRUE(run_until([&] { return connections_.size() == 0; }));
}

TEST_F(HttpConnectionsTest, TheOneThatHasAskedNothingForLongestGoes) {
  for (std::size_t i = 0; i < HttpConnections::kMost; ++i) come();
  ask(0);
  answer(requests_.back());
  come();
  EXPECT_TRUE(run_until([&] { return has_ended(1); }));
  EXPECT_FALSE(has_ended(0));
  EXPECT_FALSE(has_ended(2));
}

TEST_F(HttpConnectionsTest, WhoWaitsForAnAnswerStays) {
  come();
  ask(0);
  for (std::size_t i = 0; i < HttpConnections::kMost; ++i) come();
  EXPECT_TRUE(run_until([&] { return has_ended(1); }));
  EXPECT_FALSE(has_ended(0));
  answer(requests_.back());
}

TEST_F(HttpConnectionsTest, ThereAreOnlySoManyHoweverManyComeAtOnce) {
  // As many as the socket's queue takes: all are accepted in one turn of the loop.
  for (std::size_t i = 0; i < 2 * HttpConnections::kMost; ++i) clients_.push_back(blocking_client(address_));
  EXPECT_TRUE(run_until([&] {
    std::size_t ended = 0;
    for (std::size_t i = 0; i < clients_.size(); ++i) ended += has_ended(i) ? 1U : 0U;
    return ended >= HttpConnections::kMost;
  }));
  run_ready();
  EXPECT_EQ(connections_.size(), HttpConnections::kMost);
  EXPECT_FALSE(has_ended(clients_.size() - 1));
}

TEST_F(HttpConnectionsTest, TheNewOneGoesWhereAllWaitForAnswers) {
  for (std::size_t i = 0; i < HttpConnections::kMost; ++i) {
    come();
    ask(i);
  }
  clients_.push_back(blocking_client(address_));
  EXPECT_TRUE(run_until([&] { return has_ended(HttpConnections::kMost); }));
  for (std::size_t i = 0; i < HttpConnections::kMost; ++i) EXPECT_FALSE(has_ended(i));
  for (evhttp_request* const request : requests_) answer(request);
}

TEST_F(HttpConnectionsTest, AnEndedOnesDescriptorDisturbsNobody) {
  come();
  clients_.clear();
  run_ready();  // libevent has given it up, and nobody has looked since
  const TcpPair pair = connected_pair();
  int seen = 0;
  const Watch near(loop_, pair.near.get(), [&] { seen += receive_text(pair.near.get()) == "x" ? 1 : 0; });
  const Watch far(loop_, pair.far.get(), [&] { seen += receive_text(pair.far.get()) == "x" ? 1 : 0; });
  send_text(pair.near.get(), "x");
  send_text(pair.far.get(), "x");
  EXPECT_TRUE(run_until([&] { return seen == 2; }));
}

int open_descriptors() {
  int count = 0;
  for (int fd = 0; fd < 1024; ++fd) count += ::fcntl(fd, F_GETFD) != -1 ? 1 : 0;
  return count;
}

TEST_F(HttpConnectionsTest, ForgetsThoseThatHaveEndedByItself) {
  const int before = open_descriptors();
  come();
  clients_.clear();
  EXPECT_TRUE(run_until([&] { return open_descriptors() == before; }));
}

TEST_F(HttpConnectionsTest, EndsThoseThatWaitForNothing) {
  come();
  come();
  come();
  come();
  ask(0);
  answer(requests_.back());
  run_ready();
  ask(1);
  ask(2);
  answer(requests_.back());  // and nothing of it has been sent yet
  connections_.end_idle();
  EXPECT_TRUE(run_until([&] { return has_ended(0); }));
  EXPECT_FALSE(has_ended(1));
  EXPECT_FALSE(has_ended(3));  // has not asked yet
  answer(requests_[1]);
  run_ready();
  ASSERT_TRUE(await_events(clients_[2].get(), POLLIN));
  EXPECT_TRUE(receive_text(clients_[2].get()).starts_with("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace lb::net
