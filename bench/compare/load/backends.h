// Backends: the servers behind the balancer, in the load's own thread. Each connection is told by its first message
// what to do (message.h).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "bench/compare/load/bulk.h"
#include "bench/compare/load/message.h"
#include "bench/compare/load/poller.h"
#include "lib/base/socket_address.h"

namespace bench::load {

class Backends {
 public:
  // Listens on each; throws std::system_error where that is not possible.
  Backends(Poller& poller, const Bulk& bulk, const std::vector<base::SocketAddress>& addresses);
  ~Backends();
  Backends(const Backends&) = delete;
  Backends& operator=(const Backends&) = delete;

  // Bulk that has come in, all connections together, since the start.
  [[nodiscard]] std::uint64_t swallowed() const noexcept { return swallowed_; }

 private:
  class Door;
  class Connection;

  Poller& poller_;
  const Bulk& bulk_;
  std::uint64_t swallowed_ = 0;
  std::unique_ptr<MessageRoom> room_;                     // where messages are read to, and answers are taken from
  std::vector<std::unique_ptr<Connection>> connections_;  // by descriptor
  std::vector<std::unique_ptr<Door>> doors_;
};

}  // namespace bench::load
