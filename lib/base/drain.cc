#include "lib/base/drain.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace base {

using std::chrono::steady_clock;

Drain::Drain(const std::vector<int>& descriptors) : texts_(descriptors.size()) {
  for (const int descriptor : descriptors) fds_.push_back({descriptor, POLLIN, 0});
}

bool Drain::is_done() const noexcept {
  return std::all_of(fds_.begin(), fds_.end(), [](const pollfd& one) { return one.fd < 0; });
}

bool Drain::run(steady_clock::time_point deadline) {
  while (!is_done()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
    if (left <= 0) return false;
    const int ready =
        ::poll(fds_.data(), static_cast<nfds_t>(fds_.size()), static_cast<int>(std::min<long long>(left, 60'000)));
    if (ready < 0 && errno != EINTR) return false;
    for (std::size_t i = 0; ready > 0 && i < fds_.size(); ++i) read_some(i);
  }
  return true;
}

void Drain::read_some(std::size_t i) {
  if (fds_[i].fd < 0 || fds_[i].revents == 0) return;
  std::array<char, 16384> chunk;  // NOLINT(*-member-init): read fills it
  const ssize_t n = ::read(fds_[i].fd, chunk.data(), chunk.size());
  if (n > 0) texts_[i].append(chunk.data(), static_cast<std::size_t>(n));
  if (n == 0 || (n < 0 && errno != EINTR)) fds_[i].fd = -1;
}

}  // namespace base
