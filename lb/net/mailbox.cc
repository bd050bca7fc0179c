#include "lb/net/mailbox.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "lib/base/result.h"

namespace lb::net {

Mailbox::Mailbox(EventLoop& loop) {
  std::array<int, 2> ends{};
  // pipe2 is in Linux, FreeBSD and POSIX.1-2024.
  if (::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) {
    throw std::runtime_error("cannot make a mailbox: " + base::errno_text(errno));
  }
  wake_read_.reset(ends[0]);
  wake_write_.reset(ends[1]);
  event_assign(&event_, loop.base(), wake_read_.get(), EV_READ | EV_PERSIST, &Mailbox::on_event, this);
  event_add(&event_, nullptr);
}

Mailbox::~Mailbox() {
  event_del(&event_);
}

void Mailbox::post(Letter letter) {
  {
    const std::scoped_lock lock(mutex_);
    letters_.push_back(std::move(letter));
    if (letters_.size() > 1) return;  // the one before has rung already
  }
  // A full pipe means that the reader is being woken anyway.
  [[maybe_unused]] const ssize_t written = ::write(wake_write_.get(), "!", 1);
}

void Mailbox::on_event(evutil_socket_t, short, void* self) noexcept {
  static_cast<Mailbox*>(self)->deliver();
}

void Mailbox::deliver() noexcept {
  std::array<char, 64> bell{};
  while (::read(wake_read_.get(), bell.data(), bell.size()) > 0) {
  }
  std::vector<Letter> letters;
  {
    const std::scoped_lock lock(mutex_);
    letters.swap(letters_);
  }
  for (const Letter& letter : letters) letter();
}

}  // namespace lb::net
