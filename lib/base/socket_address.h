// SocketAddress: an IP address and a TCP port, in the form the socket calls take. A 28-byte value; any thread.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/ip_address.h"
#include "lib/base/result.h"

namespace base {

class SocketAddress {
 public:
  SocketAddress() noexcept;  // 0.0.0.0:0
  SocketAddress(const IpAddress& ip, std::uint16_t port) noexcept;

  // "10.10.0.1:6443" or "[fd00::1]:6443"; numeric only. Port 0 is accepted and means: the system chooses.
  [[nodiscard]] static Result<SocketAddress> parse(std::string_view text);
  // Of a sockaddr that a system call filled in; another family gives 0.0.0.0:0.
  [[nodiscard]] static SocketAddress from(const sockaddr* address) noexcept;

  [[nodiscard]] IpAddress ip() const noexcept;
  [[nodiscard]] std::uint16_t port() const noexcept;  // host byte order
  [[nodiscard]] int family() const noexcept { return v4_.sin_family; }
  [[nodiscard]] const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&v4_); }
  [[nodiscard]] socklen_t size() const noexcept { return family() == AF_INET6 ? sizeof v6_ : sizeof v4_; }
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const SocketAddress& a, const SocketAddress& b) noexcept {
    return a.port() == b.port() && a.ip() == b.ip();
  }

 private:
  union {
    sockaddr_in v4_;
    sockaddr_in6 v6_;
  };
};

// HostPort: a name or an address, and a port, as a user writes an endpoint: "kubernetes.home.arpa:6443".
struct HostPort {
  std::string host;  // a DNS name, or an IP address without brackets
  std::uint16_t port = 0;

  // IPv6 addresses stand in brackets. The port is needed and goes from 1 to 65535.
  [[nodiscard]] static Result<HostPort> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const HostPort&, const HostPort&) = default;
};

}  // namespace base
