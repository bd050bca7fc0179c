// Clients: the ones who ask. A requester sends a message and takes the answer, again and again; a bulk client lets
// bytes flow one way. One thread, the Poller's.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "bench/compare/load/bulk.h"
#include "bench/compare/load/message.h"
#include "bench/compare/load/poller.h"
#include "bench/compare/load/tally.h"
#include "lib/base/socket_address.h"

namespace bench::load {

// What a requester does when it has its answer.
enum class Then { kCloseAndReconnect, kResetAndReconnect, kAskAgain, kHold };

class Requester final : public Watcher {
 public:
  struct Manner {
    std::size_t size = 64;  // of a message and of its answer, bytes
    Then then = Then::kCloseAndReconnect;
  };
  // The references are kept; `room` is shared by all.
  Requester(Poller& poller, Tally& tally, MessageRoom& room, const base::SocketAddress& target, const Manner& manner);

  void connect();
  void on_ready(std::uint32_t events) override;
  // Has got its answer and does nothing more.
  [[nodiscard]] bool holds() const noexcept { return holds_; }

 private:
  void ask();
  void send_rest();
  void receive();
  void after_answer();
  void fail();

  Poller& poller_;
  Tally& tally_;
  MessageRoom& room_;
  const base::SocketAddress& target_;
  std::vector<std::byte> message_;
  Then then_;
  base::UniqueFd fd_;
  std::chrono::steady_clock::time_point asked_;
  std::size_t sent_ = 0;
  std::size_t received_ = 0;
  bool holds_ = false;
};

enum class Direction { kUp, kDown };

class BulkClient final : public Watcher {
 public:
  BulkClient(Poller& poller, Tally& tally, const Bulk& bulk, const base::SocketAddress& target, Direction direction);
  void on_ready(std::uint32_t events) override;

 private:
  Tally& tally_;
  const Bulk& bulk_;
  Direction direction_;
  base::UniqueFd fd_;
  std::size_t head_sent_ = 0;
};

}  // namespace bench::load
