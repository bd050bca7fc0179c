// Upgrader: starts the program anew beside this process and hands over to it. Until the new one has said that it
// serves, nothing changes here; when it cannot, it is gone and this process goes on. The new one is no child of this
// one: whoever watches services notices how it ends. Control loop's thread only.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lb/control/handover.h"
#include "lb/net/event_loop.h"
#include "lb/net/timer.h"
#include "lb/net/watch.h"
#include "lib/base/result.h"
#include "lib/base/unique_fd.h"

namespace lb::control {

class Upgrader {
 public:
  // The pid of the one that serves now, or why this process does.
  using Done = std::function<void(const base::Result<pid_t>&)>;

  // `argv` starts the program; the loop outlives the upgrader.
  Upgrader(net::EventLoop& loop, std::vector<std::string> argv);

  ~Upgrader();
  Upgrader(const Upgrader&) = delete;
  Upgrader& operator=(const Upgrader&) = delete;

  // Why start() would refuse: one is under way, or over, or nobody knows how to start the program.
  [[nodiscard]] base::Result<void> can_start() const;
  // Calls `done` once, from the loop or at once; at once where it cannot start.
  void start(const Handover& handover, Done done);
  [[nodiscard]] bool is_under_way() const noexcept { return static_cast<bool>(done_); }
  // The one under way fails for this reason; nothing where there is none.
  void cancel(const std::string& why);
  // To the one that serves now; to be given on by it, and to be told what this process counts still.
  [[nodiscard]] int channel() const noexcept { return channel_.get(); }

 private:
  void on_word();
  void finish(const base::Result<pid_t>& result);
  void fail_with(const std::string& why);

  net::EventLoop& loop_;
  std::vector<std::string> argv_;
  net::Timer patience_;
  pid_t process_ = -1;  // while it has not said anything
  base::UniqueFd channel_;
  std::unique_ptr<net::Watch> watch_;
  Done done_;
  bool over_ = false;
};

}  // namespace lb::control
