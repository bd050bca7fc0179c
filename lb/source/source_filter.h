// SourceFilter: who may connect to a listener. What is denied may not, though it is allowed; where nothing is named as
// allowed, everybody is. An IPv4 client that comes as ::ffff:10.10.0.1 is an IPv4 client, and ::ffff:10.10.0.0/112 is
// an IPv4 network. Immutable; any thread.
#pragma once

#include <vector>

#include "lib/base/ip_address.h"

namespace lb::source {

// The addresses of any number of networks. A look takes time in proportion to the logarithm of that number.
class NetworkSet {
 public:
  explicit NetworkSet(const std::vector<base::IpNetwork>& networks);

  // `address` is unmapped().
  [[nodiscard]] bool contains(const base::IpAddress& address) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return networks_.empty(); }

 private:
  std::vector<base::IpNetwork> networks_;  // by address; none is part of another
};

class SourceFilter {
 public:
  SourceFilter(const std::vector<base::IpNetwork>& allow, const std::vector<base::IpNetwork>& deny)
      : allow_(allow), deny_(deny) {}

  [[nodiscard]] bool admits(const base::IpAddress& client) const noexcept;

 private:
  NetworkSet allow_;
  NetworkSet deny_;
};

}  // namespace lb::source
