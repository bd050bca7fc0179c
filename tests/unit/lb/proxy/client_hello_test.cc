#include "lb/proxy/client_hello.h"

#include <gtest/gtest.h>

#include "tests/unit/lb/proxy/hello_bytes.h"

namespace lb::proxy {
namespace {

constexpr unsigned kEarlyDataExtension = 42;

FirstFlight judge(std::string_view bytes) {
  return first_flight_of(std::as_bytes(std::span(bytes)));
}

TEST(ClientHello, IsKnownWhole) {
  EXPECT_EQ(judge(client_hello()), FirstFlight::kWhole);
  EXPECT_EQ(judge(client_hello({})), FirstFlight::kWhole);
}

TEST(ClientHello, WithoutExtensionsIsOneToo) {
  const std::string body = hello_body({});
  EXPECT_EQ(judge(record(body.substr(0, body.size() - 2))), FirstFlight::kWhole);
}

TEST(ClientHello, IsAPartUntilItsLastByte) {
  const std::string hello = client_hello();
  for (std::size_t size = 0; size < hello.size(); ++size) {
    EXPECT_EQ(judge(hello.substr(0, size)), FirstFlight::kPart) << size;
  }
}

TEST(ClientHello, MayHaveNothingBehindIt) {
  EXPECT_EQ(judge(client_hello() + "x"), FirstFlight::kOther);
  EXPECT_EQ(judge(client_hello() + client_hello()), FirstFlight::kOther);
}

TEST(ClientHello, MayNotAnnounceEarlyData) {
  EXPECT_EQ(judge(client_hello({0, kEarlyDataExtension})), FirstFlight::kOther);
}

TEST(ClientHello, OtherProtocolsAreSeenAtTheirFirstBytes) {
  EXPECT_EQ(judge("GET / HTTP/1.1\r\n"), FirstFlight::kOther);
  EXPECT_EQ(judge("S"), FirstFlight::kOther);
  EXPECT_EQ(judge("\x16S"), FirstFlight::kOther);
  EXPECT_EQ(judge(record(hello_body({}), 2)), FirstFlight::kOther);  // a ServerHello
}

TEST(ClientHello, LengthsThatDisagreeAreNotOne) {
  std::string hello = client_hello();
  hello[4] = static_cast<char>(hello[4] + 1);  // the record is longer than its message
  EXPECT_EQ(judge(hello), FirstFlight::kOther);
  EXPECT_EQ(judge(record(hello_body({0}) + "x")), FirstFlight::kOther);
  const std::string body = hello_body({0});
  for (std::size_t size = 0; size < body.size(); ++size) {
    const bool ends_before_extensions = size == hello_body({}).size() - 2;
    EXPECT_EQ(judge(record(body.substr(0, size))) == FirstFlight::kOther, !ends_before_extensions) << size;
  }
}

TEST(ClientHello, IsNoLongerThanARecord) {
  const std::string too_long = "\x16\x03\x01" + number(16'385, 2) + '\1' + number(16'381, 3);
  EXPECT_EQ(judge(too_long), FirstFlight::kOther);
}

TEST(ClientHello, IsAnsweredByAHandshakeOrAnAlert) {
  EXPECT_TRUE(begins_tls_answer(std::byte{0x16}));
  EXPECT_TRUE(begins_tls_answer(std::byte{0x15}));
  EXPECT_FALSE(begins_tls_answer(std::byte{0x17}));
  EXPECT_FALSE(begins_tls_answer(std::byte{'H'}));
}

}  // namespace
}  // namespace lb::proxy
