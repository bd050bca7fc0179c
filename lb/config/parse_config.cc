#include "lb/config/parse_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

namespace lb::config {
namespace {

base::Result<std::uint32_t> parse_weight(std::string_view digits, std::string_view text) {
  std::uint32_t weight = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), weight);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size() || weight > 65535) {
    return base::fail("--backend {}: the weight is a whole number from 0 to 65535", text);
  }
  return weight;
}

base::Result<cluster::Backend> parse_backend(std::string_view text) {
  const auto comma = text.find(',');
  const auto address = base::SocketAddress::parse(text.substr(0, comma));
  if (!address) return base::fail("--backend {}: {}", text, address.error().message);
  if (address->port() == 0) return base::fail("--backend {}: a backend's port goes from 1 to 65535", text);
  cluster::Backend backend{.name = address->to_string(), .address = *address, .weight = 1};
  if (comma == std::string_view::npos) return backend;
  constexpr std::string_view kKey = "weight=";
  const std::string_view option = text.substr(comma + 1);
  if (!option.starts_with(kKey)) {
    return base::fail("--backend {}: unknown option '{}'; write {},weight=2", text, option, address->to_string());
  }
  const auto weight = parse_weight(option.substr(kKey.size()), text);
  if (!weight) return base::Failure(weight.error());
  backend.weight = *weight;
  return backend;
}

base::Result<std::vector<cluster::Backend>> parse_backends(const std::vector<std::string>& texts) {
  std::vector<cluster::Backend> backends;
  for (const std::string& text : texts) {
    auto backend = parse_backend(text);
    if (!backend) return base::Failure(backend.error());
    if (std::ranges::any_of(backends, [&](const auto& other) { return other.address == backend->address; })) {
      return base::fail("--backend {}: this address is given twice; give it once, with a weight", text);
    }
    backends.push_back(*std::move(backend));
  }
  if (std::ranges::all_of(backends, [](const auto& backend) { return backend.weight == 0; })) {
    return base::fail("every --backend has weight 0, so no session could go anywhere; give one a positive weight");
  }
  return backends;
}

}  // namespace

base::Result<cluster::PolicyKind> parse_policy(std::string_view name) {
  std::string known;
  for (const auto& [policy_name, kind] : cluster::kPolicyNames) {
    if (name == policy_name) return kind;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", policy_name);
  }
  return base::fail("unknown policy '{}'; known: {}", name, known);
}

base::Result<Config> config_of(const cluster::Cluster& cluster) {
  if (!cluster.load_balancer || cluster.load_balancer->listeners.empty()) {
    return base::fail("spec.loadBalancer is missing: lb needs to know its listeners; see configs/cluster.yaml");
  }
  const cluster::LoadBalancer& section = *cluster.load_balancer;
  return Config{.listeners = section.listeners,
                .workers = section.workers,
                .reuse_sockets = section.reuse_sockets,
                .max_connections = section.max_connections,
                .shutdown_grace = section.shutdown_grace,
                .hard_stop_after = section.hard_stop_after,
                .admin = section.admin,
                .admin_token_file = section.admin_token_file,
                .socket = section.socket,
                .access_log = section.access_log};
}

base::Result<Config> config_of(const Flags& flags) {
  const auto address = base::SocketAddress::parse(flags.listen);
  if (!address) return base::fail("--listen {}: {}", flags.listen, address.error().message);
  if (flags.backends.empty()) return base::fail("--listen needs at least one --backend ADDRESS:PORT[,weight=N]");
  auto backends = parse_backends(flags.backends);
  if (!backends) return base::Failure(backends.error());
  if (std::ranges::any_of(*backends, [&](const auto& backend) { return backend.address == *address; })) {
    return base::fail(
        "--backend {}: this is the listener's own address, so its sessions would come back to it; choose another",
        flags.listen);
  }
  const auto policy = parse_policy(flags.policy);
  if (!policy) return base::fail("--policy: {}", policy.error().message);
  cluster::Listener listener;
  listener.name = "default";
  listener.address = *address;
  listener.policy = *policy;
  listener.backends = *std::move(backends);
  Config config;
  config.listeners.push_back(std::move(listener));
  return config;
}

}  // namespace lb::config
