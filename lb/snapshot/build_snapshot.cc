#include "lb/snapshot/build_snapshot.h"

#include <algorithm>

#include "lb/policy/make_policy.h"

namespace lb::snapshot {
namespace {

// Well under the 10 s that client-go gives a TLS handshake; a longer single try that was asked for is granted.
constexpr std::chrono::milliseconds kConnectDeadline{6000};
constexpr std::chrono::milliseconds kTlsFirstByte{1000};

std::vector<std::uint32_t> weights_of(const ListenerView& view, bool only_up) {
  std::vector<std::uint32_t> weights;
  for (std::size_t i = 0; i < view.listener.backends.size(); ++i) {
    weights.push_back(only_up && !view.up[i] ? 0 : view.listener.backends[i].weight);
  }
  return weights;
}

// By address: that is the same on every host, whatever else is said of a backend there.
std::vector<std::string> names_of(const ListenerView& view) {
  std::vector<std::string> names;
  for (const auto& state : view.states) names.push_back(state->address().to_string());
  return names;
}

// Only a server that speaks TLS is known to answer at once.
std::chrono::milliseconds first_byte_of(const cluster::Listener& listener) {
  const bool is_tls = listener.first_flight == cluster::FirstFlight::kTls;
  return listener.first_byte.value_or(is_tls ? kTlsFirstByte : std::chrono::milliseconds{0});
}

Pool build_pool(const ListenerView& view) {
  auto weights = weights_of(view, true);
  const bool fail_open = std::ranges::all_of(weights, [](std::uint32_t weight) { return weight == 0; });
  if (fail_open) weights = weights_of(view, false);
  const cluster::Listener& listener = view.listener;
  return {.backends = view.states,
          .policy = policy::make_policy(listener.policy, weights, names_of(view)),
          .timeouts = listener.timeouts,
          .connect_deadline = std::max(kConnectDeadline, listener.timeouts.connect),
          .retries = listener.retries,
          .hedge = listener.hedge,
          .first_byte = first_byte_of(listener),
          .first_flight = listener.first_flight,
          .fail_open = fail_open};
}

}  // namespace

std::shared_ptr<const Snapshot> build_snapshot(std::uint64_t generation, const std::vector<ListenerView>& listeners,
                                               std::uint64_t max_connections) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->generation = generation;
  snapshot->max_connections = max_connections;
  for (const ListenerView& view : listeners) snapshot->pools.push_back(build_pool(view));
  return snapshot;
}

}  // namespace lb::snapshot
