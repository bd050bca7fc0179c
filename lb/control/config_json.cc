#include "lb/control/config_json.h"

#include <optional>
#include <string>
#include <utility>

#include "lib/base/duration.h"

namespace lb::control {
namespace {

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

std::string time_text(std::chrono::milliseconds duration) {
  return base::duration_text(duration);
}

std::string_view name_of(cluster::HealthCheckKind kind) {
  switch (kind) {
    case cluster::HealthCheckKind::kNone:
      return "none";
    case cluster::HealthCheckKind::kTcp:
      return "tcp";
    case cluster::HealthCheckKind::kTls:
      return "tls";
    case cluster::HealthCheckKind::kHttp:
      return "http";
    case cluster::HealthCheckKind::kHttps:
      return "https";
  }
  return {};  // no value of the enumeration comes here
}

Json health_check_json(const cluster::HealthCheck& check) {
  return {{"type", name_of(check.kind)},
          {"interval", time_text(check.interval)},
          {"fastInterval", time_text(check.fast_interval.value_or(check.interval / 4))},
          {"timeout", time_text(check.timeout)},
          {"fall", check.fall},
          {"rise", check.rise},
          {"path", check.path},
          {"livePath", or_null(check.live_path)},
          {"status", check.status},
          {"serverName", or_null(check.server_name)},
          {"caFile", or_null(check.ca_file)},
          {"insecure", check.insecure},
          {"certificateFile", or_null(check.certificate_file)},
          {"keyFile", or_null(check.key_file)}};
}

Json sticky_json(const std::optional<cluster::Sticky>& sticky) {
  if (!sticky) return nullptr;
  return {{"by", "source"},
          {"prefix4", sticky->prefix4},
          {"prefix6", sticky->prefix6},
          {"ttl", time_text(sticky->ttl)},
          {"maxEntries", sticky->max_entries}};
}

Json passive_json(const cluster::Passive& passive) {
  return {{"failures", passive.failures},
          {"silent", passive.silent},
          {"ejectFor", time_text(passive.eject_for)},
          {"maxEjected", passive.max_ejected}};
}

Json rebalance_json(const cluster::Rebalance& rebalance) {
  return {{"enabled", rebalance.enabled},
          {"threshold", rebalance.threshold},
          {"rate", rebalance.rate},
          {"minAge", time_text(rebalance.min_age)},
          {"dryRun", rebalance.dry_run}};
}

Json networks_json(const std::vector<base::IpNetwork>& networks) {
  Json list = Json::array();
  for (const base::IpNetwork& network : networks) list.push_back(network.to_string());
  return list;
}

Json backends_json(const std::vector<cluster::Backend>& backends) {
  Json list = Json::array();
  for (const cluster::Backend& backend : backends) {
    list.push_back({{"name", backend.name},
                    {"address", backend.address.to_string()},
                    {"weight", backend.weight},
                    {"maxConnections", or_null(backend.max_connections)}});
  }
  return list;
}

Json listener_json(const cluster::Listener& listener) {
  const bool is_tls = listener.first_flight == cluster::FirstFlight::kTls;
  return {{"name", listener.name},
          {"address", listener.address.to_string()},
          {"policy", cluster::name_of(listener.policy)},
          {"backends", backends_json(listener.backends)},
          {"timeouts",
           {{"connect", time_text(listener.timeouts.connect)},
            {"idle", time_text(listener.timeouts.idle)},
            {"halfClose", time_text(listener.timeouts.half_close)}}},
          {"retries", listener.retries},
          {"hedge", time_text(listener.hedge)},
          {"firstFlight", is_tls ? "tls" : "none"},
          {"firstByte", listener.first_byte ? Json(time_text(*listener.first_byte))
                        : is_tls            ? Json("1s")
                                            : Json()},
          {"healthCheck", health_check_json(listener.health_check)},
          {"onDown", listener.on_down == cluster::OnDown::kReset ? "reset" : "keep"},
          {"passive", passive_json(listener.passive)},
          {"slowStart", time_text(listener.slow_start)},
          {"sticky", sticky_json(listener.sticky)},
          {"maxConnections", or_null(listener.max_connections)},
          {"maxConnectionsPerSource", or_null(listener.max_connections_per_source)},
          {"allow", networks_json(listener.allow)},
          {"deny", networks_json(listener.deny)},
          {"rebalance", rebalance_json(listener.rebalance)}};
}

Json admin_json(const config::Config& config) {
  if (!config.admin) return nullptr;
  return {{"address", config.admin->to_string()}, {"tokenFile", or_null(config.admin_token_file)}};
}

Json access_log_json(const std::optional<cluster::AccessLog>& log) {
  if (!log) return nullptr;
  return {{"format", log->format == cluster::AccessLogFormat::kJson ? "json" : "logfmt"},
          {"file", log->file},
          {"connect", log->connect},
          {"every", log->every ? Json(time_text(*log->every)) : Json(nullptr)}};
}

}  // namespace

Json config_json(const config::Config& config, const std::vector<cluster::Listener>& listeners) {
  Json list = Json::array();
  for (const cluster::Listener& listener : listeners) list.push_back(listener_json(listener));
  return {{"loadBalancer",
           {{"workers", config.workers ? Json(*config.workers) : Json("auto")},
            {"reuseSockets", config.reuse_sockets},
            {"maxConnections", or_null(config.max_connections)},
            {"shutdownGrace", time_text(config.shutdown_grace)},
            {"hardStopAfter", time_text(config.hard_stop_after)},
            {"admin", admin_json(config)},
            {"socket", or_null(config.socket)},
            {"accessLog", access_log_json(config.access_log)},
            {"listeners", std::move(list)}}}};
}

}  // namespace lb::control
