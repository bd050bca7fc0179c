#include "lb/net/descriptor_limit.h"

#include <sys/resource.h>

#include <algorithm>

namespace lb::net {
namespace {

constexpr std::uint64_t kForTheDaemon = 64;   // logs, control socket, scrapes, health checks
constexpr std::uint64_t kForEachWorker = 64;  // loop, mailbox, listening sockets, some pipes for bulk transfers

}  // namespace

std::uint64_t raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  rlimit raised = limit;
  raised.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return limit.rlim_cur;
}

std::uint64_t hard_descriptor_limit() noexcept {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : 1024;
}

std::uint64_t kept_sockets_within(std::uint64_t descriptors, unsigned workers) noexcept {
  return std::min<std::uint64_t>(kMostKeptSockets, descriptors / 16 / workers);
}

std::uint64_t sessions_within(std::uint64_t descriptors, unsigned workers) noexcept {
  const std::uint64_t reserve = kForTheDaemon + (kForEachWorker + kept_sockets_within(descriptors, workers)) * workers;
  return std::max<std::uint64_t>((descriptors - std::min(descriptors, reserve)) / 2, 1);
}

}  // namespace lb::net
