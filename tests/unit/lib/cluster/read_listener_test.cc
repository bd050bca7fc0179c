#include "lib/cluster/read_listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/unit/lib/cluster/mistakes.h"

namespace cluster {
namespace {

using namespace std::chrono_literals;
using testing::all_said;
using testing::Mistake;

// One listener whose keys begin in line 9, with eight spaces of their own.
std::string file_with_listener(std::string_view keys) {
  return testing::file_with_spec(
      "  loadBalancer:\n    listeners:\n      - name: api\n        address: 10.10.0.1:6443\n"
      "        backends: [{address: 10.10.0.11:6443, maxConnections: 500}, {address: 10.10.0.12:6443}]\n" +
      std::string(keys));
}

Listener listener_of(std::string_view keys) {
  const auto loaded = parse_cluster(file_with_listener(keys));
  if (!loaded) throw std::runtime_error(to_text(loaded.error(), ""));
  return loaded->cluster.load_balancer->listeners.front();
}

std::vector<std::string> texts(const std::vector<base::IpNetwork>& networks) {
  std::vector<std::string> result;
  for (const base::IpNetwork& network : networks) result.push_back(network.to_string());
  return result;
}

TEST(ReadListener, LimitsNobodyUnlessItIsTold) {
  const Listener listener = listener_of("");
  EXPECT_EQ(listener.max_connections, std::nullopt);
  EXPECT_EQ(listener.max_connections_per_source, std::nullopt);
  EXPECT_EQ(listener.slow_start, 0ms);
  EXPECT_FALSE(listener.sticky);
  EXPECT_TRUE(listener.allow.empty());
  EXPECT_TRUE(listener.deny.empty());
  EXPECT_EQ(listener.backends[0].max_connections, 500U);
  EXPECT_EQ(listener.backends[1].max_connections, std::nullopt);
}

TEST(ReadListener, ReadsLimitsAndNetworks) {
  const Listener listener = listener_of(
      "        maxConnections: 900\n        maxConnectionsPerSource: 20\n        slowStart: 30s\n"
      "        allow: [10.0.0.0/8, 192.0.2.7, 'fd00::/8', '2001:db8::1']\n        deny:\n          - 10.10.7.0/24\n");
  EXPECT_EQ(listener.max_connections, 900U);
  EXPECT_EQ(listener.max_connections_per_source, 20U);
  EXPECT_EQ(listener.slow_start, 30s);
  EXPECT_THAT(texts(listener.allow),
              ::testing::ElementsAre("10.0.0.0/8", "192.0.2.7/32", "fd00::/8", "2001:db8::1/128"));
  EXPECT_THAT(texts(listener.deny), ::testing::ElementsAre("10.10.7.0/24"));
}

TEST(ReadListener, ReadsStickiness) {
  const Listener plain = listener_of("        sticky: {by: source}\n");
  ASSERT_TRUE(plain.sticky);
  EXPECT_EQ(plain.sticky->prefix4, 32U);
  EXPECT_EQ(plain.sticky->prefix6, 64U);
  EXPECT_EQ(plain.sticky->ttl, 5min);
  EXPECT_EQ(plain.sticky->max_entries, 100'000U);
  const Listener full = listener_of("        sticky: {by: source, prefix4: 24, prefix6: 48, ttl: 1h, maxEntries: 7}\n");
  ASSERT_TRUE(full.sticky);
  EXPECT_EQ(full.sticky->prefix4, 24U);
  EXPECT_EQ(full.sticky->prefix6, 48U);
  EXPECT_EQ(full.sticky->ttl, 1h);
  EXPECT_EQ(full.sticky->max_entries, 7U);
}

TEST(ReadListener, ReportsEachMistakeOfLimitsAndStickiness) {
  const Mistake mistakes[] = {
      {"        maxConnections: 0\n", "9:25: maxConnections: '0' is too small; write a number from 1 to 10000000\n"},
      {"        maxConnections: unlimited\n",
       "9:25: maxConnections: 'unlimited' is not a whole number; write one from 1 to 10000000\n"},
      {"        maxConnectionsPerSource: 10000001\n",
       "9:34: maxConnectionsPerSource: '10000001' is too large; write a number from 1 to 10000000\n"},
      {"        maxConectionsPerSource: 1\n",
       "9:9: unknown key 'maxConectionsPerSource' (did you mean 'maxConnectionsPerSource'?)\n"},
      {"        slowStart: 61m\n", "9:20: slowStart: '61m' is too long; write a duration from 0s to 1h\n"},
      {"        slowStart: slow\n",
       "9:20: slowStart: 'slow' is not a duration; write a number and a unit, as 500ms, 2s, 5m or 1h30m\n"},
      {"        sticky: {}\n", "9:17: spec.loadBalancer.listeners[0].sticky has no 'by'; add by: source\n"},
      {"        sticky: source\n", "9:17: sticky: is one value, not a map; write 'key: value' pairs\n"},
      {"        sticky: {by: cookie}\n", "9:22: by: 'cookie' is not known; write source\n"},
      {"        sticky: {by: source, prefix4: 33, prefix6: 0, ttl: 999ms, maxEntries: 0}\n",
       "9:39: prefix4: '33' is too large; write a number from 1 to 32\n"
       "9:52: prefix6: '0' is too small; write a number from 1 to 128\n"
       "9:60: ttl: '999ms' is too short; write a duration from 1s to 720h\n"
       "9:79: maxEntries: '0' is too small; write a number from 1 to 10000000\n"},
      {"        sticky: {by: source, prefix6: 129, ttl: 721h, maxEntries: 10000001}\n",
       "9:39: prefix6: '129' is too large; write a number from 1 to 128\n"
       "9:49: ttl: '721h' is too long; write a duration from 1s to 720h\n"
       "9:67: maxEntries: '10000001' is too large; write a number from 1 to 10000000\n"},
      {"        sticky: {by: source, prefix4: 0}\n", "9:39: prefix4: '0' is too small; write a number from 1 to 32\n"},
      {"        allow: 10.0.0.0/8\n", "9:16: allow: is one value, not a list; begin each entry with '- '\n"},
      {"        deny: [10.0.0.1/8, {net: 10.0.0.0/8}, 10.0.0]\n",
       "9:16: deny[0]: '10.0.0.1/8' is an address inside a network, not a network; write 10.0.0.0/8\n"
       "9:28: deny[1]: is a map, not one value; write deny[1]: VALUE\n"
       "9:47: deny[2]: '10.0.0' is not an IP address; write it as 10.10.0.1 or fd00::1; a network is written as "
       "10.10.0.0/24\n"},
  };
  for (const Mistake& mistake : mistakes) {
    EXPECT_EQ(all_said(file_with_listener(mistake.spec)), mistake.said) << mistake.spec;
  }
}

TEST(ReadListener, HedgesConnectsUnlessItIsToldNotTo) {
  const Listener plain = listener_of("");
  EXPECT_EQ(plain.hedge, 250ms);
  EXPECT_EQ(plain.first_flight, FirstFlight::kNone);
  EXPECT_EQ(plain.first_byte, std::nullopt);
  EXPECT_EQ(plain.passive.silent, 3U);
  EXPECT_EQ(plain.passive.failures, 5U);
  EXPECT_EQ(plain.passive.eject_for, 10s);
  EXPECT_EQ(plain.passive.max_ejected, 50U);
  EXPECT_FALSE(plain.rebalance.enabled);
}

TEST(ReadListener, ReadsHedgesEjectionAndRebalancing) {
  const Listener full = listener_of(
      "        hedge: 0ms\n        firstFlight: tls\n        firstByte: 2s\n"
      "        passive: {silent: 0, failures: 9, ejectFor: 1m, maxEjected: 34}\n"
      "        rebalance: {enabled: true, threshold: 5, rate: 7, minAge: 0ms, dryRun: true}\n");
  EXPECT_EQ(full.hedge, 0ms);
  EXPECT_EQ(full.first_flight, FirstFlight::kTls);
  EXPECT_EQ(full.first_byte, 2s);
  EXPECT_EQ(full.passive.silent, 0U);
  EXPECT_EQ(full.passive.failures, 9U);
  EXPECT_EQ(full.passive.eject_for, 1min);
  EXPECT_EQ(full.passive.max_ejected, 34U);
  EXPECT_TRUE(full.rebalance.enabled);
  EXPECT_EQ(full.rebalance.threshold, 5U);
  EXPECT_EQ(full.rebalance.rate, 7U);
  EXPECT_EQ(full.rebalance.min_age, 0ms);
  EXPECT_TRUE(full.rebalance.dry_run);
}

TEST(ReadListener, AProfileIsPutFirstWhereverItStands) {
  const Listener listener = listener_of(
      "        policy: maglev\n        healthCheck: {insecure: true, interval: 5s}\n        profile: kube-apiserver\n");
  EXPECT_EQ(listener.policy, PolicyKind::kMaglev);
  EXPECT_EQ(listener.first_flight, FirstFlight::kTls);
  EXPECT_EQ(listener.health_check.kind, HealthCheckKind::kHttps);
  EXPECT_EQ(listener.health_check.path, "/readyz");
  EXPECT_EQ(listener.health_check.live_path, "/livez?exclude=etcd");
  EXPECT_EQ(listener.health_check.interval, 5s);
}

TEST(ReadListener, ReportsEachMistakeOfHedgesEjectionAndRebalancing) {
  const Mistake mistakes[] = {
      {"        hedge: 61s\n", "9:16: hedge: '61s' is too long; write a duration from 0s to 1m\n"},
      {"        hegde: 1s\n", "9:9: unknown key 'hegde' (did you mean 'hedge'?)\n"},
      {"        firstFlight: http\n", "9:22: firstFlight: 'http' is not known; write none or tls\n"},
      {"        firstByte: 9ms\n", "9:20: firstByte: '9ms' is too short; write a duration from 10ms to 1m\n"},
      {"        passive: {silent: 101, failures: -1, ejectFor: 99ms, maxEjected: 101}\n",
       "9:27: silent: '101' is too large; write a number from 0 to 100\n"
       "9:42: failures: '-1' is negative; write a number from 0 to 100\n"
       "9:56: ejectFor: '99ms' is too short; write a duration from 100ms to 1h\n"
       "9:74: maxEjected: '101' is too large; write a number from 0 to 100\n"},
      {"        rebalance: {enabled: yes, threshold: 101, rate: 0, minAge: 721h, dryRun: 1}\n",
       "9:30: enabled: 'yes' is not known; write true or false\n"
       "9:46: threshold: '101' is too large; write a number from 0 to 100\n"
       "9:57: rate: '0' is too small; write a number from 1 to 1000\n"
       "9:68: minAge: '721h' is too long; write a duration from 0s to 720h\n"
       "9:82: dryRun: '1' is not known; write true or false\n"},
      {"        profile: apiserver\n", "9:18: profile: 'apiserver' is not known; write kube-apiserver\n"},
  };
  for (const Mistake& mistake : mistakes) {
    EXPECT_EQ(all_said(file_with_listener(mistake.spec)), mistake.said) << mistake.spec;
  }
}

TEST(ReadListener, ReportsAWrongLimitOfABackend) {
  EXPECT_EQ(all_said(testing::file_with_spec("  loadBalancer:\n    listeners:\n      - name: api\n"
                                             "        address: 10.10.0.1:6443\n        backends:\n"
                                             "          - {address: 10.10.0.11:6443, maxConnections: -1}\n")),
            "9:56: maxConnections: '-1' is negative; write a number from 1 to 10000000\n");
}

}  // namespace
}  // namespace cluster
