// Departure: how a process leaves: nobody is accepted any more, its sessions may end by themselves for a while, and
// then they are ended: at once when it was told to stop, a few at a time when another process serves already, because
// clients that come back all at once are a storm. When the last one is over, so is the loop. Control loop's thread
// only.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>

#include "lb/net/event_loop.h"
#include "lb/net/mailbox.h"
#include "lb/net/timer.h"
#include "lb/proxy/worker_group.h"
#include "lib/base/log.h"

namespace lb::control {

class Departure {
 public:
  static constexpr std::chrono::milliseconds kPace{100};
  static constexpr std::size_t kPaces = 50;  // so sessions that are ended in turn are gone after five seconds

  // All outlive it, and it outlives the workers' threads.
  struct Parts {
    net::EventLoop& loop;
    net::Mailbox& mailbox;
    proxy::WorkerGroup& workers;
    const base::Log& log;
  };
  explicit Departure(const Parts& parts);

  // Told to stop: sessions have so much time. Also after retire().
  void stop(std::chrono::milliseconds grace);
  // Another process serves: sessions have so much time, and are ended in turn then.
  // `left`: nobody is accepted here any more.
  void retire(std::chrono::milliseconds hard_stop_after, std::function<void()> left);
  // No time any more.
  void cut(std::string_view why);

 private:
  void leave(std::function<void()> left);
  void end_some();

  Parts parts_;
  net::Timer grace_;
  net::Timer hard_stop_;
  net::Timer last_words_;
  std::size_t at_a_time_ = 0;
};

}  // namespace lb::control
