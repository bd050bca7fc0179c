// ProbeFailure: why a check did not pass. One word each in metrics; the whole story is in ProbeResult::reason.
#pragma once

#include <cstddef>
#include <string_view>

namespace lb::net {

enum class ProbeFailure : unsigned char {
  kRefused,      // refused or reset
  kTimeout,      // no answer in time
  kUnreachable,  // another error of the network
  kTls,          // no TLS, or not with whom it should be
  kAnswer,       // ended, or said what is no HTTP
  kStatus,       // another status than asked for
};
inline constexpr std::size_t kProbeFailures = 6;

[[nodiscard]] constexpr std::string_view to_string(ProbeFailure failure) noexcept {
  switch (failure) {
    case ProbeFailure::kRefused:
      return "refused";
    case ProbeFailure::kTimeout:
      return "timeout";
    case ProbeFailure::kUnreachable:
      return "unreachable";
    case ProbeFailure::kTls:
      return "tls";
    case ProbeFailure::kAnswer:
      return "answer";
    case ProbeFailure::kStatus:
      return "status";
  }
  return "unknown";
}

}  // namespace lb::net
