// Drain: reads several pipes side by side, each to its end: one after the other would deadlock on a second one that is
// full. One thread; the descriptors stay the caller's.
#pragma once

#include <poll.h>

#include <chrono>
#include <string>
#include <vector>

namespace base {

class Drain {
 public:
  explicit Drain(const std::vector<int>& descriptors);

  // False: the deadline came first.
  [[nodiscard]] bool run(std::chrono::steady_clock::time_point deadline);

  // What came from the descriptor at this place of the list.
  [[nodiscard]] std::string take(std::size_t i) noexcept { return std::move(texts_[i]); }

 private:
  [[nodiscard]] bool is_done() const noexcept;
  void read_some(std::size_t i);

  std::vector<pollfd> fds_;  // -1 behind the end: poll passes over it
  std::vector<std::string> texts_;
};

}  // namespace base
