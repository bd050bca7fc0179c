// The example's cluster and the units of its machines; what tests ask of a file's text. One thread.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "lib/cluster/cluster_file.h"
#include "provisioner/units/machine_units.h"

namespace provisioner::units {

inline cluster::Cluster units_cluster(unsigned minor = cluster::KubernetesVersion::kCurrent) {
  auto loaded = cluster::load_cluster(KEEPSTATE_SOURCE_DIR "/configs/cluster.yaml");
  cluster::Cluster cluster = std::move(loaded.value().cluster);
  cluster.kubernetes.version = {minor};
  return cluster;
}

inline const cluster::Machine& controller_of(const cluster::Cluster& cluster) {
  return cluster.machines.at(0);
}
inline const cluster::Machine& worker_of(const cluster::Cluster& cluster) {
  return cluster.machines.at(3);
}

inline std::string text_of(const std::vector<UnitFile>& files, std::string_view path) {
  for (const UnitFile& file : files) {
    if (file.path == path) return file.content;
  }
  ADD_FAILURE() << "there is no " << path;
  return "";
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// All files of a machine in one text, for golden files.
inline std::string all_texts(const MachineUnits& units) {
  std::string text;
  for (const UnitFile& file : units.files) text += "=== " + file.path + "\n" + file.content;
  return text;
}

}  // namespace provisioner::units
