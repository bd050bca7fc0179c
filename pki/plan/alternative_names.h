// AlternativeNames: what a certificate is valid for besides its subject. Plain values; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/ip_address.h"

namespace pki::plan {

// The one spelling of a host name in which two can be compared: lower-case (RFC 4343), without the root's dot, which
// certificates do not hold.
[[nodiscard]] std::string canonical_dns_name(std::string_view name);

// "cluster" of "cluster.local".
[[nodiscard]] std::string first_label(std::string_view domain);

// RFC 5280 s4.2.1.6. The DNS names are canonical.
struct AlternativeNames {
  std::vector<std::string> dns;
  std::vector<base::IpAddress> addresses;

  [[nodiscard]] std::size_t size() const noexcept { return dns.size() + addresses.size(); }
};

// The names and addresses of `some` that `others` lacks, as text, in their order.
[[nodiscard]] std::vector<std::string> names_beyond(const AlternativeNames& some, const AlternativeNames& others);

}  // namespace pki::plan
