#include "lib/cluster/read_load_balancer.h"

#include "lib/cluster/read_listener.h"
#include "lib/cluster/scalar.h"

namespace cluster {
namespace {

using namespace std::chrono_literals;

constexpr OneOf<Datapath, 1> kDatapath{{{{"proxy", Datapath::kProxy}}}};
constexpr NumberBetween kWorkers{1, 256};
constexpr NumberBetween kConnections{1, 10'000'000};
constexpr DurationBetween kGrace{0ms, 24h};
constexpr DurationBetween kLogEvery{1s, 24h};
constexpr OneOf<AccessLogFormat, 2> kLogFormat{
    {{{"logfmt", AccessLogFormat::kLogfmt}, {"json", AccessLogFormat::kJson}}}};
constexpr DurationBetween kHardStop{0ms, 168h};

base::Result<std::optional<unsigned>> parse_workers(std::string_view text) {
  if (text == "auto") return std::nullopt;
  auto number = kWorkers(text);
  if (!number) return base::fail("{}, or auto", number.error().message);
  return *number;
}

base::Result<std::string> parse_log_file(std::string_view text) {
  if (text == AccessLog::kStdout) return std::string(text);
  auto path = parse_file_path(text);
  if (!path) return base::fail("{}, or write stdout", path.error().message);
  return path;
}

void read_access_log(MapReader& in, AccessLog& log) {
  in.read("format", log.format, kLogFormat);
  in.require("file", log.file, parse_log_file, "/var/log/keepstate/access.log");
  in.read("connect", log.connect, kYesOrNo);
  in.read("every", log.every, kLogEvery);
}

}  // namespace

void read_load_balancer(MapReader& in, LoadBalancer& balancer) {
  bool all_have_addresses = true;
  in.read_list("listeners", [&](MapReader& listener) {
    read_listener(listener, balancer.listeners.emplace_back());
    all_have_addresses = all_have_addresses && listener.has("address");
  });
  if (balancer.listeners.empty() || !all_have_addresses) {
    in.require("vip", balancer.vip, parse_unicast, "10.10.0.1");
  } else {
    in.read("vip", balancer.vip, parse_unicast);
  }
  in.read("datapath", balancer.datapath, kDatapath);
  in.read("workers", balancer.workers, parse_workers);
  in.read("reuseSockets", balancer.reuse_sockets, kYesOrNo);
  in.read("maxConnections", balancer.max_connections, kConnections);
  in.read("shutdownGrace", balancer.shutdown_grace, kGrace);
  in.read("hardStopAfter", balancer.hard_stop_after, kHardStop);
  in.read("socket", balancer.socket, parse_socket_path);
  in.read_map("admin", [&](MapReader& admin) {
    admin.require("address", balancer.admin, parse_listen_address, "127.0.0.1:9440");
    admin.read("tokenFile", balancer.admin_token_file, parse_file_path);
  });
  in.read_map("accessLog", [&](MapReader& log) { read_access_log(log, balancer.access_log.emplace()); });
}

}  // namespace cluster
