#include "lb/net/http_answer.h"

#include <gtest/gtest.h>

namespace lb::net {
namespace {

HttpAnswer answer_of(std::string_view bytes) {
  const auto answer = parse_http_answer(bytes);
  EXPECT_TRUE(answer && *answer) << bytes;
  return answer && *answer ? **answer : HttpAnswer{};
}

// "more", "wrong", or where the answer ends.
std::string end_in(std::string_view bytes) {
  const auto end = end_of_answer(bytes, answer_of(bytes));
  if (!end) return "wrong";
  return *end ? std::to_string(**end) : "more";
}

TEST(HttpAnswer, ReadsTheStatusAndWhereTheHeadEnds) {
  const HttpAnswer answer = answer_of("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 3\r\n\r\nbad");
  EXPECT_EQ(answer.status, 500U);
  EXPECT_EQ(answer.head_size, 57U);
  EXPECT_EQ(answer.body_size, 3U);
  EXPECT_TRUE(answer.keeps_open);
  EXPECT_EQ(answer_of("HTTP/1.1 200\r\n\r\n").status, 200U);
  EXPECT_EQ(answer_of("HTTP/1.0 404 \r\n\r\n").status, 404U);
}

TEST(HttpAnswer, WaitsForTheWholeHead) {
  const std::string_view whole = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto answer = parse_http_answer(whole.substr(0, size));
    ASSERT_TRUE(answer) << size;
    EXPECT_FALSE(*answer) << size;
  }
}

TEST(HttpAnswer, RefusesWhatIsNoAnswerAsSoonAsItCan) {
  for (const char* bytes : {"S", "SSH-2.0-OpenSSH\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
                            "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 600 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n",
                            "HTTP/1.1  200 OK\r\n\r\n", "HTTP/1.1 +20 OK\r\n\r\n", "HTTP/1.7 200 OK\r\n\r\n"}) {
    EXPECT_FALSE(parse_http_answer(bytes)) << bytes;
  }
}

TEST(HttpAnswer, AFieldThatCannotBeReadLeavesTheStatusAsItIs) {
  for (const char* field : {"no field", ": x", "Content-Length: -1", "Content-Length: 1, 1"}) {
    const HttpAnswer answer = answer_of("HTTP/1.1 503 Busy\r\n" + std::string(field) + "\r\n\r\n");
    EXPECT_EQ(answer.status, 503U) << field;
    EXPECT_FALSE(answer.keeps_open) << field;
  }
}

TEST(HttpAnswer, LooksAtEightKibibytesAtMost) {
  const std::string line = "HTTP/1.1 200 OK\r\nA: ";
  const std::string long_head = line + std::string(kLargestHttpHead, 'a');
  EXPECT_FALSE(parse_http_answer(long_head));
  EXPECT_FALSE(parse_http_answer(long_head + "\r\n\r\n"));
  const std::string longest = line + std::string(kLargestHttpHead - line.size() - 4, 'a') + "\r\n\r\n";
  EXPECT_EQ(answer_of(longest).head_size, kLargestHttpHead);
}

TEST(HttpAnswer, KnowsWhetherTheServerGoesOn) {
  EXPECT_FALSE(answer_of("HTTP/1.1 200 OK\r\nconnection: Close\r\n\r\n").keeps_open);
  EXPECT_FALSE(answer_of("HTTP/1.0 200 OK\r\n\r\n").keeps_open);
  EXPECT_TRUE(answer_of("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n").keeps_open);
}

TEST(HttpAnswer, FindsTheEndByLength) {
  EXPECT_EQ(end_in("HTTP/1.1 200 OK\r\nCONTENT-LENGTH:  2 \r\n\r\nok"), "42");
  EXPECT_EQ(end_in("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no"), "more");
  EXPECT_EQ(end_in("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), "38");
  EXPECT_EQ(end_in("HTTP/1.1 204 None\r\n\r\n"), "21");
  EXPECT_EQ(end_in("HTTP/1.1 200 OK\r\n\r\nuntil the stream ends"), "wrong");
}

TEST(HttpAnswer, FindsTheEndOfChunks) {
  const std::string head = "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string body = "a;name=value\r\n0123456789\r\n1\r\n\r\r\n0\r\nTrailer: x\r\n\r\n";
  EXPECT_EQ(end_in(head + body), std::to_string(head.size() + body.size()));
  EXPECT_EQ(end_in(head + "0\r\n\r\nnext"), std::to_string(head.size() + 5));
  for (std::size_t size = 0; size < body.size(); ++size) EXPECT_EQ(end_in(head + body.substr(0, size)), "more") << size;
  EXPECT_EQ(end_in(head + "x\r\n"), "wrong");
  EXPECT_EQ(end_in(head + "ffffffffffffffff\r\nabc"), "more");
  EXPECT_EQ(end_in(head + "fffffffffffffffff\r\nabc"), "wrong");
}

}  // namespace
}  // namespace lb::net
