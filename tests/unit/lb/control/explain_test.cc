#include "lb/control/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using backend::Condition;
using cluster::PolicyKind;

constexpr std::uint64_t kNobody = 0;

config::Config config_with(PolicyKind policy) {
  config::Config config = sample_config({1, 1, 2});
  config.listeners[0].policy = policy;
  return config;
}

// One listener whose configuration the test chooses.
class Explained {
 public:
  explicit Explained(const config::Config& config) : controller_(config, 1, 100, clock_, log_) {}
  explicit Explained(PolicyKind policy) : Explained(config_with(policy)) {}

  [[nodiscard]] Json to(const std::string& client) const {
    return explain_json(controller_, 0, *base::IpAddress::parse(client), clock_.now());
  }
  [[nodiscard]] Json sticky(const std::string& client) const {
    return sticky_json(controller_, *base::IpAddress::parse(client), clock_.now());
  }
  [[nodiscard]] std::vector<double> shares() const {
    std::vector<double> shares;
    const Json json = to("10.0.0.1");
    for (const Json& row : json["backends"]) shares.push_back(row["share"].get<double>());
    return shares;
  }
  [[nodiscard]] const source::Sources& sources() const { return controller_.listeners()[0].sources; }
  backend::BackendState& state(std::size_t i) { return *controller_.listeners()[0].backends[i].state; }

  ManualClock clock_;
  base::Log log_{base::Log::Level::kOff};
  Controller controller_;
};

using Shares3 = std::vector<double>;

TEST(Explain, RandomPoliciesHaveShares) {
  for (const PolicyKind policy : {PolicyKind::kWeightedRandom, PolicyKind::kRoundRobin}) {
    const Explained scene(policy);
    const Json json = scene.to("10.0.0.1");
    EXPECT_EQ(json["served"], true);
    EXPECT_TRUE(json["backend"].is_null());
    EXPECT_EQ(json["policy"], cluster::name_of(policy));
    EXPECT_EQ(json["tier"], "up");
    EXPECT_EQ(json["failOpen"], false);
    EXPECT_TRUE(json["sticky"].is_null());
    EXPECT_EQ(scene.shares(), (Shares3{0.25, 0.25, 0.5}));
  }
}

TEST(Explain, LeastConnectionsNamesTheEmptiest) {
  Explained scene(PolicyKind::kLeastConnections);
  // 1 for weight 1, 1 for weight 1, 1 for weight 2: the third carries least.
  EXPECT_EQ(scene.to("10.0.0.1")["backend"], "controller-2");
  scene.state(2).counters(0).active.add(1);
  // 1/1, 1/1, 2/2: equal.
  EXPECT_TRUE(scene.to("10.0.0.1")["backend"].is_null());
  EXPECT_EQ(scene.shares(), (Shares3{1.0 / 3, 1.0 / 3, 1.0 / 3}));
  scene.state(2).counters(0).active.add(1);
  scene.state(0).counters(0).active.add(1);
  EXPECT_EQ(scene.to("10.0.0.1")["backend"], "controller-1");
  EXPECT_EQ(scene.to("10.0.0.1")["why"], "least-connections: it has the fewest sessions for its weight");
}

TEST(Explain, LeastConnectionsOfManyIsNearTheWeights) {
  config::Config config = sample_config({1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
  config.listeners[0].policy = PolicyKind::kLeastConnections;
  const Explained scene(config);
  EXPECT_EQ(scene.shares(), std::vector<double>(20, 0.05));
}

TEST(Explain, MaglevNamesTheClientsBackendAlways) {
  const Explained scene(PolicyKind::kMaglev);
  std::set<std::string> named;
  for (int i = 0; i < 50; ++i) {
    const std::string client = "10.0.0." + std::to_string(i);
    const std::string backend = scene.to(client)["backend"];
    for (int again = 0; again < 3; ++again) EXPECT_EQ(scene.to(client)["backend"], backend);
    named.insert(backend);
  }
  EXPECT_EQ(named.size(), 3U);
}

TEST(Explain, TellsWhoIsNotServed) {
  config::Config config = config_with(PolicyKind::kMaglev);
  config.listeners[0].deny = {*base::IpNetwork::parse("10.1.0.0/16")};
  config.listeners[0].max_connections_per_source = 1;
  const Explained scene(config);
  EXPECT_EQ(scene.to("10.1.0.1")["served"], false);
  EXPECT_EQ(scene.to("10.1.0.1")["why"], "the client is denied: allow and deny of the listener decide; it is reset");
  EXPECT_EQ(scene.to("10.2.0.1")["served"], true);
  ASSERT_TRUE(scene.sources().count->enter(*base::IpAddress::parse("10.2.0.1"), 1));
  EXPECT_EQ(scene.to("10.2.0.1")["why"],
            "the client has as many sessions as maxConnectionsPerSource allows (1); it is reset");
}

TEST(Explain, FallsFromTierToTier) {
  Explained scene(PolicyKind::kMaglev);
  scene.controller_.set_condition({0, 0}, Condition::kDown, "refused");
  scene.controller_.set_condition({0, 1}, Condition::kDraining, "status 500");
  scene.controller_.set_condition({0, 2}, Condition::kDown, "refused");
  const Json json = scene.to("10.0.0.1");
  EXPECT_EQ(json["backend"], "controller-1");
  EXPECT_EQ(json["tier"], "draining");
  EXPECT_EQ(json["failOpen"], true);
  for (std::size_t i = 0; i < 3; ++i) scene.controller_.set_operator_state({0, i}, Condition::kMaintenance, "repair");
  EXPECT_EQ(scene.to("10.0.0.1")["served"], false);
  EXPECT_TRUE(scene.to("10.0.0.1")["tier"].is_null());
}

TEST(Explain, PassesOverThoseThatAreFull) {
  for (const PolicyKind policy : {PolicyKind::kWeightedRandom, PolicyKind::kMaglev, PolicyKind::kLeastConnections}) {
    config::Config config = config_with(policy);
    for (auto& backend : config.listeners[0].backends) backend.max_connections = 1;
    Explained scene(config);
    ASSERT_NE(scene.state(2).take_place(), backend::BackendState::Place::kNone);
    EXPECT_EQ(scene.shares()[2], 0) << cluster::name_of(policy);
    EXPECT_EQ(scene.to("10.0.0.1")["backends"][2]["full"], true);
    ASSERT_NE(scene.state(0).take_place(), backend::BackendState::Place::kNone);
    ASSERT_NE(scene.state(1).take_place(), backend::BackendState::Place::kNone);
    EXPECT_EQ(scene.to("10.0.0.1")["served"], false);
  }
}

TEST(Explain, HoldsWhileWorkersTakePlacesAndGiveThemBack) {
  config::Config config = config_with(PolicyKind::kMaglev);
  for (auto& backend : config.listeners[0].backends) backend.max_connections = 1;
  Explained scene(config);
  std::atomic<bool> over{false};
  std::thread worker([&] {
    while (!over) {
      for (std::size_t i = 0; i < 3; ++i) static_cast<void>(scene.state(i).take_place());
      for (std::size_t i = 0; i < 3; ++i) scene.state(i).give_place_back();
    }
  });
  for (int i = 0; i < 20'000; ++i) {
    const Json json = scene.to("10.0.0.1");
    const bool is_named = json["backend"].is_string();
    ASSERT_EQ(json["served"], is_named);
    std::size_t full = 0;
    for (const Json& row : json["backends"]) full += row["full"] ? 1U : 0U;
    ASSERT_EQ(full < 3, is_named);
  }
  over = true;
  worker.join();
}

TEST(Explain, AStickyClientComesToItsOwn) {
  config::Config config = config_with(PolicyKind::kRoundRobin);
  config.listeners[0].sticky = cluster::Sticky{};
  Explained scene(config);
  const base::IpAddress client = *base::IpAddress::parse("10.0.0.1");
  EXPECT_TRUE(scene.to("10.0.0.1")["sticky"].is_null());
  EXPECT_TRUE(scene.sticky("10.0.0.1")["listeners"][0]["entry"].is_null());
  scene.sources().sticky->assign(client, scene.state(1).key(), scene.clock_.now());
  Json json = scene.to("10.0.0.1");
  EXPECT_EQ(json["backend"], "controller-1");
  EXPECT_EQ(json["why"], "sticky: the client came to it before");
  EXPECT_EQ(json["sticky"].dump(), R"({"backend":"controller-1","openSessions":1,"expiresInSeconds":null})");
  scene.sources().sticky->release(client, scene.clock_.now());
  scene.clock_.advance(std::chrono::minutes{4});
  EXPECT_EQ(
      scene.sticky("10.0.0.1")["listeners"][0].dump(),
      R"({"listener":"kube-apiserver","entry":{"backend":"controller-1","openSessions":0,"expiresInSeconds":60.0}})");
  // Its own is not among the best any more: the policy decides.
  scene.controller_.set_condition({0, 1}, Condition::kDown, "refused");
  json = scene.to("10.0.0.1");
  EXPECT_TRUE(json["backend"].is_null());
  EXPECT_EQ(json["sticky"]["backend"], "controller-1");
  scene.clock_.advance(std::chrono::minutes{2});
  EXPECT_TRUE(scene.to("10.0.0.1")["sticky"].is_null());
}

TEST(Explain, AStickyEntryOfABackendThatIsGoneNamesNobody) {
  config::Config config = config_with(PolicyKind::kRoundRobin);
  config.listeners[0].sticky = cluster::Sticky{};
  const Explained scene(config);
  scene.sources().sticky->assign(*base::IpAddress::parse("10.0.0.1"), kNobody, scene.clock_.now());
  EXPECT_TRUE(scene.to("10.0.0.1")["sticky"]["backend"].is_null());
  EXPECT_TRUE(scene.to("10.0.0.1")["backend"].is_null());
}

TEST(Explain, ChangesNothing) {
  config::Config config = config_with(PolicyKind::kRoundRobin);
  config.listeners[0].sticky = cluster::Sticky{};
  config.listeners[0].max_connections_per_source = 1;
  Explained scene(config);
  const auto before = scene.controller_.snapshot();
  const Json first = scene.to("10.0.0.1");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(scene.to("10.0.0.1"), first);
  EXPECT_EQ(scene.controller_.snapshot(), before);
  EXPECT_EQ(scene.sources().sticky->entries(), 0U);
  EXPECT_EQ(scene.sources().count->clients(), 0U);
  EXPECT_EQ(scene.state(0).total(&backend::BackendCounters::active), 0U);
}

}  // namespace
}  // namespace lb::control
