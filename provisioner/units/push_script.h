// What root runs on a machine to look at its units, place them, start them and wait for them: POSIX shell for Debian's
// dash. Each script may break off anywhere, and the next run goes on from there. Pure; any thread.
//
// What we have placed stands in /var/lib/keepstate-provisioner/placed; beside it, for each unit, the sum of all files
// that it reads as they were when it was last started: so a unit is restarted when, and only when, one of them has
// become another, whoever brought it, and no interruption makes anybody forget it.
#pragma once

#include <chrono>
#include <string>

#include "provisioner/units/machine_units.h"

namespace provisioner::units {

class PushScripts {
 public:
  // `root`: where the machine's file system is; "" on the machine itself.
  PushScripts(const cluster::Cluster& cluster, MachineUnits units, std::string root = "");

  // Changes nothing. A line a thing, in fields with one space between:
  //   file same|differs|missing|foreign PATH     foreign: not ours
  //   program PATH                                it is missing
  //   unit NAME ACTIVE ENABLED                    words of systemctl
  //   member yes|no                               whether etcd has been a member of something here
  [[nodiscard]] std::string look() const;

  // Puts the files into their places, each whole or not at all, and removes those of ours that are wanted no more.
  // Changes nothing where a program is missing or somebody else's file is in the way. Tells what it placed.
  [[nodiscard]] std::string place() const;

  // Enables the units and restarts those that read something new or do not run. Returns before they are up. A file
  // that is missing is an error that names who reads it. Tells what it restarted.
  [[nodiscard]] std::string restart() const;

  // Ends with 0 once all units are active and stay so, else after `limit` with the state and the last words of each
  // that is not.
  [[nodiscard]] std::string wait(std::chrono::seconds limit) const;

 private:
  [[nodiscard]] std::string prelude() const;
  [[nodiscard]] std::string contents() const;
  [[nodiscard]] std::string programs() const;

  std::string mark_;
  MachineUnits units_;
  std::string root_;
};

}  // namespace provisioner::units
