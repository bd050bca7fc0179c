// TlsProbe: what a live server shows of itself when a client shakes hands with it, and what it says to a client's
// certificate. It trusts nobody: judging is for those who ask (trust.h). Blocks, at most as long as it is told; any
// thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/socket_address.h"
#include "pki/crypto/certificate.h"
#include "pki/crypto/key.h"

namespace pki::crypto {

// Who a client says it is. Both outlive the call.
struct ClientIdentity {
  const Certificate& certificate;
  const Key& key;
};

struct TlsQuestion {
  base::HostPort server;
  std::string name;                            // the server's, which it is told (SNI) unless it is an address
  std::chrono::milliseconds patience{10'000};  // for all: resolving the name, connecting, shaking hands, one answer
};

struct TlsAnswer {
  std::vector<Certificate> chain;     // as shown: the server's own first; never empty
  std::string protocol;               // "TLSv1.3"
  bool asks_for_certificate = false;  // of the client
  // Why the server would not talk on: an alert, or an HTTP answer 401.
  std::optional<std::string> refusal;
  bool is_silent = false;  // it has neither answered nor refused in time: it hangs
};

// Shakes hands and asks GET /version, because with TLS 1.3 a server tells only then whether it takes the client's
// certificate, and because the kernel and a TLS library can shake hands for a server that hangs. An error (no
// connection, no TLS, no certificate) names the server, the cause and a remedy.
[[nodiscard]] base::Result<TlsAnswer> ask_server(const TlsQuestion& question,
                                                 const std::optional<ClientIdentity>& identity = std::nullopt);

}  // namespace pki::crypto
