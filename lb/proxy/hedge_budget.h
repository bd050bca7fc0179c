// HedgeBudget: how often a client's first flight may be said to a second backend. Each such hedge costs a server a TLS
// handshake, and a slow cluster would be asked for twice as many: so a fifth of the new connections of the last ten
// seconds, and in that time always a few. A value; one thread, its worker's.
#pragma once

#include <array>
#include <cstdint>

#include "lb/net/deadline_wheel.h"

namespace lb::proxy {

class HedgeBudget {
 public:
  // `least`: what is granted within ten seconds in any case.
  explicit HedgeBudget(std::uint32_t least) noexcept : least_(least) {}

  void note_connection(net::Tick now) noexcept { second_of(now).connections += 1; }
  // Whether there is one left to spend().
  [[nodiscard]] bool has_any(net::Tick now) noexcept;
  void spend(net::Tick now) noexcept { second_of(now).hedges += 1; }

 private:
  struct Second {
    std::uint32_t number = 0;
    std::uint32_t connections = 0;
    std::uint32_t hedges = 0;
  };
  static constexpr std::uint32_t kSeconds = 10;

  Second& second_of(net::Tick now) noexcept;

  std::uint32_t least_;
  std::array<Second, kSeconds> seconds_{};
};

}  // namespace lb::proxy
