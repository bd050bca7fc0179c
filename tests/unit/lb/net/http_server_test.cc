#include "lb/net/http_server.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <optional>
#include <vector>

#include "tests/support/temporary_folder.h"
#include "tests/unit/lb/net/descriptor_shortage.h"
#include "tests/unit/lb/net/loop_fixture.h"
#include "tests/unit/lb/net/unix_client.h"

namespace lb::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string body_of(const std::string& reply) {
  const auto blank = reply.find("\r\n\r\n");
  return blank == std::string::npos ? "no head: " + reply : reply.substr(blank + 4);
}

class HttpServerTest : public LoopTest {
 protected:
  static constexpr std::chrono::milliseconds kPatience{20};
  HttpServerTest() { server_.emplace(loop_, handler(), kPatience); }

  HttpServer::Handler handler() {
    return [this](const HttpRequest& request, HttpReply reply) {
      requests_.push_back(request);
      later_ ? replies_.push_back(std::move(reply)) : reply(response_);
    };
  }
  // All that the server sends until it closes; `text` is sent as it stands.
  std::string exchange(base::UniqueFd client, const std::string& text) {
    send_text(client.get(), text);
    ::fcntl(client.get(), F_SETFL, O_NONBLOCK);
    std::string reply;
    EXPECT_TRUE(run_until([&] {
      std::array<char, 4096> room{};
      const ssize_t n = ::recv(client.get(), room.data(), room.size(), 0);
      if (n > 0) reply.append(room.data(), static_cast<std::size_t>(n));
      return n == 0 || (n < 0 && errno != EAGAIN);
    })) << reply;
    return reply;
  }
  std::string ask(const std::string& request_line) {
    const auto address = server_->listen(loopback());
    if (!address) return address.error().message;
    return exchange(blocking_client(*address), request_line + " HTTP/1.1\r\nHost: lb\r\nConnection: close\r\n\r\n");
  }
  [[nodiscard]] std::filesystem::path socket_path() const { return folder_.path() / "lb.sock"; }
  std::string listen_error(const std::filesystem::path& path) {
    const auto listening = server_->listen_unix(path);
    return listening ? "" : listening.error().message;
  }

  tests::support::TemporaryFolder folder_;
  std::vector<HttpRequest> requests_;
  bool later_ = false;  // whether the test answers by itself
  std::vector<HttpReply> replies_;
  HttpResponse response_{.status = 200, .content_type = "text/x-test", .body = "the body\n"};
  std::optional<HttpServer> server_;
};

TEST_F(HttpServerTest, AnswersGet) {
  const std::string reply = ask("GET /livez");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\nContent-Type: text/x-test\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\nContent-Length: 9\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_EQ(body_of(reply), "the body\n");
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_EQ(requests_.front().method, HttpRequest::Method::kGet);
  EXPECT_EQ(requests_.front().path, "/livez");
}

TEST_F(HttpServerTest, AnswersHeadWithTheLengthAndNoBody) {
  const std::string reply = ask("HEAD /livez");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\nContent-Length: 9\r\n"));
  EXPECT_EQ(body_of(reply), "");
  EXPECT_EQ(requests_.front().method, HttpRequest::Method::kHead);
}

TEST_F(HttpServerTest, SaysFurtherHeaders) {
  response_.headers = {{"Referrer-Policy", "no-referrer"}, {"X-Test", "two words"}};
  const std::string reply = ask("GET /");
  EXPECT_THAT(reply, HasSubstr("\r\nReferrer-Policy: no-referrer\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\nX-Test: two words\r\n"));
}

TEST_F(HttpServerTest, PassesTheStatusOn) {
  response_.status = 404;
  EXPECT_THAT(ask("GET /nothing"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  response_.status = 503;
  response_.body.clear();
  const std::string reply = ask("GET /readyz");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\nContent-Length: 0\r\n"));
}

TEST_F(HttpServerTest, LetsTheHandlerRefuseAMethodAndNameTheAllowedOnes) {
  response_.status = 405;
  response_.headers = {{"Allow", "GET, HEAD"}};
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"}) {
    requests_.clear();
    const std::string reply = ask(std::string(method) + " /metrics");
    EXPECT_THAT(reply, StartsWith("HTTP/1.1 405 Method Not Allowed\r\n")) << method;
    EXPECT_THAT(reply, HasSubstr("\r\nAllow: GET, HEAD\r\n")) << method;
    ASSERT_EQ(requests_.size(), 1U) << method;
  }
}

TEST_F(HttpServerTest, AnswersAMethodThatNobodyKnowsByItself) {
  EXPECT_THAT(ask("BREW /pot"), StartsWith("HTTP/1.1 501 "));
  EXPECT_TRUE(requests_.empty());
}

TEST_F(HttpServerTest, RefusesAHeadThatIsTooLong) {
  EXPECT_THAT(ask("GET /" + std::string(20'000, 'x')), Not(StartsWith("HTTP/1.1 200")));
  EXPECT_TRUE(requests_.empty());
  EXPECT_THAT(ask("GET /livez"), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, RefusesWhatIsNotHttp) {
  const auto address = server_->listen(loopback());
  EXPECT_THAT(exchange(blocking_client(*address), "\x16\x03\x01\x02 a TLS hello\r\n\r\n"), Not(HasSubstr("200")));
  EXPECT_TRUE(requests_.empty());
}

TEST_F(HttpServerTest, ServesSeveralRequestsOnOneConnection) {
  const auto address = server_->listen(loopback());
  const std::string reply = exchange(blocking_client(*address),
                                     "HEAD /one HTTP/1.1\r\nHost: lb\r\n\r\n"
                                     "GET /two HTTP/1.1\r\nHost: lb\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(requests_.size(), 2U);
  EXPECT_EQ(requests_.back().path, "/two");
  const auto second = reply.find("HTTP/1.1 200", 1);
  ASSERT_NE(second, std::string::npos);
  EXPECT_EQ(body_of(reply.substr(0, second)), "");
  EXPECT_EQ(body_of(reply.substr(second)), "the body\n");
}

TEST_F(HttpServerTest, OutlivesAClientThatLeavesWithoutItsAnswer) {
  response_.body = std::string(8 << 20, 'x');
  const auto address = server_->listen(loopback());
  base::UniqueFd client = blocking_client(*address);
  send_text(client.get(), "GET /big HTTP/1.1\r\nHost: lb\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return !requests_.empty(); }));
  reset_connection(std::move(client));
  run_ready();
  response_.body = "ok";
  EXPECT_EQ(body_of(ask("GET /")), "ok");
}

TEST_F(HttpServerTest, RestsWhenDescriptorsRunOutAndServesAfterwards) {
  const auto address = server_->listen(loopback());
  base::UniqueFd client = blocking_client(*address);
  ASSERT_TRUE(client);
  {
    const DescriptorShortage shortage;
    run_ready();
    EXPECT_TRUE(requests_.empty());
  }
  EXPECT_EQ(body_of(exchange(std::move(client), "GET / HTTP/1.1\r\nHost: lb\r\nConnection: close\r\n\r\n")),
            "the body\n");
}

TEST_F(HttpServerTest, ASecondListenOnTheSameAddressFails) {
  const auto address = server_->listen(loopback());
  ASSERT_TRUE(address);
  EXPECT_NE(address->port(), 0);
  const auto again = server_->listen(*address);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message, StartsWith("cannot listen on " + address->to_string() + ": Address already"));
}

TEST_F(HttpServerTest, ServesAUnixSocketThatOnlyItsUserMayOpen) {
  ASSERT_EQ(listen_error(socket_path()), "");
  struct stat status {};
  ASSERT_EQ(::stat(socket_path().c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(body_of(exchange(unix_client(socket_path()), "GET / HTTP/1.1\r\nHost: lb\r\nConnection: close\r\n\r\n")),
            "the body\n");
}

TEST_F(HttpServerTest, RefusesABodyThatIsTooLarge) {
  const auto address = server_->listen(loopback());
  const std::string body(65 * 1024, 'x');
  base::UniqueFd client = blocking_client(*address);
  const std::string reply =
      exchange(std::move(client), "POST / HTTP/1.1\r\nHost: lb\r\nConnection: close\r\nContent-Length: " +
                                      std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(requests_.empty());
}

TEST_F(HttpServerTest, TakesNoBodyOfAGetForTheNextRequest) {
  const auto address = server_->listen(loopback());
  const std::string reply = exchange(blocking_client(*address),
                                     "GET /one HTTP/1.1\r\nHost: lb\r\nContent-Length: 36\r\n\r\n"
                                     "POST /v1/reload HTTP/1.1\r\nHost: lb\r\n\r\n");
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_EQ(requests_.front().path, "/one");
  EXPECT_EQ(requests_.front().body, "");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\nConnection: close\r\n"));
}

// ---- answers that come later

TEST_F(HttpServerTest, AnswersLaterAndInAnyOrder) {
  later_ = true;
  const auto address = server_->listen(loopback());
  std::vector<base::UniqueFd> clients;
  for (const char* path : {"/0", "/1", "/2"}) {
    clients.push_back(blocking_client(*address));
    send_text(clients.back().get(), std::string("GET ") + path + " HTTP/1.1\r\nHost: lb\r\nConnection: close\r\n\r\n");
    ASSERT_TRUE(run_until([&] { return replies_.size() == clients.size(); }));
  }
  for (const std::size_t i : {2U, 0U, 1U}) {
    replies_[i]({.status = 200, .body = requests_[i].path});
    EXPECT_EQ(body_of(exchange(std::move(clients[i]), "")), "/" + std::to_string(i));
  }
  EXPECT_EQ(server_->pending(), 0U);
}

TEST_F(HttpServerTest, CountsOneAnswerOnly) {
  later_ = true;
  const auto address = server_->listen(loopback());
  base::UniqueFd client = blocking_client(*address);
  send_text(client.get(), "GET / HTTP/1.1\r\nHost: lb\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return !replies_.empty(); }));
  replies_.front()({.body = "first"});
  replies_.front()({.body = "second"});
  EXPECT_EQ(body_of(exchange(std::move(client), "")), "first");
}

TEST_F(HttpServerTest, TellsAClientThatNoAnswerCame) {
  later_ = true;
  const std::string reply = ask("GET /");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(body_of(reply), StartsWith("no answer came in time"));
  ASSERT_EQ(replies_.size(), 1U);
  replies_.front()(response_);  // too late
  EXPECT_EQ(server_->pending(), 0U);
}

TEST_F(HttpServerTest, OutlivesAnAnswerWhoseClientHasLeft) {
  later_ = true;
  const auto address = server_->listen(loopback());
  for (const bool by_reset : {true, false}) {
    replies_.clear();
    base::UniqueFd client = blocking_client(*address);
    send_text(client.get(), "GET / HTTP/1.1\r\nHost: lb\r\n\r\n");
    ASSERT_TRUE(run_until([&] { return !replies_.empty(); }));
    by_reset ? reset_connection(std::move(client)) : client.reset();
    run_ready();
    replies_.front()({.body = std::string(1 << 20, 'x')});
    run_ready();
  }
  later_ = false;
  EXPECT_EQ(body_of(ask("GET /")), "the body\n");
}

TEST_F(HttpServerTest, KeepsTheNextRequestOfAConnectionUntilTheFirstIsAnswered) {
  later_ = true;
  const auto address = server_->listen(loopback());
  base::UniqueFd client = blocking_client(*address);
  send_text(client.get(), "GET /one HTTP/1.1\r\nHost: lb\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return replies_.size() == 1; }));
  send_text(client.get(), "GET /two HTTP/1.1\r\nHost: lb\r\nConnection: close\r\n\r\n");
  run_ready();
  ASSERT_EQ(replies_.size(), 1U);
  replies_[0]({.body = "one"});
  ASSERT_TRUE(run_until([&] { return replies_.size() == 2; }));
  replies_[1]({.body = "two"});
  const std::string reply = exchange(std::move(client), "");
  EXPECT_THAT(reply, HasSubstr("\r\n\r\noneHTTP/1.1 200 OK"));
  EXPECT_EQ(reply.substr(reply.size() - 3), "two");
}

TEST_F(HttpServerTest, AnAnswerAfterTheServerIsGoneDoesNothing) {
  later_ = true;
  const auto address = server_->listen(loopback());
  const base::UniqueFd client = blocking_client(*address);
  send_text(client.get(), "GET / HTTP/1.1\r\nHost: lb\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return !replies_.empty(); }));
  server_.reset();
  replies_.front()(response_);
}

TEST_F(HttpServerTest, RefusesASocketThatIsServed) {
  ASSERT_EQ(listen_error(socket_path()), "");
  HttpServer second(loop_, handler());
  const auto refused = second.listen_unix(socket_path());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "cannot listen on " + socket_path().string() +
                                         ": another keepstate-lb serves it; stop that one or choose another path");
  EXPECT_TRUE(unix_client(socket_path()));
}

TEST_F(HttpServerTest, RemovesItsSocketAtTheEnd) {
  ASSERT_EQ(listen_error(socket_path()), "");
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(socket_path()));
}

// ---- who comes too often, and who has to go

TEST_F(HttpServerTest, SendsTheQuietestAwayWhereThereAreTooMany) {
  const auto address = server_->listen(loopback());
  std::vector<base::UniqueFd> clients;
  for (std::size_t i = 0; i < HttpConnections::kMost; ++i) {
    clients.push_back(blocking_client(*address));
    send_text(clients.back().get(), "GET");  // and never the rest
    run_ready();
  }
  send_text(clients.front().get(), " / HTTP/1.1\r\nHost: lb\r\n\r\n");  // has asked something after all
  ASSERT_TRUE(run_until([&] { return requests_.size() == 1; }));
  EXPECT_EQ(body_of(exchange(blocking_client(*address), "GET / HTTP/1.1\r\nHost: lb\r\nConnection: close\r\n\r\n")),
            "the body\n");
  EXPECT_EQ(exchange(std::move(clients[1]), ""), "");
  const std::string replies =
      exchange(std::move(clients[0]), "GET / HTTP/1.1\r\nHost: lb\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(body_of(replies.substr(replies.rfind("HTTP/1.1"))), "the body\n");
}

TEST_F(HttpServerTest, SendsEverybodyAwayWhenAnotherProcessServes) {
  const auto address = server_->listen(loopback());
  base::UniqueFd idle = blocking_client(*address);
  send_text(idle.get(), "GET / HTTP/1.1\r\nHost: lb\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return requests_.size() == 1; }));
  later_ = true;
  base::UniqueFd waiting = blocking_client(*address);
  send_text(waiting.get(), "GET / HTTP/1.1\r\nHost: lb\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return !replies_.empty(); }));
  server_->leave();
  EXPECT_EQ(body_of(exchange(std::move(idle), "")), "the body\n");  // and then the end
  replies_.front()(response_);
  EXPECT_THAT(exchange(std::move(waiting), ""), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_TRUE(run_until([&] { return !blocking_client(*address); }));  // nobody listens any more
}

TEST_F(HttpServerTest, LeavesWhileItRestsForWantOfDescriptors) {
  const auto address = server_->listen(loopback());
  const base::UniqueFd client = blocking_client(*address);
  {
    const DescriptorShortage shortage;
    run_ready();
    server_->leave();
  }
  EXPECT_TRUE(run_until([&] { return !blocking_client(*address); }));
  EXPECT_TRUE(requests_.empty());
}

TEST_F(HttpServerTest, WaitsLongerWhereItWasToldTo) {
  later_ = true;
  server_->be_patient("/slow", 1000);
  const auto address = server_->listen(loopback());
  base::UniqueFd slow = blocking_client(*address);
  send_text(slow.get(), "GET /slow HTTP/1.1\r\nHost: lb\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return !replies_.empty(); }));
  EXPECT_THAT(exchange(blocking_client(*address), "GET / HTTP/1.1\r\nHost: lb\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 503 "));
  replies_.front()(response_);
  EXPECT_EQ(body_of(exchange(std::move(slow), "")), "the body\n");
}

TEST_F(HttpServerTest, LeavesTheSupervisorsSocketFile) {
  auto socket = open_unix_socket(socket_path());
  ASSERT_TRUE(socket);
  {
    HttpServer server(loop_, handler());
    ASSERT_TRUE(server.adopt_activated(std::move(socket->fd)));
    server.own_files();
    EXPECT_TRUE(server.copy_doors().unix_socket_activated);
  }
  EXPECT_TRUE(std::filesystem::exists(socket_path()));
}

TEST_F(HttpServerTest, AnAdoptedSocketFileIsNotItsOwnAtFirst) {
  ASSERT_EQ(listen_error(socket_path()), "");
  for (const bool is_own : {false, true}) {
    HttpServer next(loop_, handler());
    ASSERT_TRUE(next.adopt_unix(std::move(server_->copy_doors().unix_socket), socket_path()));
    if (is_own) next.own_files();
    EXPECT_TRUE(std::filesystem::exists(socket_path()));
  }
  EXPECT_FALSE(std::filesystem::exists(socket_path()));
}

}  // namespace
}  // namespace lb::net
