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

TEST(CertificatePlan, NamesAllComponentsAsKubernetesReadsThem) {
  struct Wanted {
    const char* name;
    CertificateKind kind;
    Subject subject;
  };
  const Wanted wanted[] = {
      {"ca", CertificateKind::kAuthority, {"Kubernetes", "Kubernetes"}},
      {"kubernetes", CertificateKind::kServerAndClient, {"kubernetes", ""}},
      {"admin", CertificateKind::kClient, {"admin", "system:masters"}},
      {"kube-controller-manager",
       CertificateKind::kClient,
       {"system:kube-controller-manager", "system:kube-controller-manager"}},
      {"kube-scheduler", CertificateKind::kClient, {"system:kube-scheduler", "system:kube-scheduler"}},
      {"kube-proxy", CertificateKind::kClient, {"system:kube-proxy", "system:node-proxier"}},
      {"service-account", CertificateKind::kTokenSigner, {"service-accounts", ""}},
      {"worker-0", CertificateKind::kServerAndClient, {"system:node:worker-0", "system:nodes"}},
  };
  const auto specs = certificates_for(sample_cluster()).value();
  ASSERT_EQ(specs.size(), std::size(wanted));
  for (std::size_t i = 0; i < specs.size(); ++i) {
    EXPECT_EQ(specs[i].name, wanted[i].name);
    EXPECT_EQ(specs[i].kind, wanted[i].kind) << wanted[i].name;
    EXPECT_EQ(specs[i].subject, wanted[i].subject) << wanted[i].name;
    EXPECT_EQ(specs[i].lifetime, std::chrono::days(i == 0 ? 3650 : 365)) << wanted[i].name;
    EXPECT_EQ(specs[i].algorithm, cluster::KeyAlgorithm::kEcdsaP256);
    EXPECT_FALSE(specs[i].permitted);
  }
  EXPECT_EQ(certificate_file(specs[0]), "ca.pem");
  EXPECT_EQ(key_file(specs[0]), "ca-key.pem");
}

TEST(CertificatePlan, KubeletsAreNamedAsTheApiServerCallsThem) {
  const auto kubelet = certificates_for(sample_cluster()).value().back();
  EXPECT_THAT(kubelet.names.dns, ElementsAre("worker-0", "worker-0.something.local"));
  EXPECT_THAT(texts(kubelet.names.addresses), ElementsAre("10.10.0.21"));
}

TEST(CertificatePlan, EachNameHasAReason) {
  const auto specs = certificates_for(sample_cluster()).value();
  for (const auto& spec : specs) {
    ASSERT_EQ(spec.name_reasons.size(), spec.names.size()) << spec.name;
    std::vector<std::string> names = spec.names.dns;
    for (auto& text : texts(spec.names.addresses)) names.push_back(text);
    for (std::size_t i = 0; i < names.size(); ++i) {
      EXPECT_EQ(spec.name_reasons[i].name, names[i]);
      EXPECT_THAT(spec.name_reasons[i].why, Not(testing::IsEmpty()));
    }
  }
}

TEST(CertificatePlan, FollowsSpecPki) {
  auto cluster = sample_cluster();
  cluster.pki.algorithm = cluster::KeyAlgorithm::kEd25519;
  cluster.pki.authority_validity = std::chrono::hours(48);
  cluster.pki.leaf_validity = std::chrono::hours(5);
  cluster.pki.extra_names = {"api.example.org", "203.0.113.7"};
  cluster.pki.name_constraints.emplace();
  const auto specs = certificates_for(cluster).value();
  EXPECT_EQ(specs[0].lifetime, std::chrono::hours(48));
  EXPECT_TRUE(specs[0].permitted);
  EXPECT_EQ(specs[1].lifetime, std::chrono::hours(5));
  EXPECT_EQ(specs[1].algorithm, cluster::KeyAlgorithm::kEd25519);
  EXPECT_FALSE(specs[1].permitted);
  EXPECT_THAT(specs[1].names.dns, Contains("api.example.org"));
  EXPECT_THAT(texts(specs[1].names.addresses), Contains("203.0.113.7"));
  EXPECT_EQ(specs[6].algorithm, cluster::KeyAlgorithm::kEcdsaP256) << "Kubernetes takes no Ed25519 for tokens";
}

TEST(CertificatePlan, RefusesAWorkerWhoseUserWouldBeTooLong) {
  auto cluster = sample_cluster();
  cluster.machines[2].name = std::string(53, 'w');
  EXPECT_THAT(messages(cluster), ElementsAre(HasSubstr("is too long for its kubelet's certificate")));
  cluster.machines[2].name = std::string(52, 'w');
  EXPECT_EQ(certificates_for(cluster).value().back().subject.common_name.size(), 64U);
}

TEST(CertificatePlan, ServerHasEveryNameByWhichItIsReached) {
  const auto names = server_names(sample_cluster());
  EXPECT_THAT(names.dns, ElementsAre("kubernetes.something.local", "controller-0", "controller-0.something.local",
                                     "controller-1", "controller-1.something.local", "kubernetes", "kubernetes.default",
                                     "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
                                     "kubernetes.default.svc.cluster", "kubernetes.svc.cluster.local"));
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
