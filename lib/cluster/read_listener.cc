#include "lib/cluster/read_listener.h"

#include "lib/cluster/scalar.h"

namespace cluster {
namespace {

using namespace std::chrono_literals;

enum class Profile { kPlain, kKubeApiserver };
constexpr OneOf<Profile, 1> kProfile{{{{"kube-apiserver", Profile::kKubeApiserver}}}};
constexpr OneOf<PolicyKind, kPolicyNames.size()> kPolicy{kPolicyNames};
constexpr OneOf<HealthCheckKind, 5> kHealthCheckKind{{{{"tcp", HealthCheckKind::kTcp},
                                                       {"tls", HealthCheckKind::kTls},
                                                       {"http", HealthCheckKind::kHttp},
                                                       {"https", HealthCheckKind::kHttps},
                                                       {"none", HealthCheckKind::kNone}}}};
constexpr OneOf<OnDown, 2> kOnDown{{{{"reset", OnDown::kReset}, {"keep", OnDown::kKeep}}}};
constexpr OneOf<FirstFlight, 2> kFirstFlight{{{{"none", FirstFlight::kNone}, {"tls", FirstFlight::kTls}}}};
constexpr OneOf<StickyBy, 1> kStickyBy{{{{"source", StickyBy::kSource}}}};

constexpr NumberBetween kWeight{0, 65'535};
constexpr NumberBetween kRetries{0, 10};
constexpr NumberBetween kStreak{1, 100};
constexpr NumberBetween kStreakOrOff{0, 100};
constexpr NumberBetween kPercent{0, 100};
constexpr NumberBetween kSessions{1, 10'000'000};
constexpr NumberBetween kStickyEntries{1, 10'000'000};
constexpr NumberBetween kStatus{100, 599};
constexpr NumberBetween kPrefix4{1, 32};
constexpr NumberBetween kPrefix6{1, 128};
constexpr NumberBetween kCloseRate{1, 1'000};
constexpr DurationBetween kConnectTimeout{1ms, 60s};
constexpr DurationBetween kHedge{0ms, 60s};
constexpr DurationBetween kFirstByte{10ms, 60s};
constexpr DurationBetween kQuietTimeout{1ms, 720h};
constexpr DurationBetween kSlowStart{0ms, 1h};
constexpr DurationBetween kEjection{100ms, 1h};
constexpr DurationBetween kStickyTime{1s, 720h};
constexpr DurationBetween kLeastAge{0ms, 720h};
constexpr DurationBetween kCheckInterval{100ms, 1h};
constexpr DurationBetween kCheckTimeout{1ms, 60s};

void read_timeouts(MapReader& in, Timeouts& timeouts) {
  in.read("connect", timeouts.connect, kConnectTimeout);
  in.read("idle", timeouts.idle, kQuietTimeout);
  in.read("halfClose", timeouts.half_close, kQuietTimeout);
}

void read_health_check(MapReader& in, HealthCheck& check) {
  in.read("type", check.kind, kHealthCheckKind);
  in.read("interval", check.interval, kCheckInterval);
  in.read("fastInterval", check.fast_interval, kCheckInterval);
  in.read("timeout", check.timeout, kCheckTimeout);
  in.read("fall", check.fall, kStreak);
  in.read("rise", check.rise, kStreak);
  in.read("path", check.path, parse_url_path);
  in.read("livePath", check.live_path, parse_url_path);
  in.read("status", check.status, kStatus);
  in.read("serverName", check.server_name, parse_domain);
  in.read("caFile", check.ca_file, parse_file_path);
  in.read("insecure", check.insecure, kYesOrNo);
  in.read("certificateFile", check.certificate_file, parse_file_path);
  in.read("keyFile", check.key_file, parse_file_path);
}

void read_passive(MapReader& in, Passive& passive) {
  in.read("failures", passive.failures, kStreakOrOff);
  in.read("silent", passive.silent, kStreakOrOff);
  in.read("ejectFor", passive.eject_for, kEjection);
  in.read("maxEjected", passive.max_ejected, kPercent);
}

void read_sticky(MapReader& in, Sticky& sticky) {
  in.require("by", sticky.by, kStickyBy, "source");
  in.read("prefix4", sticky.prefix4, kPrefix4);
  in.read("prefix6", sticky.prefix6, kPrefix6);
  in.read("ttl", sticky.ttl, kStickyTime);
  in.read("maxEntries", sticky.max_entries, kStickyEntries);
}

void read_rebalance(MapReader& in, Rebalance& rebalance) {
  in.read("enabled", rebalance.enabled, kYesOrNo);
  in.read("threshold", rebalance.threshold, kPercent);
  in.read("rate", rebalance.rate, kCloseRate);
  in.read("minAge", rebalance.min_age, kLeastAge);
  in.read("dryRun", rebalance.dry_run, kYesOrNo);
}

void read_backend(MapReader& in, Backend& backend) {
  in.require("address", backend.address, parse_peer_address, "10.10.0.11:6443");
  in.read("weight", backend.weight, kWeight);
  in.read("maxConnections", backend.max_connections, kSessions);
}

// What a kube-apiserver wants; why, is in docs/health.md.
void put_kube_apiserver(Listener& listener) {
  listener.policy = PolicyKind::kLeastConnections;
  listener.first_flight = FirstFlight::kTls;
  listener.retries = 2;
  listener.timeouts.idle = 1h;
  listener.timeouts.half_close = 60s;
  HealthCheck& check = listener.health_check;
  check.kind = HealthCheckKind::kHttps;
  check.path = "/readyz";
  check.live_path = "/livez?exclude=etcd";
  check.interval = 2s;
  check.timeout = 2s;
  check.fall = 2;
  check.rise = 3;
}

void read_limits(MapReader& in, Listener& listener) {
  in.read("maxConnections", listener.max_connections, kSessions);
  in.read("maxConnectionsPerSource", listener.max_connections_per_source, kSessions);
  in.read_values("allow", listener.allow, parse_source_network);
  in.read_values("deny", listener.deny, parse_source_network);
}

void read_hedges(MapReader& in, Listener& listener) {
  in.read("hedge", listener.hedge, kHedge);
  in.read("firstFlight", listener.first_flight, kFirstFlight);
  in.read("firstByte", listener.first_byte, kFirstByte);
}

}  // namespace

void read_listener(MapReader& in, Listener& listener) {
  Profile profile = Profile::kPlain;
  in.require("name", listener.name, parse_label, "kube-apiserver");
  in.read("profile", profile, kProfile);
  if (profile == Profile::kKubeApiserver) put_kube_apiserver(listener);
  in.read("address", listener.address, parse_listen_address);
  in.read("policy", listener.policy, kPolicy);
  in.read_list("backends", [&](MapReader& backend) { read_backend(backend, listener.backends.emplace_back()); });
  in.read_map("timeouts", [&](MapReader& timeouts) { read_timeouts(timeouts, listener.timeouts); });
  in.read("retries", listener.retries, kRetries);
  read_hedges(in, listener);
  in.read_map("healthCheck", [&](MapReader& check) { read_health_check(check, listener.health_check); });
  in.read("onDown", listener.on_down, kOnDown);
  in.read_map("passive", [&](MapReader& passive) { read_passive(passive, listener.passive); });
  in.read("slowStart", listener.slow_start, kSlowStart);
  in.read_map("sticky", [&](MapReader& sticky) { read_sticky(sticky, listener.sticky.emplace()); });
  read_limits(in, listener);
  in.read_map("rebalance", [&](MapReader& rebalance) { read_rebalance(rebalance, listener.rebalance); });
}

}  // namespace cluster
