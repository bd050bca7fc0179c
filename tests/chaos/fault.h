// Fault: what is done to a server, and what may be expected of a balancer while it lasts. Values; any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>

namespace tests::chaos {

using Moment = std::chrono::steady_clock::time_point;

inline constexpr std::size_t kServers = 3;
inline constexpr std::size_t kAllServers = kServers;  // in place of an index

enum class FaultKind {
  kKill,        // SIGKILL; started again at the end
  kStop,        // SIGSTOP, then SIGCONT: its kernel still accepts, nobody answers
  kLinkDown,    // its network cable is out
  kDrop,        // a firewall takes its packets, both ways, and says nothing
  kReset,       // a firewall answers for it with resets
  kSlow,        // each handshake and each answer comes late
  kGarbage,     // it answers new connections in plain text
  kQuorumLost,  // all: /readyz and /healthz are red, /livez?exclude=etcd is green
  kLoss,        // all: every link loses 2 % of its packets
};

// What a seed draws from: those that strike one server.
inline constexpr std::array kOneServerFaults{FaultKind::kKill,   FaultKind::kStop,  FaultKind::kLinkDown,
                                             FaultKind::kDrop,   FaultKind::kReset, FaultKind::kSlow,
                                             FaultKind::kGarbage};

[[nodiscard]] constexpr std::string_view name_of(FaultKind kind) noexcept {
  switch (kind) {
    case FaultKind::kKill:
      return "SIGKILL";
    case FaultKind::kStop:
      return "SIGSTOP";
    case FaultKind::kLinkDown:
      return "link down";
    case FaultKind::kDrop:
      return "silent drop";
    case FaultKind::kReset:
      return "reset";
    case FaultKind::kSlow:
      return "slow answers";
    case FaultKind::kGarbage:
      return "garbage answers";
    case FaultKind::kQuorumLost:
      return "etcd's quorum lost";
    case FaultKind::kLoss:
      return "2 % loss";
  }
  return "?";
}

// Nobody tells the peers: they learn it by waiting.
[[nodiscard]] constexpr bool is_silent(FaultKind kind) noexcept {
  return kind == FaultKind::kStop || kind == FaultKind::kLinkDown || kind == FaultKind::kDrop;
}

// The server is of no use to the sessions that it has.
[[nodiscard]] constexpr bool is_deadly(FaultKind kind) noexcept {
  return is_silent(kind) || kind == FaultKind::kKill || kind == FaultKind::kReset;
}

// Whether a session on the server may end by it: of garbage the balancer may conclude that the server is none.
[[nodiscard]] constexpr bool may_cut(FaultKind kind) noexcept {
  return is_deadly(kind) || kind == FaultKind::kGarbage;
}

struct Fault {
  FaultKind kind;
  std::size_t server;  // or kAllServers
  Moment begin;
  Moment end;
};

}  // namespace tests::chaos
