#include "lib/base/socket_address.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>
#include <optional>

namespace base {
namespace {

std::optional<std::uint16_t> port_of(std::string_view digits) {
  unsigned port = 0;
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, port);
  if (digits.empty() || error != std::errc{} || end != last || port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

struct Parts {
  std::string_view host;  // without brackets
  std::uint16_t port;
};

// Splits "host:port" and "[v6]:port"; says what is wrong otherwise.
Result<Parts> split(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || (text.front() == '[' && text.find(']') > colon)) {
    return fail("'{}' has no port; write address:port, as 10.10.0.1:6443 or [fd00::1]:6443", text);
  }
  std::string_view host = text.substr(0, colon);
  if (!host.empty() && host.front() == '[') {
    if (host.back() != ']') return fail("'{}' has text behind the ']'; write [fd00::1]:6443", text);
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return fail("'{}' is ambiguous; put the IPv6 address in brackets, as [fd00::1]:6443", text);
  }
  if (host.empty()) return fail("'{}' has no address before the port; write 10.10.0.1:6443", text);
  const auto port = port_of(text.substr(colon + 1));
  if (!port) return fail("'{}' has no valid port; a port goes from 1 to 65535", text);
  return Parts{host, *port};
}

std::string joined(std::string_view host, std::uint16_t port) {
  return host.find(':') == std::string_view::npos ? fmt::format("{}:{}", host, port)
                                                  : fmt::format("[{}]:{}", host, port);
}

}  // namespace

SocketAddress::SocketAddress() noexcept : SocketAddress(IpAddress(), 0) {}

SocketAddress::SocketAddress(const IpAddress& ip, std::uint16_t port) noexcept {
  std::memset(&v6_, 0, sizeof v6_);
  if (ip.is_v6()) {
    v6_.sin6_family = AF_INET6;
    v6_.sin6_port = htons(port);
    std::memcpy(&v6_.sin6_addr, ip.bytes().data(), 16);
  } else {
    v4_.sin_family = AF_INET;
    v4_.sin_port = htons(port);
    std::memcpy(&v4_.sin_addr, ip.bytes().data(), 4);
  }
}

Result<SocketAddress> SocketAddress::parse(std::string_view text) {
  const auto parts = split(text);
  if (!parts) return Failure(parts.error());
  const auto ip = IpAddress::parse(parts->host);
  if (!ip) return Failure(ip.error());
  return SocketAddress(*ip, parts->port);
}

SocketAddress SocketAddress::from(const sockaddr* address) noexcept {
  SocketAddress result;
  if (address->sa_family == AF_INET) std::memcpy(&result.v4_, address, sizeof result.v4_);
  if (address->sa_family == AF_INET6) std::memcpy(&result.v6_, address, sizeof result.v6_);
  return result;
}

IpAddress SocketAddress::ip() const noexcept {
  if (family() == AF_INET6) return IpAddress::from_v6(v6_.sin6_addr.s6_addr);
  return IpAddress::from_v4(reinterpret_cast<const std::uint8_t*>(&v4_.sin_addr));
}

std::uint16_t SocketAddress::port() const noexcept {
  return ntohs(family() == AF_INET6 ? v6_.sin6_port : v4_.sin_port);
}

std::string SocketAddress::to_string() const {
  return joined(ip().to_string(), port());
}

Result<HostPort> HostPort::parse(std::string_view text) {
  const auto parts = split(text);
  if (!parts) return Failure(parts.error());
  if (parts->port == 0) return fail("'{}' has no valid port; a port goes from 1 to 65535", text);
  return HostPort{std::string(parts->host), parts->port};
}

std::string HostPort::to_string() const {
  return joined(host, port);
}

}  // namespace base
