#include "pki/plan/placement.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "lib/cluster/machine_files.h"

namespace pki::plan {
namespace {

using Units = std::vector<std::string>;

bool has(const Units& units, std::string_view unit) {
  return std::find(units.begin(), units.end(), unit) != units.end();
}

Units in_order(const Units& units) {
  Units ordered;
  for (const auto unit : cluster::kProgramNames) {
    if (has(units, unit)) ordered.emplace_back(unit);
  }
  return ordered;
}

bool is_among(const std::string& file, const std::vector<std::string>& files) {
  return std::find(files.begin(), files.end(), file) != files.end();
}

}  // namespace

std::vector<Placement> placements_of(const cluster::Cluster& cluster) {
  std::vector<Placement> placements;
  for (const auto& machine : cluster.machines) {
    for (auto& carried : cluster::carried_files(machine)) {
      placements.push_back({std::move(carried.file), machine.name, std::move(carried.units)});
    }
  }
  return placements;
}

std::vector<std::string> carriers_of(const std::vector<std::string>& files, const std::vector<Placement>& placements) {
  std::vector<std::string> machines;
  for (const auto& placement : placements) {
    const bool is_new = std::find(machines.begin(), machines.end(), placement.machine) == machines.end();
    if (is_new && is_among(placement.file, files)) machines.push_back(placement.machine);
  }
  return machines;
}

std::vector<Restart> restarts_for(const std::vector<std::string>& files, const std::vector<Placement>& placements) {
  std::vector<Restart> restarts;
  for (const auto& machine : carriers_of(files, placements)) {
    Units units;
    for (const auto& placement : placements) {
      if (placement.machine != machine || !is_among(placement.file, files)) continue;
      units.insert(units.end(), placement.units.begin(), placement.units.end());
    }
    if (!units.empty()) restarts.push_back({machine, in_order(units)});
  }
  return restarts;
}

}  // namespace pki::plan
