// ExecLine: the command line of a unit: a program and its flags, a line each. A flag that cluster.yaml gives once more
// (spec.kubernetes.extraArgs) replaces ours. Values; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace provisioner::units {

class ExecLine {
 public:
  using Flags = std::vector<std::pair<std::string_view, std::string>>;

  // `program`: an absolute path. `flags`: name and value, in the order in which they are written.
  ExecLine(std::string program, const Flags& flags);

  // "--name=value" or "--name"; each name's first one replaces those of the same name that are there.
  void extend(const std::vector<std::string>& extra);

  // "ExecStart=/usr/local/bin/etcd \", then "  --name=value \" and so on; no newline at the end. Nothing stands behind
  // a backslash: one space there, and systemd takes the next line for a key of its own.
  [[nodiscard]] std::string text() const;

 private:
  std::string program_;
  std::vector<std::string> words_;
};

}  // namespace provisioner::units
