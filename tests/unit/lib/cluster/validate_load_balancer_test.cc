#include "lib/cluster/validate_load_balancer.h"

#include <gtest/gtest.h>

#include "tests/unit/lib/cluster/mistakes.h"

namespace cluster {
namespace {

constexpr std::string_view kOneMachine = "  machines:\n    - {name: c0, role: control-plane, address: 10.10.0.11}\n";

// What is said of a file whose listeners are these lines, of which the first is line 8; `machines` follow them.
std::string said_of_listeners(std::string_view listeners, std::string_view machines = kOneMachine) {
  return testing::all_said(testing::file_with_spec(
      "  controlPlaneEndpoint: kubernetes:6443\n  loadBalancer:\n    vip: 10.10.0.1\n    listeners:\n" +
      std::string(listeners) + std::string(machines)));
}

TEST(ValidateLoadBalancer, RefusesListenersThatShareNamesOrAddresses) {
  EXPECT_EQ(said_of_listeners("      - {name: a, address: 10.10.0.1:1}\n      - {name: a, address: 10.10.0.1:1}\n"),
            "9:16: name: 'a' is taken in line 8 already; choose another\n"
            "9:28: address: 10.10.0.1:1 collides with 10.10.0.1:1 of line 8; choose another address or port\n");
  EXPECT_EQ(said_of_listeners("      - {name: a}\n      - {name: b}\n"),
            "9:9: address: 10.10.0.1:6443 collides with 10.10.0.1:6443 of line 8; choose another address or port\n");
  EXPECT_EQ(said_of_listeners("      - {name: a, address: 10.10.0.1:1}\n      - {name: b, address: 0.0.0.0:1}\n"),
            "9:28: address: 0.0.0.0:1 collides with 10.10.0.1:1 of line 8; choose another address or port\n");
  EXPECT_EQ(said_of_listeners("      - {name: a, address: 10.10.0.1:1}\n      - {name: b, address: '[::]:1'}\n"
                              "      - {name: c, address: 10.10.0.1:2}\n      - {name: d, address: 10.10.0.2:1}\n"),
            "");
}

TEST(ValidateLoadBalancer, RefusesAnAdminAddressThatAListenerHas) {
  EXPECT_EQ(said_of_listeners("      - {name: a, address: 127.0.0.1:9440}\n    admin: {address: 127.0.0.1:9440}\n"),
            "9:22: address: 127.0.0.1:9440 collides with 127.0.0.1:9440 of line 8; choose another address or port\n");
}

TEST(ValidateLoadBalancer, WarnsOfATokenThatTravelsInTheOpen) {
  const std::string listener = "      - {name: a, address: 10.10.0.1:6443}\n";
  EXPECT_EQ(said_of_listeners(listener + "    admin: {address: 127.0.0.1:9440, tokenFile: /t}\n"), "");
  EXPECT_EQ(
      said_of_listeners(listener + "    admin: {address: 10.10.0.1:9440, tokenFile: /t}\n"),
      "9:49: warning: tokenFile: the token goes to 10.10.0.1:9440 unencrypted; keep admin.address on 127.0.0.1 and "
      "reach it by an SSH tunnel, or be sure of the network\n");
}

TEST(ValidateLoadBalancer, RefusesBackendsThatComeTwice) {
  EXPECT_EQ(said_of_listeners(
                "      - {name: a, backends: [{address: 1.1.1.1:1}, {address: 1.1.1.1:2}, {address: 1.1.1.1:1}]}\n"),
            "8:84: address: '1.1.1.1:1' is taken in line 8 already; choose another\n");
}

TEST(ValidateLoadBalancer, RefusesPoolsThatCannotBePickedFrom) {
  EXPECT_EQ(said_of_listeners("      - {name: a, backends: []}\n"),
            "8:29: backends: the list is empty; add a backend, or remove the key to take the control-plane machines\n");
  EXPECT_EQ(said_of_listeners(
                "      - {name: a, backends: [{address: 1.1.1.1:1, weight: 0}, {address: 1.1.1.1:2, weight: 0}]}\n"),
            "8:29: backends: every weight is 0, so no session could start; give one a weight of 1 or more\n");
  EXPECT_EQ(said_of_listeners("      - {name: a, backends: [{address: 1.1.1.1:1, weight: 0}, {address: 1.1.1.1:2}]}\n"),
            "");
  EXPECT_EQ(
      said_of_listeners("      - {name: a}\n", ""),
      "8:9: listener 'a' has no backends, as no machine has the role control-plane; add one, or give the listener "
      "backends\n");
  EXPECT_EQ(
      said_of_listeners("      - {name: a}\n", "  machines:\n    - {name: w, role: worker, address: 10.10.0.21}\n"),
      "8:9: listener 'a' has no backends, as no machine has the role control-plane; add one, or give the listener "
      "backends\n");
  EXPECT_EQ(
      said_of_listeners("      - {name: a}\n",
                        "  machines:\n    - {name: c, role: control-plane, address: 10.10.0.11, weight: 0}\n"),
      "8:9: listener 'a' can send a session nowhere, as every control-plane machine has weight 0; give one a weight of "
      "1 or more\n");
}

TEST(ValidateLoadBalancer, BlamesNoPoolForMachinesThatCouldNotBeRead) {
  EXPECT_EQ(
      said_of_listeners("      - {name: a}\n", "  machines:\n    - {name: c, role: controller, address: 10.10.0.11}\n"),
      "10:23: role: 'controller' is not known; write control-plane or worker\n");
  EXPECT_EQ(said_of_listeners("      - {name: a, backends: [{address: 1.1.1.1:1, weight: -1}]}\n"),
            "8:59: weight: '-1' is negative; write a number from 0 to 65535\n");
  EXPECT_EQ(said_of_listeners("      - {name: a, backends: none}\n"),
            "8:29: backends: is one value, not a list; begin each entry with '- '\n");
}

TEST(ValidateLoadBalancer, RefusesListenersThatSendToThemselves) {
  EXPECT_EQ(
      said_of_listeners("      - {name: a, address: 10.10.0.2:1, backends: [{address: 10.10.0.2:1}]}\n"),
      "8:62: address: 10.10.0.2:1 is the listener's own, so its sessions would come back to it; choose another\n");
  EXPECT_EQ(said_of_listeners("      - {name: a, address: 10.10.0.11:6443}\n"),
            "8:28: address: 10.10.0.11:6443 is the backend 'c0', so sessions would come back to the listener; choose "
            "another\n");
}

TEST(ValidateLoadBalancer, WarnsWhenConnectingTakesLongerThanClientsWait) {
  EXPECT_EQ(
      said_of_listeners("      - {name: a, timeouts: {connect: 3s}}\n"),
      "8:39: warning: connecting may take 9s (3s a try, 3 tries), but Kubernetes clients give up a handshake after "
      "10s; keep it under 8s\n");
  EXPECT_EQ(
      said_of_listeners("      - {name: a, retries: 3}\n"),
      "8:28: warning: connecting may take 8s (2s a try, 4 tries), but Kubernetes clients give up a handshake after "
      "10s; keep it under 8s\n");
  EXPECT_EQ(said_of_listeners("      - {name: a, retries: 2, timeouts: {connect: 2s}}\n"), "");
}

}  // namespace
}  // namespace cluster
