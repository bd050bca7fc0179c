// Record: what one line of the access log says, as a value of fixed size: making one allocates nothing, and nothing in
// it can go away before the line is written.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/socket_address.h"

namespace lb::access_log {

// A listener's or a backend's name. Those of cluster.yaml are labels of 63 characters at most, or addresses; what is
// longer is cut off.
class Name {
 public:
  Name() noexcept = default;
  Name(std::string_view text) noexcept  // NOLINT(google-explicit-constructor): a name is nothing but its text
      : size_(static_cast<std::uint8_t>(std::min(text.size(), kMost))) {
    std::copy_n(text.data(), size_, text_.data());
  }
  [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), size_}; }

 private:
  static constexpr std::size_t kMost = 63;
  std::uint8_t size_ = 0;
  std::array<char, kMost> text_{};
};

struct Record {
  enum class Event : std::uint8_t { kConnected, kOpen, kClosed };

  Event event = Event::kClosed;
  std::uint16_t tries = 0;  // backends that were tried
  base::SteadyTime time;    // when this was so
  base::SocketAddress client;
  Name listener;
  Name backend;                  // empty: none was reached
  std::string_view cause{};      // of kClosed, a word that lives as long as the program
  std::uint64_t to_backend = 0;  // bytes
  std::uint64_t to_client = 0;
  // From the moment when the client was accepted.
  std::optional<std::chrono::nanoseconds> connected{};   // until a backend stood
  std::optional<std::chrono::nanoseconds> first_byte{};  // until the client was given its first byte
  std::chrono::nanoseconds total{0};                     // until `time`
};

static_assert(sizeof(Record) <= 256);

}  // namespace lb::access_log
