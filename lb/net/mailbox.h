// Mailbox: the only way from one thread into another thread's loop. What is posted runs there, in the order of posting.
//
// post() may be called by any thread; all else belongs to the loop's thread. Letters still unread when the mailbox is
// destroyed are dropped.
#pragma once

#include <event2/event.h>
#include <event2/event_struct.h>

#include <functional>
#include <mutex>
#include <vector>

#include "lb/net/event_loop.h"
#include "lib/base/unique_fd.h"

namespace lb::net {

class Mailbox {
 public:
  using Letter = std::function<void()>;

  explicit Mailbox(EventLoop& loop);  // throws std::runtime_error when no descriptor is left
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // Any thread, also the loop's own (then it runs later, not now). A letter must not throw.
  void post(Letter letter);

 private:
  static void on_event(evutil_socket_t fd, short what, void* self) noexcept;
  void deliver() noexcept;

  base::UniqueFd wake_read_;
  base::UniqueFd wake_write_;
  event event_;
  std::mutex mutex_;
  std::vector<Letter> letters_;  // guarded by mutex_
};

}  // namespace lb::net
