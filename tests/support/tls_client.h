// TlsClient: HTTPS as a careful client does it. Every connection is new (no resumption), TLS 1.2 or 1.3, and the server
// must prove by the given CA that it is the given name or address. A TlsClient may be used by many threads at once; a
// TlsConnection belongs to one.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "lib/base/result.h"
#include "lib/base/socket_address.h"
#include "lib/base/unique_fd.h"
#include "tests/support/http_message.h"

namespace tests::support {

using Deadline = std::chrono::steady_clock::time_point;

class TlsConnection {
 public:
  TlsConnection(base::UniqueFd socket, SSL* ssl) noexcept;  // owns both
  TlsConnection(TlsConnection&&) noexcept = default;
  TlsConnection& operator=(TlsConnection&&) noexcept = default;
  ~TlsConnection();

  [[nodiscard]] base::Result<void> handshake(Deadline deadline);
  [[nodiscard]] base::Result<void> send(std::string_view bytes, Deadline deadline);
  // At least one byte, or an empty string at the end of the stream. An end without close_notify is an error.
  [[nodiscard]] base::Result<std::string> receive(Deadline deadline);
  // Waits for bytes, or an end, that receive would find; false: the deadline came first.
  [[nodiscard]] bool has_news(Deadline deadline) const;
  // Whether the server has said anything in TLS, were it but the head of its first record (handshake or alert).
  [[nodiscard]] bool has_heard_tls() const noexcept;

 private:
  struct Free {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  };

  [[nodiscard]] base::Result<void> wait_for_more(int result, Deadline deadline, const char* doing);

  base::UniqueFd socket_;
  std::unique_ptr<SSL, Free> ssl_;
};

// The server's long answer to a watch, line by line.
class WatchStream {
 public:
  WatchStream(TlsConnection connection, std::string begun) noexcept;

  // The next line, without its end; nothing once the server has ended the stream in good order.
  [[nodiscard]] base::Result<std::optional<std::string>> next_line(Deadline deadline);
  // As TlsConnection's; for a server that sends each line by itself.
  [[nodiscard]] bool has_news(Deadline deadline) const { return connection_.has_news(deadline); }

 private:
  TlsConnection connection_;
  std::string raw_;    // received, not yet unchunked
  std::string lines_;  // unchunked, not yet handed out
};

class TlsClient {
 public:
  // `name`: what the certificate must be for, a DNS name or an IP address.
  [[nodiscard]] static base::Result<TlsClient> make(const std::filesystem::path& ca_file, std::string name);

  // Shown to servers that ask for a client certificate; PEM files.
  [[nodiscard]] base::Result<void> use_certificate(const std::filesystem::path& certificate,
                                                   const std::filesystem::path& key);

  // TCP alone; handshake() comes next.
  [[nodiscard]] base::Result<TlsConnection> open(const base::SocketAddress& address, Deadline deadline) const;
  // TCP and TLS, up to the end of the handshake.
  [[nodiscard]] base::Result<TlsConnection> connect(const base::SocketAddress& address, Deadline deadline) const;
  // One request on a connection of its own, all of it within `patience`. A body that is cut short is an error.
  [[nodiscard]] base::Result<HttpResponse> get(const base::SocketAddress& address, const std::string& path,
                                               std::chrono::milliseconds patience) const;
  // The same on a connection whose handshake is done, and which can do no more afterwards.
  [[nodiscard]] base::Result<HttpResponse> get_on(TlsConnection& connection, const std::string& path,
                                                  Deadline deadline) const;
  // The answer must be 200; `patience` is for its head.
  [[nodiscard]] base::Result<WatchStream> watch(const base::SocketAddress& address, const std::string& path,
                                                std::chrono::milliseconds patience) const;
  // The same on a connection whose handshake is done. The bytes behind the head, with which a WatchStream begins.
  [[nodiscard]] base::Result<std::string> begin_watch(TlsConnection& connection, const std::string& path,
                                                      Deadline deadline) const;

 private:
  struct Free {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  };

  TlsClient(SSL_CTX* context, std::string name) noexcept : context_(context), name_(std::move(name)) {}

  std::unique_ptr<SSL_CTX, Free> context_;
  std::string name_;
};

}  // namespace tests::support
