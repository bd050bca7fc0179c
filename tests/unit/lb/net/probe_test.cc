#include "lb/net/probe.h"

#include <gmock/gmock.h>

#include "tests/support/tcp.h"
#include "tests/support/tls_server.h"
#include "tests/unit/lb/net/descriptor_shortage.h"
#include "tests/unit/lb/net/loop_fixture.h"

namespace lb::net {
namespace {

using namespace std::chrono_literals;
namespace support = tests::support;
using Kind = ProbeResult::Kind;
using cluster::HealthCheckKind;
using ::testing::HasSubstr;

class ProbeTest : public LoopTest {
 protected:
  ProbeTest() {
    check_.timeout = 10s;
    check_.path = "/readyz";
  }
  // One check of that kind; its result.
  ProbeResult result_of(HealthCheckKind kind, const base::SocketAddress& address) {
    check_.kind = kind;
    tls_ = speaks_tls(kind) ? *TlsContext::make(check_) : nullptr;
    std::optional<ProbeResult> told;
    Probe probe(loop_, check_, tls_.get(), [&](const ProbeResult& result) { told = result; });
    probe.start(address);
    EXPECT_FALSE(told);  // never from inside start()
    EXPECT_TRUE(run_until([&] { return told.has_value(); }));
    return told.value_or(ProbeResult{});
  }
  // The same with a plain HTTP server that says this to whatever it is asked first, and ends.
  ProbeResult http_result(const std::string& answer) {
    support::ScriptedServer server([&answer](const base::UniqueFd& socket) {
      std::array<char, 4096> room{};
      static_cast<void>(support::recv_some(socket, room));
      support::send_all(socket, answer);
    });
    return result_of(HealthCheckKind::kHttp, server.address());
  }

  cluster::HealthCheck check_;
  std::unique_ptr<const TlsContext> tls_;
};

// Over TLS, with a server that answers as the test says.
class TlsProbeTest : public ProbeTest {
 protected:
  TlsProbeTest() { check_.ca_file = certificates_.ca(); }
  ProbeResult https_result() { return result_of(HealthCheckKind::kHttps, server_.address()); }

  support::TestCertificates certificates_;
  std::atomic<int> ready_{200};
  std::atomic<int> live_{200};
  support::TlsServer server_{certificates_, [this](const std::string& path) {
                               return support::http_answer(path == "/readyz" ? ready_ : live_);
                             }};
};

TEST_F(ProbeTest, TcpPassesWhereAConnectionStandsAndFailsWhereItIsRefused) {
  auto listening = *open_listen_sockets(loopback(), 1);
  const auto address = local_address(listening.front().get());
  const ProbeResult passed = result_of(HealthCheckKind::kTcp, address);
  EXPECT_EQ(passed.kind, Kind::kPassed);
  EXPECT_EQ(passed.reason, "connect succeeded");
  EXPECT_FALSE(passed.failure);
  listening.clear();
  for (const auto kind : {HealthCheckKind::kTcp, HealthCheckKind::kHttp}) {
    const ProbeResult refused = result_of(kind, address);
    EXPECT_EQ(refused.kind, Kind::kFailed);
    EXPECT_EQ(refused.reason, "connect: Connection refused");
    EXPECT_EQ(refused.failure, ProbeFailure::kRefused);
  }
}

TEST_F(ProbeTest, OurOwnLackOfDescriptorsSaysNothing) {
  const auto listening = *open_listen_sockets(loopback(), 1);
  const DescriptorShortage shortage;
  for (const auto kind : {HealthCheckKind::kTcp, HealthCheckKind::kHttp}) {
    EXPECT_EQ(result_of(kind, local_address(listening.front().get())).kind, Kind::kOwnTrouble);
  }
}

TEST_F(ProbeTest, HttpPassesWithTheExpectedStatusAlone) {
  const ProbeResult passed = http_result("HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_EQ(passed.kind, Kind::kPassed);
  EXPECT_EQ(passed.reason, "GET /readyz: 200");
  check_.status = 401;
  EXPECT_EQ(http_result("HTTP/1.1 401 Unauthorized\r\n\r\n").kind, Kind::kPassed);
  const ProbeResult other = http_result("HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_EQ(other.kind, Kind::kNotReady);
  EXPECT_EQ(other.reason, "GET /readyz: 200");
  EXPECT_EQ(other.failure, ProbeFailure::kStatus);
}

TEST_F(ProbeTest, GarbageAndAnEarlyEndAreFailures) {
  const ProbeResult garbage = http_result("SSH-2.0-OpenSSH_9.2\r\n");
  EXPECT_EQ(garbage.kind, Kind::kFailed);
  EXPECT_EQ(garbage.reason, "GET /readyz: what came is no HTTP");
  EXPECT_EQ(garbage.failure, ProbeFailure::kAnswer);
  const ProbeResult nothing = http_result("HTTP/1.1 200");
  EXPECT_EQ(nothing.kind, Kind::kFailed);
  EXPECT_EQ(nothing.reason, "GET /readyz: the server ended the connection without an answer");
  EXPECT_EQ(http_result("HTTP/1.1 200 OK\r\nA: " + std::string(9000, 'a')).kind, Kind::kFailed);
}

TEST_F(ProbeTest, SilenceIsAFailureOnceTheTimeIsUp) {
  const auto listening = *open_listen_sockets(loopback(), 1);
  check_.timeout = 30ms;
  const auto address = local_address(listening.front().get());
  const ProbeResult http = result_of(HealthCheckKind::kHttp, address);
  EXPECT_EQ(http.kind, Kind::kFailed);
  EXPECT_EQ(http.reason, "GET /readyz: no answer within 30ms");
  EXPECT_EQ(http.failure, ProbeFailure::kTimeout);
  check_.insecure = true;
  const ProbeResult tls = result_of(HealthCheckKind::kTls, address);
  EXPECT_EQ(tls.kind, Kind::kFailed);
  EXPECT_EQ(tls.reason, "TLS handshake: no answer within 30ms");
  EXPECT_EQ(tls.failure, ProbeFailure::kTimeout);
}

TEST_F(ProbeTest, CancelAndDestructionSilence) {
  const auto listening = *open_listen_sockets(loopback(), 1);
  check_.kind = HealthCheckKind::kHttp;
  check_.timeout = 1ms;
  int told = 0;
  {
    Probe probe(loop_, check_, nullptr, [&](const auto&) { ++told; });
    probe.cancel();
    probe.start(local_address(listening.front().get()));
    probe.cancel();
    probe.start(local_address(listening.front().get()));
  }
  run_ready();
  EXPECT_EQ(told, 0);
}

TEST_F(ProbeTest, MayBeStartedAgainFromItsOwnCallback) {
  const support::NamingServer server("HTTP/1.1 200 OK\r\n\r\n");
  check_.kind = HealthCheckKind::kHttp;
  int told = 0;
  Probe* self = nullptr;
  Probe probe(loop_, check_, nullptr, [&](const ProbeResult& result) {
    EXPECT_EQ(result.kind, Kind::kPassed) << result.reason;
    if (++told < 3) self->start(server.address());
  });
  self = &probe;
  probe.start(server.address());
  EXPECT_TRUE(run_until([&] { return told == 3; }));
  run_ready();
  EXPECT_EQ(told, 3);
}

TEST_F(TlsProbeTest, TlsPassesWhenHandsAreShaken) {
  const ProbeResult result = result_of(HealthCheckKind::kTls, server_.address());
  EXPECT_EQ(result.kind, Kind::kPassed);
  EXPECT_EQ(result.reason, "TLS handshake succeeded");
  while (server_.goodbyes() == 0) std::this_thread::yield();  // and leaves in good order
}

TEST_F(TlsProbeTest, HttpsPassesAndLeavesInGoodOrder) {
  const ProbeResult result = https_result();
  EXPECT_EQ(result.kind, Kind::kPassed) << result.reason;
  EXPECT_EQ(result.reason, "GET /readyz: 200");
  while (server_.goodbyes() == 0) std::this_thread::yield();
}

TEST_F(TlsProbeTest, AsksForTheNameThatItIsGiven) {
  check_.server_name = "api.test";
  EXPECT_EQ(https_result().kind, Kind::kPassed);
  EXPECT_EQ(server_.last_name(), "api.test");
  check_.server_name = "other.test";
  const ProbeResult other = https_result();
  EXPECT_EQ(other.kind, Kind::kFailed);
  EXPECT_EQ(other.reason, "TLS handshake: the certificate is refused (other.test): hostname mismatch");
  EXPECT_EQ(other.failure, ProbeFailure::kTls);
}

TEST_F(TlsProbeTest, ACertificateOfAnotherCaIsAFailure) {
  const support::TestCertificates others;
  check_.ca_file = others.ca();
  const ProbeResult result = https_result();
  EXPECT_EQ(result.kind, Kind::kFailed);
  EXPECT_THAT(result.reason, HasSubstr("TLS handshake: the certificate is refused (127.0.0.1): "));
}

TEST_F(TlsProbeTest, AWrongStatusIsNotReadyAndTheLivePathIsAskedForTheReason) {
  ready_ = 500;
  EXPECT_EQ(https_result().reason, "GET /readyz: 500");
  check_.live_path = "/livez?exclude=etcd";
  const ProbeResult live = https_result();
  EXPECT_EQ(live.kind, Kind::kNotReady);
  EXPECT_EQ(live.reason, "GET /readyz: 500, GET /livez?exclude=etcd: 200");
  EXPECT_EQ(server_.handshakes(), 2);  // both questions on one connection
  live_ = 503;
  const ProbeResult dead = https_result();
  EXPECT_EQ(dead.kind, Kind::kNotReady);  // for the reason only
  EXPECT_EQ(dead.reason, "GET /readyz: 500, GET /livez?exclude=etcd: 503");
}

TEST_F(TlsProbeTest, TheLivePathIsNotAskedWhenAllIsWell) {
  check_.live_path = "/livez";
  live_ = 500;
  EXPECT_EQ(https_result().reason, "GET /readyz: 200");
}

TEST_F(ProbeTest, WhatTheLivePathDoesChangesNothing) {
  check_.live_path = "/livez";
  // The server closes: it cannot be asked again.
  EXPECT_EQ(http_result("HTTP/1.1 500 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").reason,
            "GET /readyz: 500");
  EXPECT_EQ(http_result("HTTP/1.1 500 No\r\n\r\nno length").reason, "GET /readyz: 500");
  EXPECT_EQ(http_result("HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\ntoo few").reason, "GET /readyz: 500");
  // It answers to the second question with garbage, or not at all.
  const ProbeResult garbage = http_result("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\ngarbage");
  EXPECT_EQ(garbage.kind, Kind::kNotReady);
  EXPECT_THAT(garbage.reason, HasSubstr("GET /readyz: 500, GET /livez: "));
  const ProbeResult chunked = http_result("HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.kind, Kind::kNotReady);
  EXPECT_THAT(chunked.reason, HasSubstr("GET /readyz: 500, GET /livez: "));
}

}  // namespace
}  // namespace lb::net
