// IpAddress: one IPv4 or IPv6 address. IpNetwork: an address with a prefix length, as CIDR writes it.
// Values, 17 and 18 bytes; any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace base {

class IpAddress {
 public:
  IpAddress() noexcept = default;  // 0.0.0.0

  // Numeric text only: "10.10.0.1", "fd00::1"; no brackets, no zone, no name.
  [[nodiscard]] static Result<IpAddress> parse(std::string_view text);
  // Network byte order: 4 or 16 bytes are read.
  [[nodiscard]] static IpAddress from_v4(const std::uint8_t* bytes) noexcept;
  [[nodiscard]] static IpAddress from_v6(const std::uint8_t* bytes) noexcept;

  [[nodiscard]] bool is_v6() const noexcept { return v6_; }
  [[nodiscard]] bool is_unspecified() const noexcept;
  [[nodiscard]] bool is_loopback() const noexcept;
  // 32 or 128.
  [[nodiscard]] unsigned bit_length() const noexcept { return v6_ ? 128 : 32; }
  // Network byte order; the first bit_length() / 8 bytes count, the rest are zero.
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const noexcept { return bytes_; }
  // The same, with every bit behind the first `bits` cleared.
  [[nodiscard]] IpAddress prefix(unsigned bits) const noexcept;
  // An IPv4 address that is written as an IPv6 one, ::ffff:10.10.0.1 (RFC 4291 s2.5.5.2), as what it is; every other
  // as it is.
  [[nodiscard]] IpAddress unmapped() const noexcept;
  [[nodiscard]] std::string to_string() const;

  // IPv4 sorts before IPv6, then by value.
  friend auto operator<=>(const IpAddress& a, const IpAddress& b) noexcept = default;

 private:
  bool v6_ = false;
  std::array<std::uint8_t, 16> bytes_{};
};

class IpNetwork {
 public:
  IpNetwork() noexcept = default;  // 0.0.0.0/0

  // "10.10.0.0/24". Bits behind the prefix must be zero: "10.10.0.5/24" is an error that names 10.10.0.0/24.
  [[nodiscard]] static Result<IpNetwork> parse(std::string_view text);
  // The network of this prefix length, at most address.bit_length(), that holds the address.
  [[nodiscard]] static IpNetwork around(const IpAddress& address, unsigned prefix_length) noexcept;

  [[nodiscard]] const IpAddress& address() const noexcept { return address_; }
  [[nodiscard]] unsigned prefix_length() const noexcept { return prefix_length_; }
  [[nodiscard]] bool contains(const IpAddress& address) const noexcept;
  [[nodiscard]] bool contains(const IpNetwork& other) const noexcept;
  [[nodiscard]] bool overlaps(const IpNetwork& other) const noexcept;
  // IPv4's part of ::ffff:0:0/96 as what it is; every other network as it is.
  [[nodiscard]] IpNetwork unmapped() const noexcept;
  // The network's address plus n: host(1) of 10.32.0.0/24 is 10.32.0.1. Beyond the network: an error.
  [[nodiscard]] Result<IpAddress> host(std::uint64_t n) const;
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const IpNetwork&, const IpNetwork&) noexcept = default;

 private:
  IpAddress address_;
  std::uint8_t prefix_length_ = 0;
};

}  // namespace base
