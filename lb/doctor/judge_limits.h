// Whether this host has enough of what sessions take: descriptors, ports, the kernel's queues. Pure; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "lb/doctor/finding.h"
#include "lb/doctor/host.h"
#include "lib/cluster/cluster.h"

namespace lb::doctor {

// Gives a setting by its name.
using Settings = std::function<std::optional<std::string>(const std::string&)>;

// How many descriptors a process may open, and whose that is: a service has other limits than a shell.
struct DescriptorLimit {
  enum class Of { kDaemon, kThisShell };
  std::uint64_t most = 0;
  Of whose = Of::kThisShell;
};

[[nodiscard]] Finding judge_descriptors(const cluster::LoadBalancer& balancer, const DescriptorLimit& limit,
                                        unsigned cores);
// The ephemeral ports, of which each connection to one backend takes one. `possible`: the sessions that the descriptors
// allow, as many as there may be without maxConnections.
[[nodiscard]] Finding judge_ports(const cluster::LoadBalancer& balancer, System system, const Settings& setting,
                                  std::uint64_t possible);
// somaxconn and its like.
[[nodiscard]] Findings judge_settings(System system, const Settings& setting);

}  // namespace lb::doctor
