#include "lb/net/http_server.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <fstream>
#include <optional>
#include <vector>

#include "tests/support/temporary_folder.h"
#include "tests/unit/lb/net/descriptor_shortage.h"
#include "tests/unit/lb/net/loop_fixture.h"

namespace lb::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

sockaddr_un address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

base::UniqueFd unix_client(const std::filesystem::path& path) {
  base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_of(path);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fd.reset();
  return fd;
}

// A socket file as a process leaves it that was killed.
void leave_stale_socket(const std::filesystem::path& path) {
  const base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_of(path);
  ASSERT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(fd.get(), 1), 0);
}

std::string body_of(const std::string& reply) {
  const auto blank = reply.find("\r\n\r\n");
  return blank == std::string::npos ? "no head: " + reply : reply.substr(blank + 4);
}

class HttpServerTest : public LoopTest {
 protected:
  HttpServerTest() { server_.emplace(loop_, handler()); }

  HttpServer::Handler handler() {
    return [this](const HttpRequest& request) {
      requests_.push_back(request);
      return response_;
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
  std::string path_seen_for(const std::string& target) {
    requests_.clear();
    ask("GET " + target);
    return requests_.size() == 1 ? requests_.front().path : "not one request";
  }
  [[nodiscard]] std::filesystem::path socket_path() const { return folder_.path() / "lb.sock"; }
  std::string listen_error(const std::filesystem::path& path) {
    const auto listening = server_->listen_unix(path);
    return listening ? "" : listening.error().message;
  }

  tests::support::TemporaryFolder folder_;
  std::vector<HttpRequest> requests_;
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

TEST_F(HttpServerTest, PassesTheStatusOn) {
  response_.status = 404;
  EXPECT_THAT(ask("GET /nothing"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  response_.status = 503;
  response_.body.clear();
  const std::string reply = ask("GET /readyz");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\nContent-Length: 0\r\n"));
}

TEST_F(HttpServerTest, LetsTheHandlerRefuseAMethodAndNamesTheAllowedOnes) {
  response_.status = 405;
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"}) {
    requests_.clear();
    const std::string reply = ask(std::string(method) + " /metrics");
    EXPECT_THAT(reply, StartsWith("HTTP/1.1 405 Method Not Allowed\r\n")) << method;
    EXPECT_THAT(reply, HasSubstr("\r\nAllow: GET, HEAD\r\n")) << method;
    ASSERT_EQ(requests_.size(), 1U) << method;
    EXPECT_EQ(requests_.front().method, HttpRequest::Method::kOther);
  }
}

TEST_F(HttpServerTest, AnswersAMethodThatNobodyKnowsByItself) {
  EXPECT_THAT(ask("BREW /pot"), StartsWith("HTTP/1.1 501 "));
  EXPECT_TRUE(requests_.empty());
}

TEST_F(HttpServerTest, GivesThePathDecodedAndWithoutTheQuery) {
  EXPECT_EQ(path_seen_for("/metrics?format=text"), "/metrics");
  EXPECT_EQ(path_seen_for("/a%20b%2Fc"), "/a b/c");
  EXPECT_EQ(path_seen_for("/plus+plus"), "/plus+plus");
  EXPECT_EQ(path_seen_for("/livez%00.txt"), std::string("/livez\0.txt", 11));
  EXPECT_EQ(path_seen_for("/livez%zz"), "/livez%zz");
  EXPECT_EQ(path_seen_for("http://lb/livez"), "/livez");
  EXPECT_EQ(path_seen_for("/" + std::string(2000, 'x')), "/" + std::string(2000, 'x'));
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

TEST_F(HttpServerTest, LeavesTheUmaskAsItWas) {
  const mode_t before = ::umask(027);
  EXPECT_EQ(listen_error(socket_path()), "");
  EXPECT_EQ(::umask(before), 027U);
}

TEST_F(HttpServerTest, ReplacesASocketThatNobodyServes) {
  leave_stale_socket(socket_path());
  EXPECT_FALSE(unix_client(socket_path()));
  EXPECT_EQ(listen_error(socket_path()), "");
  EXPECT_TRUE(unix_client(socket_path()));
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

TEST_F(HttpServerTest, LeavesAnyOtherFileUntouched) {
  std::ofstream(socket_path()) << "precious";
  EXPECT_EQ(listen_error(socket_path()),
            "cannot listen on " + socket_path().string() + ": File exists; choose another path");
  server_.reset();
  std::string content;
  std::ifstream(socket_path()) >> content;
  EXPECT_EQ(content, "precious");
}

TEST_F(HttpServerTest, DoesNotFollowASymbolicLink) {
  leave_stale_socket(folder_.path() / "elsewhere");
  std::filesystem::create_symlink(folder_.path() / "elsewhere", socket_path());
  EXPECT_THAT(listen_error(socket_path()), HasSubstr("File exists"));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "elsewhere"));
}

TEST_F(HttpServerTest, TellsWhyAPathCannotBeUsed) {
  EXPECT_THAT(listen_error(folder_.path() / "missing" / "lb.sock"), HasSubstr("No such file or directory"));
  EXPECT_THAT(listen_error(folder_.path() / std::string(200, 'x')),
              HasSubstr("the path is longer than 107 bytes; choose a shorter one"));
  EXPECT_EQ(listen_error(""), "cannot listen on a socket without a path; give one, or none for no socket");
}

TEST_F(HttpServerTest, RemovesItsSocketAtTheEnd) {
  ASSERT_EQ(listen_error(socket_path()), "");
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(socket_path()));
}

TEST_F(HttpServerTest, LeavesTheSocketOfItsSuccessor) {
  ASSERT_EQ(listen_error(socket_path()), "");
  ASSERT_TRUE(std::filesystem::remove(socket_path()));  // by hand, while it was still served
  HttpServer successor(loop_, handler());
  ASSERT_TRUE(successor.listen_unix(socket_path()));
  server_.reset();
  EXPECT_TRUE(unix_client(socket_path()));
}

}  // namespace
}  // namespace lb::net
