// CloseReason: why a session ended. One word each in logs and metrics.
#pragma once

#include <cstddef>
#include <string_view>

namespace lb::proxy {

enum class CloseReason : unsigned char {
  kFinished,        // both sides ended their streams
  kClientReset,     // the client reset its side
  kBackendReset,    // the backend reset its side
  kClientGone,      // the client left before a backend was reached
  kConnectFailed,   // no backend that was tried could be reached
  kNoBackend,       // the pool has no backend left to pick
  kIdle,            // no byte for timeouts.idle
  kHalfClosed,      // one side had ended, and the other sent nothing for timeouts.halfClose
  kOutOfResources,  // no descriptor or no memory
  kShutdown,        // the daemon's grace was over
  kClientDead,      // the client acknowledged nothing for half a minute
  kBackendDead,     // the backend acknowledged nothing for half a minute
  kBackendDown,     // the backend went down while another one was up (onDown: reset)
  kBackendsFull,    // no backend that is left takes a session more
  kRebalanced,      // the backend had too many sessions (rebalance)
};
inline constexpr std::size_t kCloseReasons = 15;

[[nodiscard]] constexpr std::string_view to_string(CloseReason reason) noexcept {
  switch (reason) {
    case CloseReason::kFinished:
      return "finished";
    case CloseReason::kClientReset:
      return "client_reset";
    case CloseReason::kBackendReset:
      return "backend_reset";
    case CloseReason::kClientGone:
      return "client_gone";
    case CloseReason::kConnectFailed:
      return "connect_failed";
    case CloseReason::kNoBackend:
      return "no_backend";
    case CloseReason::kIdle:
      return "idle";
    case CloseReason::kHalfClosed:
      return "half_closed";
    case CloseReason::kOutOfResources:
      return "out_of_resources";
    case CloseReason::kShutdown:
      return "shutdown";
    case CloseReason::kClientDead:
      return "client_dead";
    case CloseReason::kBackendDead:
      return "backend_dead";
    case CloseReason::kBackendDown:
      return "backend_down";
    case CloseReason::kBackendsFull:
      return "backends_full";
    case CloseReason::kRebalanced:
      return "rebalanced";
  }
  return "unknown";
}

}  // namespace lb::proxy
