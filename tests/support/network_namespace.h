// A network of the test's own: a thread in a fresh network namespace (namespaces(7)) whose loopback is up. Threads and
// processes that it starts are in it too. Linux and root only: ask may_have_own_network() first, and skip with a
// reason.
#pragma once

#include <functional>
#include <string>

#include "lib/base/unique_fd.h"

namespace tests::support {

[[nodiscard]] bool may_have_own_network();
// Why a test is skipped where it may not.
inline constexpr const char* kNeedsOwnNetwork = "needs Linux and root, for a network namespace of its own";

// Runs `body` there and returns when it has; what it throws is thrown again here.
void in_own_network(const std::function<void()>& body);

// One more network, whose loopback is up. It lives as long as this object, or a process that was started in it; so it
// needs no name that could outlive us. Any thread.
class NetworkNamespace {
 public:
  // Both throw std::runtime_error.
  [[nodiscard]] static NetworkNamespace make();
  [[nodiscard]] static NetworkNamespace of_this_thread();

  // As ip(8) takes it after `netns`; good while this process lives.
  [[nodiscard]] std::string path() const;
  // The calling thread is there from now on, and so is what it starts.
  void enter() const;

 private:
  explicit NetworkNamespace(base::UniqueFd fd) noexcept : fd_(std::move(fd)) {}

  base::UniqueFd fd_;
};

// The calling thread is in another network while this lives.
class Visit {
 public:
  explicit Visit(const NetworkNamespace& there) : home_(NetworkNamespace::of_this_thread()) { there.enter(); }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  ~Visit() { home_.enter(); }

 private:
  NetworkNamespace home_;
};

// Runs a program of the system in the namespace of the calling thread; throws std::runtime_error when it fails.
void run_tool(std::initializer_list<const char*> words);

}  // namespace tests::support
