// seen_as: the address that a connection from one network to another comes from, as its server sees it, once bytes have
// gone over it. Linux.
#pragma once

#include <sys/socket.h>

#include <string>

#include "lib/base/socket_address.h"
#include "tests/support/network_namespace.h"
#include "tests/support/tcp.h"

namespace tests::support {

// The server listens at `address`, an address of its network. "no answer": the bytes did not come.
inline std::string seen_as(const NetworkNamespace& client_network, const NetworkNamespace& server_network,
                           const char* address) {
  base::UniqueFd server;
  {
    const Visit there(server_network);
    server = listen_on(base::SocketAddress::parse(address + std::string(":0")).value());
  }
  base::UniqueFd client;
  {
    const Visit there(client_network);
    client = connect_to(local_address(server));
  }
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  const base::UniqueFd accepted(::accept4(server.get(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC));
  send_all(accepted, "answer");
  if (recv_exactly(client, 6) != "answer") return "no answer";
  return base::SocketAddress::from(reinterpret_cast<sockaddr*>(&peer)).ip().to_string();
}

}  // namespace tests::support
