// TlsContext and TlsSession: the client's side of TLS over a non-blocking socket; the only door to OpenSSL in lb. Made
// for health checks, which want to know whether a server can shake hands, and why not. Loop's thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/ip_address.h"
#include "lib/base/result.h"
#include "lib/cluster/cluster.h"

// OpenSSL's own, so that its headers stay behind the door.
struct ssl_ctx_st;
struct ssl_st;

namespace lb::net {

// What all sessions of one listener's checks share: whom to trust, and what to show.
class TlsContext {
 public:
  // Reads caFile, certificateFile and keyFile. An error names the key and the file.
  [[nodiscard]] static base::Result<std::unique_ptr<const TlsContext>> make(const cluster::HealthCheck& check);

  // For TlsSession alone.
  [[nodiscard]] ssl_ctx_st* native() const noexcept { return context_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const noexcept;
  };
  explicit TlsContext(ssl_ctx_st* context) noexcept : context_(context) {}

  std::unique_ptr<ssl_ctx_st, Free> context_;
};

// What a server showed of itself, for those who judge it. Whether it is trusted is another question.
struct PeerCertificate {
  std::vector<std::string> names;  // subjectAltName: DNS names
  std::vector<base::IpAddress> addresses;
  std::chrono::system_clock::time_point not_after;  // in seconds

  friend bool operator==(const PeerCertificate&, const PeerCertificate&) = default;
};

class TlsSession {
 public:
  enum class Outcome {
    kMoved,       // it is done; of bytes, so many
    kWantsRead,   // again when the socket is readable
    kWantsWrite,  // again when it is writable
    kEnded,       // the peer has ended its stream in good order
    kFailed,      // see reason()
  };
  struct Result {
    Outcome outcome;
    std::size_t bytes = 0;
  };

  // `name` is what the certificate must be for, a host name (which is sent too: SNI) or an address. `context` and the
  // socket outlive it. Without memory it is not valid.
  TlsSession(const TlsContext& context, int fd, const std::string& name) noexcept;

  [[nodiscard]] bool valid() const noexcept { return static_cast<bool>(ssl_); }
  [[nodiscard]] Result shake_hands() noexcept;
  [[nodiscard]] Result send(std::string_view bytes) noexcept;
  [[nodiscard]] Result receive(std::span<char> into) noexcept;
  // Tells the peer that no more comes (close_notify), without waiting for an answer.
  void say_goodbye() noexcept;
  // After the handshake.
  [[nodiscard]] std::optional<PeerCertificate> peer_certificate() const;
  // Why the last call failed.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

 private:
  struct Free {
    void operator()(ssl_st* ssl) const noexcept;
  };
  [[nodiscard]] Result outcome_of(int result) noexcept;
  void note_reason(int error);

  std::string name_;
  std::string reason_;
  std::unique_ptr<ssl_st, Free> ssl_;
};

}  // namespace lb::net
