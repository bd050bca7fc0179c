#include "lb/net/system_setting.h"

#include <ifaddrs.h>

#include <algorithm>
#include <memory>

#include "lib/base/socket_address.h"
#ifdef __linux__
#include <fstream>
#else
#include <sys/types.h>
// In this order.
#include <sys/sysctl.h>
#endif

namespace lb::net {

#ifdef __linux__
std::optional<std::string> system_setting(const std::string& name) {
  std::string path = name;
  std::ranges::replace(path, '.', '/');
  std::ifstream file("/proc/sys/" + path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  return line;
}
#else
std::optional<std::string> system_setting(const std::string& name) {
  int value = 0;
  std::size_t size = sizeof value;
  if (::sysctlbyname(name.c_str(), &value, &size, nullptr, 0) != 0 || size != sizeof value) return std::nullopt;
  return std::to_string(value);
}
#endif

std::vector<base::IpAddress> host_addresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> interfaces(first, &::freeifaddrs);
  std::vector<base::IpAddress> addresses;
  for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
    const bool is_ip =
        one->ifa_addr != nullptr && (one->ifa_addr->sa_family == AF_INET || one->ifa_addr->sa_family == AF_INET6);
    if (is_ip) addresses.push_back(base::SocketAddress::from(one->ifa_addr).ip());
  }
  return addresses;
}

}  // namespace lb::net
