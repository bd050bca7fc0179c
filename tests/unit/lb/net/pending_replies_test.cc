#include "lb/net/pending_replies.h"

#include <event2/http.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/lb/net/loop_fixture.h"

// What clients see of it is in http_server_test.cc; a request comes from libevent alone.
namespace lb::net {
namespace {

class PendingRepliesTest : public LoopTest {
 protected:
  struct FreeHttp {
    void operator()(evhttp* http) const noexcept { evhttp_free(http); }
  };
  std::unique_ptr<evhttp, FreeHttp> http_{evhttp_new(loop_.base())};
  HttpConnections connections_{loop_, http_.get()};
};

TEST_F(PendingRepliesTest, NobodyWaitsAtFirst) {
  EXPECT_EQ(std::make_shared<PendingReplies>(loop_, connections_, std::chrono::milliseconds{10})->size(), 0U);
}

TEST_F(PendingRepliesTest, AReplyThatOutlivesThemDoesNothing) {
  auto pending = std::make_shared<PendingReplies>(loop_, connections_, std::chrono::milliseconds{10});
  const HttpReply reply = pending->add(nullptr);
  EXPECT_EQ(pending->size(), 1U);
  pending.reset();
  reply({.body = "too late"});
}

TEST_F(PendingRepliesTest, ALargeBodyIsNotCopiedAndSentInFewTurns) {
  const auto text = std::make_shared<const std::string>(8U << 20U, 'x');
  const auto pending = std::make_shared<PendingReplies>(loop_, connections_, std::chrono::milliseconds{10});
  std::function<void(evhttp_request*)> on_request = [&](evhttp_request* request) {
    pending->add(request)({.body = text});
  };
  evhttp_set_gencb(
      http_.get(),
      [](evhttp_request* request, void* act) { (*static_cast<std::function<void(evhttp_request*)>*>(act))(request); },
      &on_request);
  evhttp_bound_socket* const door = evhttp_bind_socket_with_handle(http_.get(), "127.0.0.1", 0);
  const base::UniqueFd client = blocking_client(local_address(evhttp_bound_socket_get_fd(door)));
  send_text(client.get(), "GET / HTTP/1.1\r\nHost: lb\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return text.use_count() == 2; }));  // it is on its way
  std::size_t received = 0;
  int turns = 0;
  std::vector<char> room(1U << 20U);
  ASSERT_TRUE(run_until([&] {
    ++turns;
    ssize_t n = 0;
    while ((n = ::recv(client.get(), room.data(), room.size(), MSG_DONTWAIT)) > 0) {
      received += static_cast<std::size_t>(n);
    }
    return n == 0;
  }));
  EXPECT_GT(received, text->size());
  EXPECT_EQ(text.use_count(), 1);
  EXPECT_LT(turns, 256);  // libevent's 16 KiB a turn are 512
}

}  // namespace
}  // namespace lb::net
