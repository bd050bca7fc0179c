// LiveServer: a TLS server in this process that shows a certificate of a PKI's folder, and asks clients for one that
// the folder's ca.pem signed, as an API server and etcd do. One thread; it ends with its owner.
#pragma once

#include <openssl/ssl.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "tests/support/scripted_server.h"

namespace pki::command {

// kHangs: it shakes hands and takes what is said, and never answers.
enum class LiveManner { kAnswers, kHangs };

class LiveServer {
 public:
  // `name`: of the certificate. The files are read now: what changes in the folder later does not reach the server.
  LiveServer(const std::filesystem::path& folder, const std::string& name, LiveManner manner = LiveManner::kAnswers)
      : manner_(manner),
        context_(SSL_CTX_new(TLS_server_method())),
        server_([this](base::UniqueFd socket) { talk(socket); }) {
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));  // OpenSSL writes by write(2), and a client may have left
    const std::string certificate = (folder / (name + ".pem")).string();
    const std::string key = (folder / (name + "-key.pem")).string();
    const std::string authority = (folder / "ca.pem").string();
    SSL_CTX_set_mode(context_.get(), SSL_MODE_NO_AUTO_CHAIN);
    if (SSL_CTX_use_certificate_file(context_.get(), certificate.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(context_.get(), key.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_load_verify_locations(context_.get(), authority.c_str(), nullptr) != 1) {
      throw std::runtime_error("the server cannot use the folder's files");
    }
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  }

  [[nodiscard]] const base::SocketAddress& address() const noexcept { return server_.address(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  };

  // One request, one answer.
  void talk(const base::UniqueFd& socket) const {
    const std::unique_ptr<SSL, Free> ssl(SSL_new(context_.get()));
    SSL_set_fd(ssl.get(), socket.get());
    if (SSL_accept(ssl.get()) != 1) return;
    std::string request(4096, '\0');
    while (SSL_read(ssl.get(), request.data(), static_cast<int>(request.size())) > 0 && manner_ == LiveManner::kHangs) {
    }
    if (manner_ == LiveManner::kHangs) return;
    const std::string answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
    SSL_shutdown(ssl.get());
  }

  LiveManner manner_;
  std::unique_ptr<SSL_CTX, Free> context_;
  tests::support::ScriptedServer server_;  // last, so that its threads end first
};

}  // namespace pki::command
