#include "tests/support/http_message.h"

#include <gtest/gtest.h>

namespace tests::support {
namespace {

TEST(HttpMessage, ReadsARequest) {
  const auto request = parse_request("GET /watch?interval=100ms&x HTTP/1.1\r\nHost: a\r\nConnection: Close");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->method, "GET");
  EXPECT_EQ(request->path, "/watch");
  EXPECT_EQ(request->query.at("interval"), "100ms");
  EXPECT_EQ(request->query.at("x"), "");
  EXPECT_FALSE(request->keep_alive);
  EXPECT_TRUE(parse_request("GET / HTTP/1.1\r\nHost: a")->keep_alive);
}

TEST(HttpMessage, RefusesWhatIsNoRequest) {
  for (const char* head : {"", "GET", "GET /", "GET / SPDY/3", "GET x HTTP/1.1", "\x16\x03\x01"}) {
    EXPECT_FALSE(parse_request(head)) << head;
  }
}

TEST(HttpMessage, ReadsAResponseHeadOnceItIsWhole) {
  const std::string bytes = "HTTP/1.1 500 No\r\ncontent-LENGTH:  12\r\n\r\nbody";
  EXPECT_EQ(*parse_response_head(bytes.substr(0, 20)), std::nullopt);
  const auto head = parse_response_head(bytes);
  ASSERT_TRUE(head && *head);
  EXPECT_EQ((*head)->status, 500);
  EXPECT_EQ((*head)->body_size, 12U);
  EXPECT_EQ((*head)->size, bytes.size() - 4);
  EXPECT_FALSE((*head)->chunked);
  EXPECT_TRUE((*parse_response_head("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))->chunked);
  EXPECT_FALSE(parse_response_head("SSH-2.0-x\r\n\r\n"));
  EXPECT_FALSE(parse_response_head("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"));
}

TEST(HttpMessage, TakesChunksHoweverTheyArrive) {
  const std::string stream = chunk("hello\n") + chunk(std::string(300, 'x')) + chunk("");
  std::string bytes;
  std::string content;
  bool ended = false;
  for (const char byte : stream) {
    bytes += byte;
    const auto taken = take_chunk(bytes);
    ASSERT_TRUE(taken) << taken.error().message;
    if (!*taken) continue;
    ended = (*taken)->empty();
    content += **taken;
  }
  EXPECT_EQ(content, "hello\n" + std::string(300, 'x'));
  EXPECT_TRUE(ended);
  EXPECT_TRUE(bytes.empty());
}

TEST(HttpMessage, RefusesBrokenChunks) {
  for (std::string bytes : {"zz\r\nhello\r\n", "2\r\nhello\r\n", "-1\r\n\r\n"})
    EXPECT_FALSE(take_chunk(bytes)) << bytes;
}

}  // namespace
}  // namespace tests::support
