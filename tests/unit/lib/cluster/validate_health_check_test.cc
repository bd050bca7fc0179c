#include "lib/cluster/validate_health_check.h"

#include <gtest/gtest.h>

#include "tests/unit/lib/cluster/mistakes.h"

namespace cluster {
namespace {

// What is said of a file whose only listener has these keys beside its name; they begin in line 8, column 19.
std::string health_said_of(std::string_view keys) {
  return testing::all_said(testing::file_with_spec(
      "  controlPlaneEndpoint: kubernetes:6443\n  loadBalancer:\n    vip: 10.10.0.1\n    listeners:\n"
      "      - {name: a, " +
      std::string(keys) +
      "}\n"
      "  machines:\n    - {name: c0, role: control-plane, address: 10.10.0.11}\n"));
}

TEST(ValidateHealthCheck, TakesWhatFitsTogether) {
  EXPECT_EQ(health_said_of("profile: kube-apiserver, healthCheck: {caFile: /ca.pem}"), "");
  EXPECT_EQ(health_said_of("profile: kube-apiserver, healthCheck: {insecure: true}"), "");
  EXPECT_EQ(health_said_of("profile: kube-apiserver, healthCheck: {type: tcp}"), "");
  EXPECT_EQ(health_said_of("healthCheck: {type: http, path: /healthz, livePath: /livez, status: 401}"), "");
  EXPECT_EQ(health_said_of("healthCheck: {type: tls, caFile: /ca.pem, serverName: api.test, certificateFile: /c.pem, "
                           "keyFile: /k.pem}, onDown: keep"),
            "");
  EXPECT_EQ(health_said_of("healthCheck: {interval: 1s, fastInterval: 1s}"), "");
}

TEST(ValidateHealthCheck, WantsToKnowWhomToTrust) {
  EXPECT_EQ(health_said_of("healthCheck: {type: https}"),
            "8:32: healthCheck: a check of type https needs caFile, the CA of the backends' certificates; name it, or "
            "write insecure: true to look at no certificate\n");
  EXPECT_EQ(health_said_of("profile: kube-apiserver"),
            "8:28: healthCheck: a check of type https needs caFile, the CA of the backends' certificates; name it, or "
            "write insecure: true to look at no certificate\n");
  EXPECT_EQ(health_said_of("healthCheck: {type: tls, caFile: /ca.pem, insecure: true}"),
            "8:71: insecure: no certificate is looked at then, so caFile says nothing; remove one\n");
}

TEST(ValidateHealthCheck, RefusesKeysThatTheTypeDoesNotLookAt) {
  EXPECT_EQ(health_said_of("healthCheck: {caFile: /ca.pem, path: /readyz}"),
            "8:41: caFile: a check of type tcp does not look at it; write type: https, or remove it\n"
            "8:56: path: a check of type tcp does not look at it; write type: https, or remove it\n");
  EXPECT_EQ(health_said_of("healthCheck: {type: http, serverName: api.test}"),
            "8:57: serverName: a check of type http does not look at it; write type: https, or remove it\n");
  EXPECT_EQ(health_said_of("healthCheck: {type: tls, insecure: true, status: 200}"),
            "8:68: status: a check of type tls does not look at it; write type: https, or remove it\n");
}

TEST(ValidateHealthCheck, ACertificateAndItsKeyComeTogether) {
  EXPECT_EQ(health_said_of("healthCheck: {type: tls, insecure: true, certificateFile: /c.pem}"),
            "8:77: certificateFile: a certificate is shown with its key; add keyFile\n");
  EXPECT_EQ(health_said_of("healthCheck: {type: tls, insecure: true, keyFile: /k.pem}"),
            "8:69: keyFile: a key alone shows nothing; add certificateFile\n");
}

TEST(ValidateHealthCheck, RefusesTimesAndStatusesThatMakeNoSense) {
  EXPECT_EQ(health_said_of("healthCheck: {interval: 1s, fastInterval: 2s}"),
            "8:61: fastInterval: 2s is longer than interval, 1s; choose a shorter one, or remove it\n");
  EXPECT_EQ(health_said_of("healthCheck: {type: http, status: 100}"),
            "8:53: status: 100 is never a final answer; write one from 200 to 599\n");
}

TEST(ValidateHealthCheck, WarnsOfOnDownWhereNothingIsEverDown) {
  EXPECT_EQ(health_said_of("healthCheck: {type: none}, onDown: keep"),
            "8:54: warning: onDown: without health checks no backend is ever down, so this does nothing; remove it\n");
}

TEST(ValidateHealthCheck, JudgesNothingThatCouldNotBeRead) {
  EXPECT_EQ(health_said_of("healthCheck: {type: ping, caFile: /ca.pem}"),
            "8:39: type: 'ping' is not known; write tcp or tls or http or https or none\n");
  EXPECT_EQ(health_said_of("healthCheck: {type: https, caFile: ca.pem}"),
            "8:54: caFile: 'ca.pem' is not an absolute path; begin it with /\n");
}

}  // namespace
}  // namespace cluster
