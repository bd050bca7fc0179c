#include "tests/support/network_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/subprocess.h"

namespace tests::support {

#ifdef __linux__
bool may_have_own_network() {
  return ::geteuid() == 0;
}

void in_own_network(const std::function<void()>& body) {
  std::exception_ptr failure;
  std::thread([&] {
    try {
      if (::unshare(CLONE_NEWNET) != 0) throw std::runtime_error("unshare: " + base::errno_text(errno));
      run_tool({"ip", "link", "set", "lo", "up"});
      body();
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure) std::rethrow_exception(failure);
}

NetworkNamespace NetworkNamespace::of_this_thread() {
  base::UniqueFd fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!fd) throw std::runtime_error("cannot open /proc/thread-self/ns/net: " + base::errno_text(errno));
  return NetworkNamespace(std::move(fd));
}

NetworkNamespace NetworkNamespace::make() {
  std::optional<NetworkNamespace> made;
  in_own_network([&] { made = of_this_thread(); });
  return std::move(*made);
}

void NetworkNamespace::enter() const {
  if (::setns(fd_.get(), CLONE_NEWNET) != 0) throw std::runtime_error("setns: " + base::errno_text(errno));
}
#else
bool may_have_own_network() {
  return false;
}

void in_own_network(const std::function<void()>&) {
  throw std::runtime_error("network namespaces are Linux's");
}

NetworkNamespace NetworkNamespace::of_this_thread() {
  throw std::runtime_error("network namespaces are Linux's");
}

NetworkNamespace NetworkNamespace::make() {
  return of_this_thread();
}

void NetworkNamespace::enter() const {}
#endif

std::string NetworkNamespace::path() const {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd_.get());
}

void run_tool(std::initializer_list<const char*> words) {
  const std::vector<std::string> argv(words.begin(), words.end());
  const auto done = base::run_captured(argv);
  if (!done) throw std::runtime_error(done.error().message);
  if (!done->status.ok()) throw std::runtime_error(argv[0] + ": " + done->status.to_string() + ": " + done->err);
}

}  // namespace tests::support
