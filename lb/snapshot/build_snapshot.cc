#include "lb/snapshot/build_snapshot.h"

#include <algorithm>
#include <utility>

#include "lb/policy/make_policy.h"
#include "lb/snapshot/slow_start.h"

namespace lb::snapshot {
namespace {

// Well under the 10 s that client-go gives a TLS handshake; a longer single try that was asked for is granted.
constexpr std::chrono::milliseconds kConnectDeadline{6000};
constexpr std::chrono::milliseconds kTlsFirstByte{1000};

using backend::Condition;

// Of those in the condition; the others have none.
std::vector<std::uint32_t> weights_of(const ListenerView& view, Condition condition) {
  std::vector<std::uint32_t> weights;
  for (std::size_t i = 0; i < view.listener.backends.size(); ++i) {
    const std::uint32_t weight = view.conditions[i] == condition ? view.listener.backends[i].weight : 0;
    weights.push_back(view.shares.empty() ? weight : ramped_weight(weight, view.shares[i]));
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

std::unique_ptr<const policy::Policy> tier_of(const ListenerView& view, Condition condition,
                                              const std::vector<std::string>& names) {
  const auto weights = weights_of(view, condition);
  const bool empty = std::ranges::all_of(weights, [](std::uint32_t weight) { return weight == 0; });
  return empty ? nullptr : policy::make_policy(view.listener.policy, weights, names);
}

// Of the first tier that there is; all 0 where there is none.
std::vector<std::uint32_t> first_weights_of(const ListenerView& view) {
  std::vector<std::uint32_t> weights;
  for (const Condition condition : {Condition::kUp, Condition::kDraining, Condition::kDown}) {
    weights = weights_of(view, condition);
    if (std::ranges::any_of(weights, [](std::uint32_t weight) { return weight > 0; })) break;
  }
  return weights;
}

// Those of positive weight, by their keys.
std::vector<std::pair<std::uint64_t, policy::BackendIndex>> best_of(const ListenerView& view,
                                                                    const std::vector<std::uint32_t>& weights) {
  std::vector<std::pair<std::uint64_t, policy::BackendIndex>> best;
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    if (weights[i] > 0) best.emplace_back(view.states[i]->key(), policy::BackendIndex{i});
  }
  std::ranges::sort(best);
  return best;
}

// A client may say a part and wait: with first flights, only a whole one that was not answered speaks against a server.
std::chrono::milliseconds relayed_first_byte_of(const cluster::Listener& listener) {
  const bool is_tls = listener.first_flight == cluster::FirstFlight::kTls;
  return is_tls ? std::chrono::milliseconds{0} : listener.first_byte.value_or(std::chrono::milliseconds{0});
}

Pool build_pool(const ListenerView& view) {
  const cluster::Listener& listener = view.listener;
  const auto names = names_of(view);
  Pool pool{.listener = view.id,
            .backends = view.states,
            .tiers = {tier_of(view, Condition::kUp, names), tier_of(view, Condition::kDraining, names),
                      tier_of(view, Condition::kDown, names)},
            .timeouts = listener.timeouts,
            .connect_deadline = std::max(kConnectDeadline, listener.timeouts.connect),
            .retries = listener.retries,
            .hedge = listener.hedge,
            .relayed_first_byte = relayed_first_byte_of(listener),
            .first_byte = first_byte_of(listener),
            .first_flight = listener.first_flight};
  pool.fail_open = !pool.tiers.front();
  pool.sources = view.sources;
  pool.weights = first_weights_of(view);
  if (view.sources.sticky) pool.best = best_of(view, pool.weights);
  pool.max_connections = listener.max_connections.value_or(0);
  return pool;
}

}  // namespace

std::shared_ptr<const Snapshot> build_snapshot(std::uint64_t generation, const std::vector<ListenerView>& listeners,
                                               std::uint64_t max_connections,
                                               std::vector<const backend::BackendState*> cut) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->generation = generation;
  snapshot->max_connections = max_connections;
  snapshot->cut = std::move(cut);
  for (const ListenerView& view : listeners) snapshot->pools.push_back(build_pool(view));
  return snapshot;
}

}  // namespace lb::snapshot
