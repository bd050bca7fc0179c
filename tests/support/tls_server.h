// TlsServer: a TLS server in this process, for those who judge servers. A client that begins with a ClientHello is
// asked for nothing, and each of its GETs is answered as the test says; any other client's bytes are sent back, so that
// one server has both checks and sessions. TestCertificates is the CA that it needs.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/scripted_server.h"
#include "tests/support/temporary_folder.h"

namespace tests::support {

// A CA of its own and one certificate by it, as PEM files that vanish with it. Throws when they cannot be made.
class TestCertificates {
 public:
  // The names and addresses that the certificate is for.
  explicit TestCertificates(const std::vector<std::string>& names = {"127.0.0.1", "api.test"});

  [[nodiscard]] std::string ca() const { return (folder_.path() / "ca.pem").string(); }
  [[nodiscard]] std::string certificate() const { return (folder_.path() / "server.pem").string(); }
  [[nodiscard]] std::string key() const { return (folder_.path() / "server-key.pem").string(); }

 private:
  TemporaryFolder folder_;
};

class TlsServer {
 public:
  // The whole answer to a GET for this path: status line, fields, body. Called by the connections' threads.
  using Answer = std::function<std::string(const std::string& path)>;

  TlsServer(const TestCertificates& certificates, Answer answer);

  // Clients must show a certificate of this CA from now on. Before the first connection.
  void demand_certificate(const std::string& ca);
  // New connections are accepted and get no byte, until the client leaves.
  void fall_silent() noexcept { silent_ = true; }
  void speak() noexcept { silent_ = false; }

  [[nodiscard]] ScriptedServer& tcp() noexcept { return server_; }
  [[nodiscard]] const base::SocketAddress& address() const noexcept { return server_.address(); }
  [[nodiscard]] int handshakes() const noexcept { return handshakes_; }
  [[nodiscard]] int goodbyes() const noexcept { return goodbyes_; }  // clients that ended by close_notify
  [[nodiscard]] int sessions() const noexcept { return sessions_; }  // clients that wanted an echo
  [[nodiscard]] std::string last_name() const;                       // that a client asked for (SNI)

 private:
  struct Free {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  };
  void talk(base::UniqueFd socket);
  void serve(SSL* ssl);

  std::unique_ptr<SSL_CTX, Free> context_;
  Answer answer_;
  std::atomic<bool> silent_{false};
  std::atomic<int> handshakes_{0};
  std::atomic<int> goodbyes_{0};
  std::atomic<int> sessions_{0};
  mutable std::mutex mutex_;  // guards last_name_
  std::string last_name_;
  ScriptedServer server_;  // last, so that its threads end first
};

// "HTTP/1.1 500 ..." with a Content-Length.
[[nodiscard]] std::string http_answer(int status, const std::string& body = "ok");

}  // namespace tests::support
