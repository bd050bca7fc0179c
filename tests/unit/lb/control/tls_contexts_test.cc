#include "lb/control/tls_contexts.h"

#include <gtest/gtest.h>

#include "tests/support/tls_server.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using cluster::HealthCheckKind;

TEST(TlsContexts, AreOneAListenerThatNeedsOne) {
  const tests::support::TestCertificates certificates;
  std::vector<cluster::Listener> listeners(5, sample_listener({1}));
  listeners[0].health_check.kind = HealthCheckKind::kTcp;
  listeners[1].health_check.kind = HealthCheckKind::kHttps;
  listeners[2].health_check.kind = HealthCheckKind::kTls;
  listeners[3].health_check.kind = HealthCheckKind::kHttp;
  listeners[4].health_check.kind = HealthCheckKind::kNone;
  for (auto& listener : listeners) listener.health_check.ca_file = certificates.ca();
  const auto contexts = make_tls_contexts(listeners);
  ASSERT_TRUE(contexts) << contexts.error().message;
  std::string there;
  for (const auto& context : *contexts) there += context ? 'y' : 'n';
  EXPECT_EQ(there, "nyynn");
}

TEST(TlsContexts, AFileThatCannotBeReadIsToldWithItsListener) {
  auto listener = sample_listener({1});
  listener.health_check.kind = HealthCheckKind::kHttps;
  listener.health_check.ca_file = "/nowhere/ca.pem";
  const auto contexts = make_tls_contexts({listener});
  ASSERT_FALSE(contexts);
  EXPECT_EQ(contexts.error().message,
            "listener 'kube-apiserver': healthCheck.caFile: cannot use /nowhere/ca.pem: No such file or directory; "
            "name a PEM file of CA certificates that this user may read");
}

}  // namespace
}  // namespace lb::control
