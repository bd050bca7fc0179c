#include "pki/crypto/tls_probe.h"

#include <gmock/gmock.h>

#include <future>
#include <thread>

#include "pki/crypto/trust.h"
#include "tests/support/folder_state.h"
#include "tests/support/scripted_server.h"
#include "tests/support/tcp.h"
#include "tests/support/tls_server.h"

namespace pki::crypto {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;
using tests::support::content_of;
using tests::support::TestCertificates;
using tests::support::TlsServer;

TlsQuestion about(const base::SocketAddress& address, std::string name = "api.test") {
  return {{address.ip().to_string(), address.port()}, std::move(name), tests::support::kPatience};
}

struct Client {
  explicit Client(const TestCertificates& of)
      : certificate(Certificate::from_pem(content_of(of.certificate())).value()),
        key(Key::from_pem(content_of(of.key())).value()) {}
  [[nodiscard]] ClientIdentity identity() const { return {certificate, key}; }

  Certificate certificate;
  Key key;
};

std::string answer_200(const std::string&) {
  return tests::support::http_answer(200);
}

TEST(TlsProbe, TellsWhatTheServerShows) {
  const TestCertificates files;
  TlsServer server(files, answer_200);
  const auto answer = ask_server(about(server.address()));
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_EQ(answer->chain.size(), 1U);
  EXPECT_TRUE(answer->chain[0].is_same_as(Client(files).certificate));
  EXPECT_EQ(answer->protocol, "TLSv1.3");
  EXPECT_EQ(answer->refusal, std::nullopt);
  EXPECT_FALSE(answer->is_silent);
  EXPECT_FALSE(answer->asks_for_certificate);
  while (server.goodbyes() == 0) std::this_thread::yield();
  EXPECT_EQ(server.last_name(), "api.test");
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  EXPECT_EQ(why_refused(answer->chain, Certificate::all_from_pem(content_of(files.ca())).value(), "127.0.0.1", now),
            std::nullopt);
}

TEST(TlsProbe, AnAddressIsNotToldAsAName) {
  const TestCertificates files;
  TlsServer server(files, answer_200);
  ASSERT_TRUE(ask_server(about(server.address(), "127.0.0.1")));
  while (server.goodbyes() == 0) std::this_thread::yield();
  EXPECT_EQ(server.last_name(), "");
}

TEST(TlsProbe, TellsWhetherAClientIsTaken) {
  const TestCertificates files;
  const TestCertificates strangers;
  TlsServer server(files, answer_200);
  server.demand_certificate(files.ca());
  const auto taken = ask_server(about(server.address()), Client(files).identity());
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->refusal, std::nullopt);
  EXPECT_TRUE(taken->asks_for_certificate);
  const auto refused = ask_server(about(server.address()), Client(strangers).identity());
  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_NE(refused->refusal, std::nullopt);  // an alert, or the reset that overtook it
  EXPECT_TRUE(refused->chain.at(0).is_same_as(Client(files).certificate));
}

TEST(TlsProbe, AnAnswer401IsARefusalToo) {
  const TestCertificates files;
  TlsServer server(files, [](const std::string&) { return tests::support::http_answer(401); });
  const auto answer = ask_server(about(server.address()), Client(files).identity());
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(answer->refusal.value_or(""), StartsWith("it answers 401"));
}

TEST(TlsProbe, ToShakeHandsIsNotToAnswer) {
  const TestCertificates files;
  std::promise<void> over;
  const auto until_over = over.get_future().share();
  TlsServer server(files, [until_over](const std::string&) {
    until_over.wait();
    return std::string();
  });
  auto question = about(server.address());
  question.patience = milliseconds(300);
  const auto answer = ask_server(question);
  over.set_value();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(answer->is_silent);
  EXPECT_EQ(answer->refusal, std::nullopt);
}

TEST(TlsProbe, SaysWhyNothingIsKnown) {
  const auto nobody = tests::support::free_address();
  EXPECT_EQ(ask_server(about(nobody)).error().message,
            nobody.to_string() + ": Connection refused; is it running, and is this its port?");
  const tests::support::NamingServer plain("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_THAT(ask_server(about(plain.address())).error().message, HasSubstr("it speaks no TLS"));
}

TEST(TlsProbe, WaitsNoLongerThanItIsTold) {
  const TestCertificates files;
  TlsServer server(files, answer_200);
  server.fall_silent();
  auto question = about(server.address());
  question.patience = milliseconds(50);
  const auto answer = ask_server(question);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("it says nothing for too long"));
}

}  // namespace
}  // namespace pki::crypto
