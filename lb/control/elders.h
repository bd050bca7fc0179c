// Elders: the processes that handed over, this one's predecessors, while they still have sessions. Each tells what it
// counts, so that this process speaks for all of them. Control loop's thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "lb/control/controller.h"
#include "lb/net/event_loop.h"
#include "lb/net/timer.h"
#include "lb/net/watch.h"
#include "lib/base/unique_fd.h"

namespace lb::control {

class Elders {
 public:
  // All outlive it.
  Elders(net::EventLoop& loop, Controller& controller, const base::Clock& clock);

  // `last` is what it told last, and is counted already.
  void add(base::UniqueFd channel, nlohmann::json last);

  // Calls `changed` when size() has changed.
  void on_change(std::function<void()> changed) { changed_ = std::move(changed); }

  // How many have not ended yet.
  [[nodiscard]] std::size_t size() const noexcept { return elders_.size(); }

  // Gives them to the next process. They are not heard here any more, so that nothing is counted twice...
  struct Given {
    std::vector<base::UniqueFd> channels;  // copies
    nlohmann::json last;                   // what each has told, a list beside the channels
  };
  [[nodiscard]] Given give();
  // ...unless there is no next process after all; or for good.
  void take_back();
  void leave();

 private:
  struct Elder {
    base::UniqueFd channel;
    nlohmann::json last;
    std::unique_ptr<net::Watch> watch;
    bool gone = false;
  };
  void listen_to(Elder& elder);
  void hear(Elder& elder);
  void count_open();

  net::EventLoop& loop_;
  Controller& controller_;
  const base::Clock& clock_;
  std::list<Elder> elders_;
  std::function<void()> changed_;
  net::Timer sweep_;  // a watch cannot be destroyed from inside its callback
};

}  // namespace lb::control
