#include "lb/doctor/visitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scripted_server.h"
#include "tests/support/tcp.h"
#include "tests/support/tls_server.h"

namespace lb::doctor {
namespace {

namespace support = tests::support;
using namespace std::chrono_literals;
using ::testing::ElementsAre;

class VisitorTest : public ::testing::Test {
 protected:
  VisitorTest() {
    cluster::HealthCheck trusting;
    trusting.insecure = true;
    context_ = *net::TlsContext::make(trusting);
  }
  Visit visit(const base::SocketAddress& address, std::chrono::milliseconds patience = 10s) {
    return visit_backend({address, "api.test", "/readyz"}, *context_, patience);
  }

  std::unique_ptr<const net::TlsContext> context_;
};

TEST_F(VisitorTest, SeesTheCertificateAndTheStatus) {
  const support::TestCertificates certificates({"10.10.0.1", "kubernetes"});
  support::TlsServer server(
      certificates, [](const std::string& path) { return support::http_answer(path == "/readyz" ? 403 : 404); });
  const Visit seen = visit(server.address());
  EXPECT_EQ(seen.connect_error + seen.tls_error + seen.answer_error, "");
  ASSERT_TRUE(seen.certificate);
  EXPECT_THAT(seen.certificate->names, ElementsAre("kubernetes"));
  EXPECT_EQ(seen.status, 403U);
  EXPECT_EQ(server.last_name(), "api.test");
}

TEST_F(VisitorTest, SaysThatNobodyListens) {
  const Visit seen = visit(*base::SocketAddress::parse("127.0.0.1:1"));
  EXPECT_EQ(seen.connect_error, "Connection refused");
}

TEST_F(VisitorTest, SaysThatItSpeaksNoTls) {
  const support::NamingServer server("hello, I am no TLS server");
  const Visit seen = visit(server.address());
  EXPECT_EQ(seen.connect_error, "");
  EXPECT_NE(seen.tls_error, "");
}

TEST_F(VisitorTest, DoesNotWaitForEver) {
  const support::TestCertificates certificates;
  support::TlsServer server(certificates, [](const std::string&) { return support::http_answer(200); });
  server.fall_silent();
  EXPECT_EQ(visit(server.address(), 50ms).tls_error, "no answer in time");
}

TEST_F(VisitorTest, TakesGarbageForNoAnswer) {
  const support::TestCertificates certificates;
  support::TlsServer server(certificates, [](const std::string&) { return std::string("garbage\r\n\r\n"); });
  EXPECT_NE(visit(server.address()).answer_error, "");
}

}  // namespace
}  // namespace lb::doctor
