// Whether what a client has said first may be said to a second server too: exactly one whole TLS ClientHello. It asks
// for nothing but an answer, unless data is sent along with it (RFC 8446 s4.2.10: early_data). Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lb::proxy {

// A TLS record with its header (RFC 8446 s5.1).
inline constexpr std::size_t kLargestRecord = 5 + 16'384;

enum class FirstFlight : std::uint8_t {
  kPart,   // may still become one
  kWhole,  // is one, and nothing came after it
  kOther,  // anything else
};
[[nodiscard]] FirstFlight first_flight_of(std::span<const std::byte> bytes) noexcept;

// Whether a server that was sent a ClientHello may begin its answer so: a record of type alert or handshake.
[[nodiscard]] bool begins_tls_answer(std::byte first) noexcept;

}  // namespace lb::proxy
