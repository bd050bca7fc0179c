#include "lb/net/http_request.h"

#include <gmock/gmock.h>

#include "lb/net/http_server.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/lb/net/loop_fixture.h"
#include "tests/unit/lb/net/unix_client.h"

namespace lb::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using Method = HttpRequest::Method;

class HttpRequestTest : public LoopTest {
 protected:
  // What the server reads of these bytes.
  HttpRequest read(base::UniqueFd client, const std::string& bytes) {
    requests_.clear();
    send_text(client.get(), bytes);
    EXPECT_TRUE(run_until([&] { return !requests_.empty(); })) << bytes;
    return requests_.empty() ? HttpRequest{} : requests_.front();
  }
  HttpRequest read(const std::string& bytes) { return read(blocking_client(address_), bytes); }
  HttpRequest read_target(const std::string& target) { return read("GET " + target + " HTTP/1.1\r\nHost: lb\r\n\r\n"); }
  std::string path_of(const std::string& target) { return read_target(target).path; }

  std::vector<HttpRequest> requests_;
  HttpServer server_{loop_, [this](const HttpRequest& request, const HttpReply& reply) {
                       requests_.push_back(request);
                       reply({});
                     }};
  base::SocketAddress address_ = *server_.listen(loopback());
};

TEST_F(HttpRequestTest, HoldsThePathDecodedAndWithoutTheQuery) {
  EXPECT_EQ(path_of("/metrics?format=text"), "/metrics");
  EXPECT_EQ(path_of("/a%20b%2Fc"), "/a b/c");
  EXPECT_EQ(path_of("/plus+plus"), "/plus+plus");
  EXPECT_EQ(path_of("/livez%00.txt"), std::string("/livez\0.txt", 11));
  EXPECT_EQ(path_of("/livez%zz"), "/livez%zz");
  EXPECT_EQ(path_of("http://lb/livez"), "/livez");
  EXPECT_EQ(path_of("/" + std::string(2000, 'x')), "/" + std::string(2000, 'x'));
}

TEST_F(HttpRequestTest, HoldsTheQueryDecoded) {
  EXPECT_THAT(read_target("/x").query, IsEmpty());
  EXPECT_THAT(read_target("/x?").query, IsEmpty());
  EXPECT_THAT(read_target("/x?client=fd00::1&listener=a%26b&limit=1+2").query,
              ElementsAre(Pair("client", "fd00::1"), Pair("listener", "a&b"), Pair("limit", "1 2")));
  EXPECT_THAT(read_target("/x?bare&=empty&&a=b=c").query,
              ElementsAre(Pair("bare", ""), Pair("", "empty"), Pair("a", "b=c")));
  const HttpRequest twice = read_target("/x?limit=1&limit=2");
  EXPECT_EQ(twice.parameter("limit"), "1");
  EXPECT_EQ(twice.parameter("client"), std::nullopt);
}

TEST_F(HttpRequestTest, KnowsMethods) {
  const std::vector<std::pair<std::string, Method>> methods{{"GET", Method::kGet},      {"HEAD", Method::kHead},
                                                            {"POST", Method::kPost},    {"PATCH", Method::kPatch},
                                                            {"DELETE", Method::kOther}, {"OPTIONS", Method::kOther}};
  for (const auto& [name, method] : methods) {
    EXPECT_EQ(read(name + " /x HTTP/1.1\r\nHost: lb\r\n\r\n").method, method) << name;
  }
}

TEST_F(HttpRequestTest, HoldsTheBodyOfAChangeAndItsHeaders) {
  const HttpRequest request = read(
      "PATCH /x HTTP/1.1\r\nHost: lb\r\nauthorization: Bearer abc\r\nContent-Type: application/json\r\n"
      "Content-Length: 12\r\n\r\n{\"weight\":2}");
  EXPECT_EQ(request.body, "{\"weight\":2}");
  EXPECT_EQ(request.authorization, "Bearer abc");
  EXPECT_EQ(request.content_type, "application/json");
  EXPECT_EQ(request.host, "lb");
  EXPECT_EQ(read("POST /x HTTP/1.1\r\nHost: lb\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n").body,
            "abc");
  EXPECT_EQ(read_target("/x").authorization, "");
}

TEST_F(HttpRequestTest, TellsTheDoorThatItCameInBy) {
  EXPECT_EQ(read_target("/x").door, HttpRequest::Door::kTcp);
  const tests::support::TemporaryFolder folder;
  ASSERT_TRUE(server_.listen_unix(folder.path() / "s"));
  EXPECT_EQ(read(unix_client(folder.path() / "s"), "GET / HTTP/1.1\r\nHost: lb\r\n\r\n").door,
            HttpRequest::Door::kUnixSocket);
}

}  // namespace
}  // namespace lb::net
