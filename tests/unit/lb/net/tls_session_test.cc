#include "lb/net/tls_session.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/tls_server.h"
#include "tests/unit/lb/net/loop_fixture.h"

namespace lb::net {
namespace {

namespace support = tests::support;
using TlsOutcome = TlsSession::Outcome;
using ::testing::HasSubstr;

class TlsSessionTest : public LoopTest {
 protected:
  static std::string answer(const std::string& path) { return "you asked for " + path; }

  cluster::HealthCheck trusting() {
    cluster::HealthCheck check;
    check.kind = cluster::HealthCheckKind::kTls;
    check.ca_file = certificates_.ca();
    return check;
  }
  // Why there is no context.
  static std::string complaint(const cluster::HealthCheck& check) {
    const auto context = TlsContext::make(check);
    return context ? "" : context.error().message;
  }
  // Shakes hands as this check wants it; "" or why it failed.
  std::string shake(const cluster::HealthCheck& check, const std::string& name) {
    context_ = *TlsContext::make(check);
    session_.reset();
    socket_ = blocking_client(server_.address());
    session_.emplace(*context_, socket_.get(), name);
    const auto result = session_->shake_hands();
    return result.outcome == TlsOutcome::kMoved ? "" : session_->reason();
  }
  std::string ask(std::string_view path) {
    const std::string question = "GET " + std::string(path) + " HTTP/1.1\r\n\r\n";
    EXPECT_EQ(session_->send(question).bytes, question.size());
    return hear();
  }
  std::string hear() {
    std::array<char, 4096> room{};
    const auto result = session_->receive(room);
    return result.outcome == TlsOutcome::kMoved ? std::string(room.data(), result.bytes) : session_->reason();
  }

  support::TestCertificates certificates_;
  support::TestCertificates others_;
  support::TlsServer server_{certificates_, &TlsSessionTest::answer};
  std::unique_ptr<const TlsContext> context_;
  base::UniqueFd socket_;
  std::optional<TlsSession> session_;
};

TEST_F(TlsSessionTest, TrustsACertificateByItsCaForTheAddress) {
  EXPECT_EQ(shake(trusting(), "127.0.0.1"), "");
  EXPECT_EQ(ask("/readyz"), "you asked for /readyz");
  EXPECT_EQ(server_.last_name(), "");  // an address is no name to send (RFC 6066 s3)
}

TEST_F(TlsSessionTest, AsksForTheNameAndVerifiesIt) {
  EXPECT_EQ(shake(trusting(), "api.test"), "");
  EXPECT_EQ(ask("/"), "you asked for /");
  EXPECT_EQ(server_.last_name(), "api.test");
}

TEST_F(TlsSessionTest, RefusesAnotherNameAnotherAddressAndAnotherCa) {
  EXPECT_EQ(shake(trusting(), "other.test"), "the certificate is refused (other.test): hostname mismatch");
  EXPECT_EQ(shake(trusting(), "127.0.0.2"), "the certificate is refused (127.0.0.2): IP address mismatch");
  auto check = trusting();
  check.ca_file = others_.ca();
  EXPECT_THAT(shake(check, "127.0.0.1"), HasSubstr("the certificate is refused (127.0.0.1): "));
}

TEST_F(TlsSessionTest, TellsWhoTheServerIsAndForHowLong) {
  EXPECT_EQ(shake(trusting(), "127.0.0.1"), "");
  const auto certificate = session_->peer_certificate();
  ASSERT_TRUE(certificate);
  EXPECT_EQ(certificate->names, std::vector<std::string>{"api.test"});
  EXPECT_EQ(certificate->addresses, std::vector<base::IpAddress>{*base::IpAddress::parse("127.0.0.1")});
  const auto left = certificate->not_after - std::chrono::system_clock::now();
  EXPECT_LE(left, std::chrono::days{1});
  EXPECT_GT(left, std::chrono::hours{23});
}

TEST_F(TlsSessionTest, TellsOfNoCertificateBeforeTheHandshake) {
  context_ = *TlsContext::make(trusting());
  session_.emplace(*context_, -1, "127.0.0.1");
  EXPECT_EQ(session_->peer_certificate(), std::nullopt);
}

TEST_F(TlsSessionTest, LooksAtNoCertificateWhenToldSo) {
  cluster::HealthCheck check;
  check.insecure = true;
  EXPECT_EQ(shake(check, "other.test"), "");
  EXPECT_EQ(ask("/"), "you asked for /");
}

TEST_F(TlsSessionTest, ShowsItsOwnCertificate) {
  server_.demand_certificate(certificates_.ca());
  auto check = trusting();
  check.certificate_file = certificates_.certificate();
  check.key_file = certificates_.key();
  EXPECT_EQ(shake(check, "127.0.0.1"), "");
  EXPECT_EQ(ask("/"), "you asked for /");
  // TLS 1.3 tells of a certificate that is missing only when something is read.
  EXPECT_EQ(shake(trusting(), "127.0.0.1"), "");
  EXPECT_THAT(hear(), HasSubstr("certificate required"));
}

TEST_F(TlsSessionTest, SaysGoodbye) {
  EXPECT_EQ(shake(trusting(), "127.0.0.1"), "");
  EXPECT_EQ(ask("/"), "you asked for /");
  session_->say_goodbye();
  while (server_.goodbyes() == 0) std::this_thread::yield();
}

TEST_F(TlsSessionTest, TellsThatTheOtherSideSpeaksNoTls) {
  const support::NamingServer plain("HTTP/1.1 400 Bad Request\r\n\r\n");
  context_ = *TlsContext::make(trusting());
  const auto socket = blocking_client(plain.address());
  TlsSession session(*context_, socket.get(), "127.0.0.1");
  EXPECT_EQ(session.shake_hands().outcome, TlsOutcome::kFailed);
  EXPECT_EQ(session.reason(), "wrong version number");
}

TEST_F(TlsSessionTest, WantsToReadUntilTheServerAnswers) {
  const auto pair = connected_pair();
  context_ = *TlsContext::make(trusting());
  TlsSession session(*context_, pair.near.get(), "127.0.0.1");
  EXPECT_EQ(session.shake_hands().outcome, TlsOutcome::kWantsRead);
}

TEST_F(TlsSessionTest, AFileThatCannotBeUsedIsNamed) {
  auto check = trusting();
  check.ca_file = "/nowhere/ca.pem";
  EXPECT_EQ(complaint(check),
            "healthCheck.caFile: cannot use /nowhere/ca.pem: No such file or directory; name a PEM file of CA "
            "certificates that this user may read");
  check.ca_file = certificates_.key();  // PEM, but no certificate
  EXPECT_THAT(complaint(check), HasSubstr("healthCheck.caFile: cannot use " + certificates_.key() + ": no cert"));
  check = trusting();
  check.certificate_file = "/nowhere/client.pem";
  EXPECT_THAT(complaint(check), HasSubstr("healthCheck.certificateFile: cannot use /nowhere/client.pem: No such file"));
  check.certificate_file = certificates_.certificate();
  check.key_file = others_.key();
  EXPECT_THAT(complaint(check),
              HasSubstr("healthCheck.keyFile: cannot use " + others_.key() + ": key values mismatch"));
}

}  // namespace
}  // namespace lb::net
