#include "lb/control/explain.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lb/control/shares.h"
#include "lb/policy/least_connections.h"
#include "lib/base/random.h"

namespace lb::control {
namespace {

using cluster::PolicyKind;
using policy::BackendIndex;

constexpr const char* kAllFull = "every backend has as many sessions as it takes; the client is reset";

// What is known before a policy is asked.
struct Scene {
  const ListenerView& listener;
  const snapshot::Pool& pool;
  const base::IpAddress& client;
  Shares shares;
  std::vector<bool> full;  // read once: workers take places and give them back meanwhile
};

// The end of it: one backend, or the shares of several, and the reason.
struct Verdict {
  std::optional<std::size_t> backend{};
  std::vector<double> shares{};  // beside the backends; empty: none gets it
  std::string why{};
};

std::vector<bool> fullness_of(const snapshot::Pool& pool) {
  std::vector<bool> full;
  for (const auto& backend : pool.backends) full.push_back(backend->full());
  return full;
}

std::vector<double> all_to(const Scene& scene, std::size_t backend) {
  std::vector<double> shares(scene.pool.backends.size(), 0);
  shares[backend] = 1;
  return shares;
}

Verdict certain(const Scene& scene, std::size_t backend, std::string why) {
  return {.backend = backend, .shares = all_to(scene, backend), .why = std::move(why)};
}

// Of the tier, those that have room.
std::vector<std::size_t> candidates_of(const Scene& scene) {
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < scene.pool.weights.size(); ++i) {
    if (scene.pool.weights[i] > 0 && !scene.full[i]) candidates.push_back(i);
  }
  return candidates;
}

Verdict by_weight(const Scene& scene, const std::vector<std::size_t>& candidates, std::string why) {
  std::uint64_t sum = 0;
  for (const std::size_t i : candidates) sum += scene.pool.weights[i];
  std::vector<double> shares(scene.pool.backends.size(), 0);
  for (const std::size_t i : candidates) {
    shares[i] = static_cast<double>(scene.pool.weights[i]) / static_cast<double>(sum);
  }
  return {.backend = std::nullopt, .shares = std::move(shares), .why = std::move(why)};
}

std::uint64_t sessions_of(const Scene& scene, std::size_t backend) {
  return scene.pool.backends[backend]->total(&backend::BackendCounters::active);
}

// As policy/least_connections compares: what a backend would carry with one session more, for its weight.
Verdict by_sessions(const Scene& scene, const std::vector<std::size_t>& candidates) {
  if (scene.pool.weights.size() > policy::LeastConnections::kFew) {
    return by_weight(scene, candidates,
                     "least-connections: of two that are drawn by weight, the one with fewer sessions "
                     "for its weight; so shares are near to the weights");
  }
  std::vector<std::size_t> best;
  const auto carries = [&](std::size_t i) { return sessions_of(scene, i) + 1; };
  const auto compare = [&](std::size_t a, std::size_t b) {
    return carries(a) * scene.pool.weights[b] < carries(b) * scene.pool.weights[a];
  };
  for (const std::size_t i : candidates) {
    if (!best.empty() && compare(i, best.front())) best.clear();
    if (best.empty() || !compare(best.front(), i)) best.push_back(i);
  }
  if (best.size() == 1)
    return certain(scene, best.front(), "least-connections: it has the fewest sessions for its weight");
  std::vector<double> shares(scene.pool.backends.size(), 0);
  for (const std::size_t i : best) shares[i] = 1.0 / static_cast<double>(best.size());
  return {.backend = std::nullopt,
          .shares = std::move(shares),
          .why = "least-connections: these have equally few sessions for their weights; one of them at random"};
}

// The policy itself is asked: the client's address decides, and nothing else.
Verdict by_address(const Scene& scene) {
  base::Random random(0);
  std::uint32_t cursor = 0;
  std::vector<BackendIndex> excluded;
  for (std::uint32_t i = 0; i < scene.full.size(); ++i) {
    if (scene.full[i]) excluded.push_back(BackendIndex{i});
  }
  policy::PickContext context{.random = random,
                              .cursor = cursor,
                              .client = &scene.client,
                              .backends = scene.pool.backends,
                              .excluded = excluded};
  const auto tier = std::ranges::find_if(scene.pool.tiers, [](const auto& one) { return one != nullptr; });
  const auto picked = (*tier)->pick(context);
  if (!picked) return {.why = kAllFull};
  return certain(scene, static_cast<std::size_t>(*picked), "maglev: the client's address decides");
}

Verdict by_policy(const Scene& scene) {
  const auto candidates = candidates_of(scene);
  if (candidates.empty()) return {.why = kAllFull};
  switch (scene.listener.config.policy) {
    case PolicyKind::kWeightedRandom:
      return by_weight(scene, candidates, "weighted-random: at random, by weight");
    case PolicyKind::kRoundRobin:
      return by_weight(scene, candidates, "round-robin: in turn, by weight; each worker goes its own round");
    case PolicyKind::kLeastConnections:
      return by_sessions(scene, candidates);
    case PolicyKind::kMaglev:
      return by_address(scene);
  }
  return {};
}

std::optional<std::size_t> place_of(const snapshot::Pool& pool, std::uint64_t key) {
  for (std::size_t i = 0; i < pool.backends.size(); ++i) {
    if (pool.backends[i]->key() == key) return i;
  }
  return std::nullopt;
}

Verdict judge(const Scene& scene, const std::optional<source::StickyTable::Known>& known) {
  if (scene.pool.sources.filter && !scene.pool.sources.filter->admits(scene.client)) {
    return {.why = "the client is denied: allow and deny of the listener decide; it is reset"};
  }
  if (scene.pool.sources.count && scene.pool.sources.count->sessions(scene.client) >= scene.pool.sources.max_sessions) {
    return {.why = fmt::format("the client has as many sessions as maxConnectionsPerSource allows ({}); it is reset",
                               scene.pool.sources.max_sessions)};
  }
  if (!scene.shares.tier) return {.why = "no backend may take it (weight 0 or maintenance); the client is reset"};
  const auto own = known ? scene.pool.among_the_best(known->backend) : std::nullopt;
  if (own && !scene.full[static_cast<std::size_t>(*own)]) {
    return certain(scene, static_cast<std::size_t>(*own), "sticky: the client came to it before");
  }
  return by_policy(scene);
}

Json sticky_entry(const snapshot::Pool& pool, const std::optional<source::StickyTable::Known>& known) {
  if (!known) return nullptr;
  const auto place = place_of(pool, known->backend);
  return {{"backend", place ? Json(pool.backends[*place]->name()) : Json(nullptr)},
          {"openSessions", known->open},
          {"expiresInSeconds",
           known->expires_in ? Json(std::chrono::duration<double>(*known->expires_in).count()) : Json(nullptr)}};
}

Json rows_of(const Scene& scene, const Verdict& verdict) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < scene.pool.backends.size(); ++i) {
    rows.push_back({{"name", scene.pool.backends[i]->name()},
                    {"state", to_string(scene.listener.backends[i].condition)},
                    {"weight", scene.listener.config.backends[i].weight},
                    {"sessions", sessions_of(scene, i)},
                    {"full", static_cast<bool>(scene.full[i])},
                    {"share", verdict.shares.empty() ? 0 : verdict.shares[i]}});
  }
  return rows;
}

std::optional<source::StickyTable::Known> known_of(const ListenerView& listener, const base::IpAddress& client,
                                                   base::SteadyTime now) {
  return listener.sources.sticky ? listener.sources.sticky->look(client, now) : std::nullopt;
}

}  // namespace

Json explain_json(const Controller& controller, std::size_t listener, const base::IpAddress& client,
                  base::SteadyTime now) {
  const ListenerView& view = controller.listeners()[listener];
  const snapshot::Pool& pool = controller.snapshot()->pools[listener];
  const Scene scene{
      .listener = view, .pool = pool, .client = client, .shares = shares_of(pool), .full = fullness_of(pool)};
  const auto known = known_of(view, client, now);
  const Verdict verdict = judge(scene, known);
  const bool is_served = !verdict.shares.empty();
  return {{"listener", view.config.name},
          {"served", is_served},
          {"backend", verdict.backend ? Json(pool.backends[*verdict.backend]->name()) : Json(nullptr)},
          {"why", verdict.why},
          {"policy", cluster::name_of(view.config.policy)},
          {"tier", scene.shares.tier ? Json(to_string(*scene.shares.tier)) : Json(nullptr)},
          {"failOpen", pool.fail_open},
          {"sticky", sticky_entry(pool, known)},
          {"backends", rows_of(scene, verdict)}};
}

Json sticky_json(const Controller& controller, const base::IpAddress& client, base::SteadyTime now) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < controller.listeners().size(); ++i) {
    const ListenerView& listener = controller.listeners()[i];
    if (!listener.sources.sticky) continue;
    const Json entry = sticky_entry(controller.snapshot()->pools[i], known_of(listener, client, now));
    rows.push_back({{"listener", listener.config.name}, {"entry", entry}});
  }
  return {{"client", client.to_string()}, {"listeners", std::move(rows)}};
}

}  // namespace lb::control
