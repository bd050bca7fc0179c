#include "lb/doctor/judge_limits.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <sstream>

#include "lb/net/descriptor_limit.h"

namespace lb::doctor {
namespace {

constexpr std::uint64_t kWantedBacklog = 4096;    // of lb's listening sockets
constexpr std::uint64_t kFewSessions = 4096;      // below that a cluster's clients come near the limit
constexpr std::uint64_t kPagesOfAFullPipe = 256;  // 1 MiB
constexpr std::uint64_t kFewPages = 16 * kPagesOfAFullPipe;
constexpr std::uint64_t kTimeWaitSeconds = 60;  // Linux; FreeBSD: 2 x net.inet.tcp.msl

std::optional<std::uint64_t> number(const std::optional<std::string>& text) {
  std::uint64_t value = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  return error == std::errc{} && end == text->data() + text->size() ? std::optional(value) : std::nullopt;
}

std::string set_now_and_for_good(System system, std::string_view assignment) {
  const char* const file = system == System::kLinux ? "/etc/sysctl.d/90-keepstate.conf" : "/etc/sysctl.conf";
  const char* const option = system == System::kLinux ? "-w " : "";
  return fmt::format("sysctl {}'{}' && echo '{}' >> {}", option, assignment, assignment, file);
}

struct Ports {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  [[nodiscard]] std::uint64_t count() const noexcept { return last >= first ? last - first + 1 : 0; }
};

std::optional<Ports> ephemeral_ports(System system, const Settings& setting) {
  if (system == System::kFreeBsd) {
    const auto first = number(setting("net.inet.ip.portrange.first"));
    const auto last = number(setting("net.inet.ip.portrange.last"));
    return first && last ? std::optional(Ports{*first, *last}) : std::nullopt;
  }
  const auto range = setting("net.ipv4.ip_local_port_range");
  if (!range) return std::nullopt;
  std::istringstream words(*range);
  Ports ports;
  return words >> ports.first >> ports.last ? std::optional(ports) : std::nullopt;
}

std::string wider_ports(System system) {
  return set_now_and_for_good(system, system == System::kLinux ? "net.ipv4.ip_local_port_range=1024 65535"
                                                               : "net.inet.ip.portrange.first=1024");
}

Finding judge_backlog(System system, const std::string& name, const Settings& setting) {
  const auto value = number(setting(name));
  if (!value) return skipped("backlog", fmt::format("{} cannot be read here", name));
  if (*value >= kWantedBacklog) return fine("backlog", fmt::format("{} is {}", name, *value));
  return warning(
      "backlog",
      fmt::format("{} is {}: of a burst of clients, as after a network's failure, only so many can wait to be "
                  "accepted, and others are dropped; {} is what lb asks for",
                  name, *value, kWantedBacklog),
      set_now_and_for_good(system, fmt::format("{}={}", name, kWantedBacklog)) + "; then restart keepstate-lb");
}

Finding judge_time_wait(const Settings& setting) {
  const auto value = number(setting("net.ipv4.tcp_tw_reuse"));
  if (!value) return skipped("time-wait", "net.ipv4.tcp_tw_reuse cannot be read here");
  const auto ports = ephemeral_ports(System::kLinux, setting);
  const std::uint64_t rate = ports.value_or(Ports{32768, 60999}).count() / kTimeWaitSeconds;
  if (*value == 1) return fine("time-wait", "net.ipv4.tcp_tw_reuse is 1: ports in TIME_WAIT serve again");
  return fine("time-wait",
              fmt::format("net.ipv4.tcp_tw_reuse is {}: enough for {} new connections a second to each backend; "
                          "for more than that set it to 1",
                          *value, rate));
}

Finding judge_pipes(const Settings& setting) {
  const auto pages = number(setting("fs.pipe-user-pages-soft"));
  if (!pages) return skipped("pipes", "fs.pipe-user-pages-soft cannot be read here");
  if (*pages == 0) return fine("pipes", "fs.pipe-user-pages-soft is 0: pipes are not limited");
  const std::string text = fmt::format(
      "fs.pipe-user-pages-soft is {}: {} bulk transfers at a time get a full pipe where "
      "keepstate-lb is not root",
      *pages, *pages / kPagesOfAFullPipe);
  if (*pages >= kFewPages) return fine("pipes", text);
  return warning("pipes", text + "; others cost twice the CPU time",
                 set_now_and_for_good(System::kLinux, "fs.pipe-user-pages-soft=16384"));
}

}  // namespace

Finding judge_descriptors(const cluster::LoadBalancer& balancer, const DescriptorLimit& limit, unsigned cores) {
  const std::uint64_t possible = net::sessions_within(limit.most, balancer.workers.value_or(cores));
  const bool is_the_daemons = limit.whose == DescriptorLimit::Of::kDaemon;
  const std::string has =
      fmt::format("{} descriptors {} are enough for {} sessions", limit.most,
                  is_the_daemons ? "of the daemon" : "of this shell (a service may have others)", possible);
  const auto remedy = [&](std::uint64_t sessions) {
    const std::uint64_t wanted = 2 * sessions + limit.most - std::min(limit.most, 2 * possible);
    return fmt::format("LimitNOFILE={} in the systemd unit (systemctl edit keepstate-lb), or ulimit -Hn {} in a shell",
                       wanted, wanted);
  };
  if (balancer.max_connections && *balancer.max_connections > possible) {
    const std::string text = fmt::format("{}, and maxConnections is {}", has, *balancer.max_connections);
    const std::string what_to_do = remedy(*balancer.max_connections) + ", or a lower maxConnections";
    return is_the_daemons ? problem("descriptors", text, what_to_do) : warning("descriptors", text, what_to_do);
  }
  if (balancer.max_connections)
    return fine("descriptors", fmt::format("{}, maxConnections is {}", has, *balancer.max_connections));
  if (possible >= kFewSessions) return fine("descriptors", has);
  return warning("descriptors", has + ", which a few hundred nodes use up", remedy(32'768));
}

Finding judge_ports(const cluster::LoadBalancer& balancer, System system, const Settings& setting,
                    std::uint64_t possible) {
  const auto ports = ephemeral_ports(system, setting);
  if (!ports) return skipped("ports", "the range of ephemeral ports cannot be read here");
  const std::string has =
      fmt::format("ports {} to {} allow {} sessions to one backend", ports->first, ports->last, ports->count());
  for (const cluster::Listener& listener : balancer.listeners) {
    const auto limit = listener.max_connections ? listener.max_connections : balancer.max_connections;
    if (!limit || *limit <= ports->count() * listener.backends.size()) continue;
    return problem("ports",
                   fmt::format("{}, and listener '{}' may have {} to {} backends", has, listener.name, *limit,
                               listener.backends.size()),
                   wider_ports(system));
  }
  for (const cluster::Listener& listener : balancer.listeners) {
    const auto limit = listener.max_connections ? listener.max_connections : balancer.max_connections;
    const std::uint64_t sessions = limit ? *limit : possible;
    if (sessions <= ports->count()) continue;
    const char* const whence = limit ? "" : ", as many as the descriptors allow without maxConnections,";
    return warning("ports",
                   fmt::format("{}; of the {} sessions of listener '{}'{} not all find place when one backend is left",
                               has, sessions, listener.name, whence),
                   wider_ports(system) + (limit ? "" : "; or maxConnections in the file, so that more clients wait"));
  }
  return fine("ports", has);
}

Findings judge_settings(System system, const Settings& setting) {
  if (system == System::kFreeBsd) return {judge_backlog(system, "kern.ipc.soacceptqueue", setting)};
  return {judge_backlog(system, "net.core.somaxconn", setting), judge_time_wait(setting), judge_pipes(setting)};
}

}  // namespace lb::doctor
