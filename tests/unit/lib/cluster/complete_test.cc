#include "lib/cluster/complete.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/lib/cluster/mistakes.h"

namespace cluster {
namespace {

using ::testing::ElementsAre;

constexpr std::string_view kMachines =
    "  machines:\n"
    "    - {name: controller-0, role: control-plane, address: 10.10.0.11, weight: 3}\n"
    "    - {name: controller-1, role: control-plane, address: 10.10.0.12}\n"
    "    - {name: worker-0, role: worker, address: 10.10.0.21}\n";

std::vector<std::string> pool_text(const Listener& listener) {
  std::vector<std::string> texts;
  for (const Backend& backend : listener.backends) {
    texts.push_back(fmt::format("{} {} {}", backend.name, backend.address.to_string(), backend.weight));
  }
  return texts;
}

TEST(Complete, GivesAListenerTheVipAndTheControlPlane) {
  const auto loaded = parse_cluster(testing::file_with_spec(
      "  controlPlaneEndpoint: kubernetes:6443\n  loadBalancer:\n    vip: 10.10.0.1\n    listeners: [{name: api}]\n" +
      std::string(kMachines)));
  ASSERT_TRUE(loaded);
  const Listener& listener = loaded->cluster.load_balancer->listeners.at(0);
  EXPECT_EQ(listener.address.to_string(), "10.10.0.1:6443");
  EXPECT_THAT(pool_text(listener), ElementsAre("controller-0 10.10.0.11:6443 3", "controller-1 10.10.0.12:6443 1"));
}

TEST(Complete, KeepsWhatIsGivenAndNamesBackendsByTheirMachines) {
  const auto loaded = parse_cluster(testing::file_with_spec(
      "  loadBalancer:\n    vip: 10.10.0.1\n    listeners:\n      - name: ingress\n        address: 10.10.0.2:443\n"
      "        backends:\n          - {address: 10.10.0.21:8443, weight: 5}\n          - {address: 10.10.0.99:8443}\n"
      "          - {address: 10.10.0.12:8443}\n          - {address: 10.10.0.12:9443}\n" +
      std::string(kMachines)));
  ASSERT_TRUE(loaded);
  const Listener& listener = loaded->cluster.load_balancer->listeners.at(0);
  EXPECT_EQ(listener.address.to_string(), "10.10.0.2:443");
  EXPECT_THAT(pool_text(listener),
              ElementsAre("worker-0 10.10.0.21:8443 5", "10.10.0.99:8443 10.10.0.99:8443 1",
                          "10.10.0.12:8443 10.10.0.12:8443 1", "10.10.0.12:9443 10.10.0.12:9443 1"));
}

TEST(Complete, SaysWhatItCannotComplete) {
  EXPECT_EQ(
      testing::all_said(testing::file_with_spec("  loadBalancer:\n    vip: 10.10.0.1\n    listeners: [{name: api}]\n" +
                                                std::string(kMachines))),
      "6:17: spec.loadBalancer.listeners[0] has no address, and there is no spec.controlPlaneEndpoint to take the port "
      "from; add one of them\n");
  EXPECT_EQ(
      testing::all_said(testing::file_with_spec(
          "  loadBalancer:\n    vip: 10.10.0.1\n    listeners: [{name: api, address: 10.10.0.1:6443}]\n" +
          std::string(kMachines))),
      "6:17: spec.loadBalancer.listeners[0] has no backends, and there is no spec.controlPlaneEndpoint to take the "
      "port from; add one of them\n");
}

TEST(Complete, SaysNothingOfWhatIsMissingBecauseItIsMisspelt) {
  EXPECT_EQ(testing::all_said(testing::file_with_spec("  controlPlaneEndpont: kubernetes:6443\n  loadBalancer:\n"
                                                      "    vip: 10.10.0.1\n    listeners: [{name: api}]\n" +
                                                      std::string(kMachines))),
            "4:3: unknown key 'controlPlaneEndpont' (did you mean 'controlPlaneEndpoint'?)\n");
}

}  // namespace
}  // namespace cluster
