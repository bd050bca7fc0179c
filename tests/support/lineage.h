// Lineage: the processes of one program that follow each other. Whoever starts one of them by hand and is left behind
// by it gets it as a child here (Linux; elsewhere it is init's). All that were added are killed and waited for in the
// destructor, so declare it last. One thread; one of them at a time, since it waits for every child.
#pragma once

#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <vector>

#if defined(__linux__)
#include <sys/prctl.h>
#endif

namespace tests::support {

class Lineage {
 public:
  Lineage() {
#if defined(__linux__)
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
#endif
  }
  ~Lineage() {
    for (const pid_t pid : pids_) ::kill(pid, SIGKILL);
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
  }
  Lineage(const Lineage&) = delete;
  Lineage& operator=(const Lineage&) = delete;

  void add(pid_t pid) { pids_.push_back(pid); }
  // It has ended and was waited for.
  void forget(pid_t pid) { std::erase(pids_, pid); }

  [[nodiscard]] pid_t first() const { return pids_.front(); }
  [[nodiscard]] pid_t latest() const { return pids_.back(); }
  [[nodiscard]] const std::vector<pid_t>& all() const { return pids_; }

 private:
  std::vector<pid_t> pids_;  // in the order in which they came
};

}  // namespace tests::support
