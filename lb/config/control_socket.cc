#include "lb/config/control_socket.h"

#include <unistd.h>

#include <cstdlib>

namespace lb::config {
namespace {

#ifdef __linux__
constexpr const char* kSystemSocket = "/run/keepstate/lb.sock";
#else
constexpr const char* kSystemSocket = "/var/run/keepstate/lb.sock";
#endif

}  // namespace

std::optional<std::string> default_control_socket() {
  if (::geteuid() == 0) return kSystemSocket;
  const char* const runtime = std::getenv("XDG_RUNTIME_DIR");  // NOLINT(concurrency-mt-unsafe): one thread yet
  if (runtime == nullptr || *runtime == '\0') return std::nullopt;
  return std::string(runtime) + "/keepstate/lb.sock";
}

}  // namespace lb::config
