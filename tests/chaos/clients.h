// Clients: those that open new connections again and again, and those that keep one each; threads in a network of
// their own. They come with the constructor and leave by leave() or with the destructor. One thread owns them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/socket_address.h"
#include "tests/chaos/records.h"
#include "tests/support/network_namespace.h"
#include "tests/support/tls_client.h"

namespace tests::chaos {

struct ClientPlan {
  std::size_t openers = 50;
  std::size_t keepers = 50;
  std::chrono::milliseconds pace{500};    // from one connection of an opener to its next: 100 a second in all
  std::chrono::milliseconds limit{5000};  // for TCP, TLS and the answer together
  std::size_t body = 0;                   // bytes that an opener asks for and compares; 0: asks for /version
};

// Where they go, and as whom; must outlive the clients.
struct ClientSurroundings {
  const support::TlsClient& tls;
  base::SocketAddress vip;
  const support::NetworkNamespace& network;
  std::vector<std::string> servers;  // names, as the servers tell them
};

class Clients {
 public:
  Clients(const ClientSurroundings& surroundings, const ClientPlan& plan, std::uint64_t seed);

  // All end what they do, and tell what they saw.
  [[nodiscard]] Records leave();

 private:
  std::vector<Records> records_;  // one a thread; never moved while they run
  std::vector<std::jthread> threads_;
};

}  // namespace tests::chaos
