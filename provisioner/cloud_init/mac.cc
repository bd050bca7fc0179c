#include "provisioner/cloud_init/mac.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "lib/base/hash.h"

namespace provisioner::cloud_init {
namespace {

std::string mac_from(std::string_view seed) {
  const std::uint64_t bits = base::hash(seed);
  std::string mac = "02";
  for (unsigned shift = 0; shift < 40; shift += 8) mac += fmt::format(":{:02x}", bits >> shift & 0xffU);
  return mac;
}

// The names alone decide who gets which, so that the order of the file does not matter.
std::vector<const cluster::Machine*> by_name(const cluster::Cluster& cluster) {
  std::vector<const cluster::Machine*> machines;
  for (const cluster::Machine& machine : cluster.machines) machines.push_back(&machine);
  std::sort(machines.begin(), machines.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  return machines;
}

}  // namespace

std::string mac_of(const cluster::Cluster& cluster, const cluster::Machine& machine) {
  if (!machine.mac.empty()) return machine.mac;
  std::set<std::string> taken;
  for (const cluster::Machine& one : cluster.machines) taken.insert(one.mac);
  std::string mac;
  for (const cluster::Machine* one : by_name(cluster)) {
    if (!one->mac.empty()) continue;
    unsigned attempt = 0;
    do {
      mac = mac_from(fmt::format("{}/{}/{}", cluster.name, one->name, attempt++));
    } while (!taken.insert(mac).second);
    if (one->name == machine.name) break;
  }
  return mac;
}

}  // namespace provisioner::cloud_init
