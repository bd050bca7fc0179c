// Whether another host of the network has an address too, asked by ARP probes (RFC 5227 s2.1.1), which change nobody's
// tables. Linux and root only (a packet socket); elsewhere nothing is known. Any thread; blocks while it asks.
#pragma once

#include <chrono>
#include <string>

#include "lib/base/ip_address.h"

namespace lb::net {

struct AddressClaim {
  enum class Kind { kNobody, kSomebody, kUnknown };
  Kind kind = Kind::kUnknown;
  std::string text;  // kSomebody: "02:00:5e:10:00:01 on eth0"; kUnknown: why nothing is known
};

// Asks on each Ethernet whose network holds the address, `patience` on each. Answers of this host do not count.
[[nodiscard]] AddressClaim who_else_has(const base::IpAddress& address, std::chrono::milliseconds patience);

}  // namespace lb::net
