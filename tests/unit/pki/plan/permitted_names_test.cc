#include "pki/plan/permitted_names.h"

#include <gmock/gmock.h>

#include "pki/plan/server_names.h"
#include "tests/unit/pki/sample_cluster.h"

namespace pki::plan {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> networks_of(const PermittedNames& permitted) {
  std::vector<std::string> texts;
  for (const auto& network : permitted.networks) texts.push_back(network.to_string());
  return texts;
}

AlternativeNames names(std::vector<std::string> dns, const std::vector<const char*>& addresses = {}) {
  AlternativeNames result{std::move(dns), {}};
  for (const char* text : addresses) result.addresses.push_back(*base::IpAddress::parse(text));
  return result;
}

TEST(PermittedNames, CoverWhatTheClusterCallsItself) {
  const auto cluster = sample_cluster();
  const auto permitted = permitted_names(cluster, {});
  EXPECT_THAT(forbidden_names(api_server_names(cluster).names, permitted), IsEmpty());
  EXPECT_THAT(forbidden_names(kubelet_names(cluster, cluster.machines[2]).names, permitted), IsEmpty());
  EXPECT_THAT(forbidden_names(names({"webhook.default.svc", "worker-9.something.local"}), permitted), IsEmpty());
  EXPECT_THAT(permitted.domains, Not(Contains("controller-0.something.local"))) << "it lies below something.local";
}

TEST(PermittedNames, CoverNothingElse) {
  const auto permitted = permitted_names(sample_cluster(), {});
  EXPECT_THAT(
      forbidden_names(names({"example.org", "notsomething.local", "worker-9"}, {"10.10.0.99", "fd00::1"}), permitted),
      ElementsAre("example.org", "notsomething.local", "worker-9", "10.10.0.99", "fd00::1"));
}

TEST(PermittedNames, TakeNetworksAsAWholeWhereTheyAreGiven) {
  auto cluster = sample_cluster();
  EXPECT_THAT(
      networks_of(permitted_names(cluster, {})),
      ElementsAre("10.32.0.0/24", "127.0.0.0/8", "10.10.0.1/32", "10.10.0.11/32", "10.10.0.12/32", "10.10.0.21/32"));
  cluster.node_network.emplace().cidr = *base::IpNetwork::parse("10.10.0.0/24");
  EXPECT_THAT(networks_of(permitted_names(cluster, {})), ElementsAre("10.10.0.0/24", "10.32.0.0/24", "127.0.0.0/8"));
}

TEST(PermittedNames, AddWhatTheConfigurationPermits) {
  auto cluster = sample_cluster();
  cluster.pki.extra_names = {"api.example.org", "203.0.113.7"};
  const auto permitted = permitted_names(cluster, {{"example.com"}, {*base::IpNetwork::parse("192.0.2.0/24")}});
  EXPECT_THAT(forbidden_names(names({"api.example.org", "a.example.com"}, {"203.0.113.7", "192.0.2.9"}), permitted),
              IsEmpty());
  EXPECT_THAT(forbidden_names(names({"www.example.org"}, {"203.0.113.8"}), permitted),
              ElementsAre("www.example.org", "203.0.113.8"));
}

TEST(PermittedNames, NoSubtreeOfAKindIsNoLimit) {
  EXPECT_THAT(forbidden_names(names({"anything.org"}, {"192.0.2.1"}), PermittedNames{}), IsEmpty());
}

}  // namespace
}  // namespace pki::plan
