// Attempt: one backend that a race tries, and how far that has come.
//
//   connecting -> stands -> asked -> answered
//
// A plain value that its race moves about; worker's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "lb/backend/lease.h"
#include "lb/net/deadline_wheel.h"
#include "lb/net/socket_pool.h"

namespace lb::proxy {

struct Attempt {
  enum class Stage : std::uint8_t {
    kConnecting,
    kStands,
    kAsked,     // and was told all that the client has said
    kAnswered,  // what a TLS server may say
    kUnfit,     // said something else, or ended without a word
    kBroken,    // was reset without a word
  };

  net::SocketPool::Lent stream;
  backend::Lease lease;
  net::Tick since = 0;  // when it began to connect, or was asked
  std::uint32_t told = 0;
  Stage stage = Stage::kConnecting;
  bool overdue = false;     // has been waited for: another one is wished for beside it
  bool hedge = false;       // is that other one
  bool speaks_too = false;  // and is told what those before it were told

  // Something may still come of it.
  [[nodiscard]] bool open() const noexcept { return stage <= Stage::kAsked; }

  // That it could not be connected to; `error` is an errno value.
  void count_failure(int error) noexcept;
  // Tells it what it has not been told of these bytes, as far as it takes them now. True when it was told all.
  [[nodiscard]] bool tell(std::span<const std::byte> bytes) noexcept;
  // Looks at the first byte that it says, which stays in the kernel, for the relay.
  void listen() noexcept;
};

}  // namespace lb::proxy
