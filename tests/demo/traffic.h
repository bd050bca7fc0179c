// Traffic: a client that asks for /version again and again, each time on a new, verified TLS connection, and counts who
// answered. One request after the other, never one twice. One thread.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "lib/base/socket_address.h"
#include "tests/support/tls_client.h"

namespace tests::demo {

struct Tally {
  std::map<std::string, unsigned> answered;  // by server
  unsigned failed = 0;
  std::string first_failure;
  std::chrono::microseconds slowest{0};
  std::chrono::microseconds total{0};

  [[nodiscard]] unsigned answered_by(const std::string& server) const;
  [[nodiscard]] unsigned requests() const;
  void add(const Tally& other);
};

class Traffic {
 public:
  Traffic(const support::TlsClient& client, const base::SocketAddress& vip) noexcept : client_(client), vip_(vip) {}

  // Ends early when `interrupted` says so.
  template <class Interrupted>
  [[nodiscard]] Tally run(unsigned requests, Interrupted interrupted) const {
    Tally tally;
    for (unsigned i = 0; i < requests && !interrupted(); ++i) ask(tally);
    return tally;
  }

 private:
  void ask(Tally& tally) const;

  const support::TlsClient& client_;
  base::SocketAddress vip_;
};

// The server's name in a JSON object as the stand-in writes it; empty when there is none.
[[nodiscard]] std::string server_in(const std::string& json);

}  // namespace tests::demo
