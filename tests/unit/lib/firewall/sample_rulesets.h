// Rulesets that several dialects are tried with.
#pragma once

#include "lib/firewall/ruleset.h"

namespace firewall {

inline base::IpNetwork network(const char* text) {
  return base::IpNetwork::parse(text).value();
}

// What a host with machines of both families behind it wants.
inline Ruleset two_masquerades() {
  return {.name = "keepstate_nat",
          .masquerades = {{.name = "machines",
                           .sources = {network("10.10.0.0/24"), network("fd00::/64")},
                           .uplink = "eth0",
                           .except = {network("10.10.0.0/24"), network("10.100.0.0/16"), network("10.32.0.0/24"),
                                      network("fd00::/48")}},
                          {.name = "pods", .sources = {network("10.100.0.0/16")}, .uplink = "eth1"}},
          .numbers = {.first_rule = 500, .set = 31, .nat = 500}};
}

inline Ruleset one_masquerade_v4() {
  Ruleset ruleset = two_masquerades();
  ruleset.masquerades.resize(1);
  ruleset.masquerades[0].sources.resize(1);
  return ruleset;
}

}  // namespace firewall
