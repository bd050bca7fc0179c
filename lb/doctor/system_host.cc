#include "lb/doctor/system_host.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "lb/doctor/daemon_process.h"
#include "lb/doctor/visitor.h"
#include "lb/net/descriptor_limit.h"
#include "lb/net/event_loop.h"
#include "lb/net/system_setting.h"

namespace lb::doctor {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kPatienceOfVisits = 5s;
constexpr std::chrono::milliseconds kPatienceOfProbes = 1500ms;
constexpr std::size_t kVisitors = 16;
constexpr std::size_t kChecksAtOnce = 256;  // descriptors

// The words of /proc/PID/cmdline, which end with a zero byte each.
std::vector<std::string> words_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(stream, word, '\0');) words.push_back(word);
  return words;
}

// The results of one batch of backends, whose loop ends with the last of them.
void check_some(const cluster::Listener& listener, const net::TlsContext* tls, std::size_t first, std::size_t last,
                std::vector<net::ProbeResult>& results) {
  net::EventLoop loop;
  std::vector<std::unique_ptr<net::Probe>> probes;
  std::size_t left = last - first;
  for (std::size_t i = first; i < last; ++i) {
    probes.push_back(
        std::make_unique<net::Probe>(loop, listener.health_check, tls, [&, i](const net::ProbeResult& result) {
          results[i] = result;
          if (--left == 0) loop.stop();
        }));
    probes.back()->start(listener.backends[i].address);
  }
  loop.run();
}

}  // namespace

System SystemHost::system() const {
#ifdef __linux__
  return System::kLinux;
#else
  return System::kFreeBsd;
#endif
}

unsigned SystemHost::cores() const {
  return std::max(std::thread::hardware_concurrency(), 1U);
}

std::uint64_t SystemHost::descriptor_limit() const {
  return net::hard_descriptor_limit();
}

std::optional<std::string> SystemHost::setting(const std::string& name) const {
  return net::system_setting(name);
}

std::vector<base::IpAddress> SystemHost::addresses() const {
  return net::host_addresses();
}

net::AddressClaim SystemHost::who_else_has(const base::IpAddress& address) {
  return net::who_else_has(address, kPatienceOfProbes);
}

std::vector<Visit> SystemHost::visit(const std::vector<Call>& calls) {
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));  // OpenSSL writes by write(2)
  std::vector<Visit> visits(calls.size());
  cluster::HealthCheck trusting;
  trusting.insecure = true;
  const auto context = net::TlsContext::make(trusting);
  if (!context) {
    for (Visit& visit : visits) visit.connect_error = context.error().message;
    return visits;
  }
  std::atomic<std::size_t> next{0};
  std::vector<std::jthread> visitors;
  for (std::size_t i = 0; i < std::min(kVisitors, calls.size()); ++i) {
    visitors.emplace_back([&] {
      for (std::size_t call = next.fetch_add(1); call < calls.size(); call = next.fetch_add(1)) {
        visits[call] = visit_backend(calls[call], **context, kPatienceOfVisits);
      }
    });
  }
  visitors.clear();  // joins them
  return visits;
}

base::Result<std::vector<net::ProbeResult>> SystemHost::check(const cluster::Listener& listener) {
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  std::unique_ptr<const net::TlsContext> tls;
  if (cluster::speaks_tls(listener.health_check.kind)) {
    auto made = net::TlsContext::make(listener.health_check);
    if (!made) return base::Failure(made.error());
    tls = *std::move(made);
  }
  std::vector<net::ProbeResult> results(listener.backends.size());
  for (std::size_t first = 0; first < results.size(); first += kChecksAtOnce) {
    check_some(listener, tls.get(), first, std::min(first + kChecksAtOnce, results.size()), results);
  }
  return results;
}

DaemonSeen SystemHost::look_at_daemon(const std::string& socket) {
  return look_at_daemon_at(socket, kPatienceOfVisits);
}

std::vector<std::vector<std::string>> SystemHost::processes(const std::string& name) const {
  std::vector<std::vector<std::string>> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    std::vector<std::string> words = words_of(entry.path() / "cmdline");
    if (!words.empty() && std::filesystem::path(words.front()).filename() == name) found.push_back(std::move(words));
  }
  return found;
}

}  // namespace lb::doctor
