// Network: a host, three servers and the clients, each in a network namespace of its own, joined by veth pairs and a
// bridge on the host. The thread that makes it is on the host afterwards, and so is what it starts. Nothing of it has a
// name outside, so it vanishes with the process. Linux and root only. One thread.
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/socket_address.h"
#include "tests/chaos/fault.h"
#include "tests/support/network_namespace.h"

namespace tests::chaos {

class Network {
 public:
  [[nodiscard]] static base::Result<Network> make();

  [[nodiscard]] const support::NetworkNamespace& server(std::size_t i) const { return nodes_.at(i).space; }
  [[nodiscard]] const support::NetworkNamespace& clients() const { return nodes_.at(kServers).space; }

  static base::SocketAddress vip();
  static base::SocketAddress admin();
  static base::SocketAddress address_of_server(std::size_t i);

  [[nodiscard]] base::Result<void> pull_cable(std::size_t server) const;
  [[nodiscard]] base::Result<void> plug_cable(std::size_t server) const;
  // Packets vanish, both ways; until let_pass.
  [[nodiscard]] base::Result<void> drop(std::size_t server) const;
  // Packets to the server are answered with resets; until let_pass.
  [[nodiscard]] base::Result<void> reset(std::size_t server) const;
  // 2 of 100 packets vanish on every link, in each direction; until let_pass.
  [[nodiscard]] base::Result<void> lose_some() const;
  // No firewall anywhere.
  [[nodiscard]] base::Result<void> let_pass() const;

 private:
  struct Node {
    std::string port;  // its end of the cable at the bridge
    std::string ip;
    support::NetworkNamespace space;
  };

  [[nodiscard]] static base::Result<void> make_host();
  [[nodiscard]] base::Result<void> connect_node(const std::string& port, const std::string& ip);

  std::vector<Node> nodes_;  // the servers, then the clients
};

}  // namespace tests::chaos
