#include "lib/base/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace base {
namespace {

// Clears every bit behind the first `prefix` bits.
std::array<std::uint8_t, 16> masked(std::array<std::uint8_t, 16> bytes, unsigned prefix) noexcept {
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const unsigned keep = prefix > 8 * i ? std::min(prefix - 8 * i, 8U) : 0;
    bytes[i] = static_cast<std::uint8_t>(bytes[i] & (0xff00U >> keep));
  }
  return bytes;
}

// What stands before an IPv4 address that is written as an IPv6 one.
constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

IpAddress with_bytes(const IpAddress& like, const std::array<std::uint8_t, 16>& bytes) noexcept {
  return like.is_v6() ? IpAddress::from_v6(bytes.data()) : IpAddress::from_v4(bytes.data());
}

}  // namespace

Result<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string copy(text);  // inet_pton wants a terminator
  std::array<std::uint8_t, 16> bytes{};
  if (::inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1) return from_v4(bytes.data());
  if (::inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) return from_v6(bytes.data());
  return fail("'{}' is not an IP address; write it as 10.10.0.1 or fd00::1", text);
}

IpAddress IpAddress::from_v4(const std::uint8_t* bytes) noexcept {
  IpAddress address;
  std::memcpy(address.bytes_.data(), bytes, 4);
  return address;
}

IpAddress IpAddress::from_v6(const std::uint8_t* bytes) noexcept {
  IpAddress address;
  address.v6_ = true;
  std::memcpy(address.bytes_.data(), bytes, 16);
  return address;
}

bool IpAddress::is_unspecified() const noexcept {
  return std::all_of(bytes_.begin(), bytes_.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool IpAddress::is_loopback() const noexcept {
  if (!v6_) return bytes_[0] == 127;
  return bytes_[15] == 1 && std::all_of(bytes_.begin(), bytes_.end() - 1, [](std::uint8_t byte) { return byte == 0; });
}

IpAddress IpAddress::prefix(unsigned bits) const noexcept {
  return with_bytes(*this, masked(bytes_, bits));
}

IpAddress IpAddress::unmapped() const noexcept {
  const bool mapped = v6_ && std::equal(kMapped.begin(), kMapped.end(), bytes_.begin());
  return mapped ? from_v4(bytes_.data() + kMapped.size()) : *this;
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(v6_ ? AF_INET6 : AF_INET, bytes_.data(), text.data(), text.size());
  return text.data();
}

Result<IpNetwork> IpNetwork::parse(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) {
    return fail("'{}' is not a network; write an address and a prefix length, as 10.10.0.0/24", text);
  }
  auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return Failure(address.error());
  const std::string_view digits = text.substr(slash + 1);
  unsigned length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size() ||
      length > address->bit_length()) {
    return fail("'{}' has no valid prefix length; it goes from 0 to {}", text, address->bit_length());
  }
  const IpNetwork network = around(*address, length);
  if (network.address_ != *address) {
    return fail("'{}' is an address inside a network, not a network; write {}", text, network.to_string());
  }
  return network;
}

IpNetwork IpNetwork::around(const IpAddress& address, unsigned prefix_length) noexcept {
  IpNetwork network;
  network.address_ = address.prefix(prefix_length);
  network.prefix_length_ = static_cast<std::uint8_t>(prefix_length);
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const noexcept {
  return address.is_v6() == address_.is_v6() && masked(address.bytes(), prefix_length_) == address_.bytes();
}

bool IpNetwork::contains(const IpNetwork& other) const noexcept {
  return prefix_length_ <= other.prefix_length_ && contains(other.address_);
}

bool IpNetwork::overlaps(const IpNetwork& other) const noexcept {
  return contains(other) || other.contains(*this);
}

IpNetwork IpNetwork::unmapped() const noexcept {
  constexpr unsigned kBefore = 8 * kMapped.size();
  const IpAddress address = address_.unmapped();
  const bool mapped = address.is_v6() != address_.is_v6() && prefix_length_ >= kBefore;
  return mapped ? around(address, prefix_length_ - kBefore) : *this;
}

Result<IpAddress> IpNetwork::host(std::uint64_t n) const {
  auto bytes = address_.bytes();
  std::uint64_t carry = n;
  for (unsigned i = address_.bit_length() / 8; i-- > 0 && carry != 0;) {
    carry += bytes[i];
    bytes[i] = static_cast<std::uint8_t>(carry & 0xff);
    carry >>= 8;
  }
  const IpAddress host = with_bytes(address_, bytes);
  if (carry != 0 || !contains(host)) return fail("{} has no address number {}", to_string(), n);
  return host;
}

std::string IpNetwork::to_string() const {
  return fmt::format("{}/{}", address_.to_string(), prefix_length_);
}

}  // namespace base
