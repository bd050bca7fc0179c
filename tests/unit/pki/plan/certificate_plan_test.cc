#include "pki/plan/certificate_plan.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/unit/pki/sample_cluster.h"

namespace pki::plan {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> texts(const std::vector<base::IpAddress>& addresses) {
  std::vector<std::string> all;
  all.reserve(addresses.size());
  for (const auto& address : addresses) all.push_back(address.to_string());
  return all;
}

AlternativeNames server_names(const cluster::Cluster& cluster) {
  return certificates_for(cluster).value().at(1).names;
}

std::vector<std::string> messages(const cluster::Cluster& cluster) {
  const auto specs = certificates_for(cluster);
  std::vector<std::string> all;
  for (const auto& diagnostic : specs.error()) all.push_back(diagnostic.message);
  return all;
}

TEST(CertificatePlan, NamesAuthorityServerAndAdministrator) {
  const auto specs = certificates_for(sample_cluster()).value();
  ASSERT_EQ(specs.size(), 3U);
  EXPECT_EQ(certificate_file(specs[0]), "ca.pem");
  EXPECT_EQ(key_file(specs[0]), "ca-key.pem");
  EXPECT_EQ(specs[0].kind, CertificateKind::kAuthority);
  EXPECT_EQ(specs[0].lifetime, std::chrono::days(3650));
  EXPECT_EQ(certificate_file(specs[1]), "kubernetes.pem");
  EXPECT_EQ(specs[1].kind, CertificateKind::kServerAndClient);
  EXPECT_EQ(specs[1].subject, (Subject{"kubernetes", ""}));
  EXPECT_EQ(specs[1].lifetime, std::chrono::days(365));
  EXPECT_EQ(certificate_file(specs[2]), "admin.pem");
  EXPECT_EQ(specs[2].kind, CertificateKind::kClient);
  EXPECT_EQ(specs[2].subject, (Subject{"admin", "system:masters"}));
  EXPECT_EQ(specs[2].names.size(), 0U);
}

TEST(CertificatePlan, ServerHasEveryNameByWhichItIsReached) {
  const auto names = server_names(sample_cluster());
  EXPECT_THAT(names.dns, ElementsAre("kubernetes.something.local", "controller-0", "controller-0.something.local",
                                     "controller-1", "controller-1.something.local", "kubernetes", "kubernetes.default",
                                     "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"));
  EXPECT_THAT(texts(names.addresses), ElementsAre("10.10.0.1", "10.10.0.11", "10.10.0.12", "10.32.0.1", "127.0.0.1"));
}

TEST(CertificatePlan, WithoutDomainMachinesHaveTheirBareNameOnly) {
  auto cluster = sample_cluster();
  cluster.domain.clear();
  EXPECT_THAT(server_names(cluster).dns, Contains("controller-0"));
  EXPECT_THAT(server_names(cluster).dns, Not(Contains(HasSubstr("controller-0."))));
}

TEST(CertificatePlan, FollowsTheClustersDnsDomain) {
  auto cluster = sample_cluster();
  cluster.networking->dns_domain = "k8s.home.arpa";
  EXPECT_THAT(server_names(cluster).dns, Contains("kubernetes.default.svc.k8s.home.arpa"));
}

TEST(CertificatePlan, AnEndpointInDigitsIsAnAddress) {
  auto cluster = sample_cluster();
  cluster.control_plane_endpoint = *base::HostPort::parse("[fd00::1]:6443");
  EXPECT_THAT(texts(server_names(cluster).addresses), Contains("fd00::1"));
  EXPECT_THAT(server_names(cluster).dns, Not(Contains("fd00::1")));
}

TEST(CertificatePlan, NamesEachOnceInOneSpelling) {
  auto cluster = sample_cluster();
  cluster.control_plane_endpoint = *base::HostPort::parse("Controller-0.Something.Local.:6443");
  cluster.machines[1].address = cluster.load_balancer->vip;
  const auto names = server_names(cluster);
  EXPECT_EQ(std::count(names.dns.begin(), names.dns.end(), "controller-0.something.local"), 1);
  EXPECT_EQ(names.dns.front(), "controller-0.something.local");
  EXPECT_THAT(texts(names.addresses), ElementsAre("10.10.0.1", "10.10.0.11", "10.32.0.1", "127.0.0.1"));
}

TEST(CertificatePlan, SaysEachMissingKeyAndWhyInOneGo) {
  EXPECT_THAT(messages({}),
              ElementsAre(HasSubstr("spec.controlPlaneEndpoint is needed: clients check"),
                          HasSubstr("spec.networking.serviceSubnet is needed: pods reach"),
                          HasSubstr("spec.loadBalancer.vip is needed: clients reach"),
                          HasSubstr("spec.machines needs at least one machine with role: control-plane")));
}

TEST(CertificatePlan, TakesUnsetValuesForMissingOnes) {
  auto cluster = sample_cluster();
  cluster.networking->service_subnet = {};
  EXPECT_THAT(messages(cluster), ElementsAre(HasSubstr("serviceSubnet is needed")));
  cluster = sample_cluster();
  cluster.load_balancer->vip = {};
  EXPECT_THAT(messages(cluster), ElementsAre(HasSubstr("vip is needed")));
  cluster = sample_cluster();
  cluster.machines.erase(cluster.machines.begin(), cluster.machines.begin() + 2);
  EXPECT_THAT(messages(cluster), ElementsAre(HasSubstr("role: control-plane")));
}

TEST(CertificatePlan, RefusesAServiceNetworkWithoutAFirstAddress) {
  auto cluster = sample_cluster();
  cluster.networking->service_subnet = *base::IpNetwork::parse("10.32.0.1/32");
  EXPECT_THAT(messages(cluster), ElementsAre(HasSubstr("10.32.0.1/32 has no first address")));
}

}  // namespace
}  // namespace pki::plan
