#include "pki/crypto/name_constraints.h"

#include <gmock/gmock.h>

#include "pki/crypto/issue.h"
#include "pki/plan/pki_spec.h"
#include "tests/unit/pki/crypto/sample_keys.h"
#include "tests/unit/pki/sample_cluster.h"

namespace pki::crypto {
namespace {

using testing::HasSubstr;

using StorePtr = OpensslPtr<X509_STORE, X509_STORE_free>;
using StoreContextPtr = OpensslPtr<X509_STORE_CTX, X509_STORE_CTX_free>;

class NameConstraintsTest : public testing::Test {
 protected:
  NameConstraintsTest() { cluster_.pki.name_constraints.emplace(); }

  // What OpenSSL says of a certificate for these names, or of the whole spec of that index.
  int verified(const plan::CertificateSpec& spec) {
    const Certificate authority = issue_authority(specs()[0], authority_key_, kNow).value();
    const Certificate leaf = issue(spec, key_, authority, authority_key_, kNow).value();
    const StorePtr store(X509_STORE_new());
    const StoreContextPtr context(X509_STORE_CTX_new());
    X509_STORE_add_cert(store.get(), authority.native());
    X509_STORE_CTX_init(context.get(), store.get(), leaf.native(), nullptr);
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context.get()), kNow.time_since_epoch().count());
    X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context.get()), X509_V_FLAG_X509_STRICT);
    X509_verify_cert(context.get());
    return X509_STORE_CTX_get_error(context.get());
  }
  [[nodiscard]] std::vector<plan::CertificateSpec> specs() const {
    return plan::spec_for(cluster_).value().certificates;
  }

  cluster::Cluster cluster_ = sample_cluster();
  Key authority_key_ = sample_key();
  Key key_ = sample_key();
};

TEST_F(NameConstraintsTest, PermitEveryCertificateOfTheCluster) {
  cluster_.control_plane_endpoint = *base::HostPort::parse("[fd00::1]:6443");
  for (const auto& spec : specs()) {
    if (spec.kind == plan::CertificateKind::kAuthority) continue;
    EXPECT_EQ(verified(spec), X509_V_OK) << spec.name;
  }
}

TEST_F(NameConstraintsTest, PermitNoOtherNameNorAddress) {
  auto spec = specs()[1];
  spec.names = {{"www.example.org"}, {}};
  EXPECT_EQ(verified(spec), X509_V_ERR_PERMITTED_VIOLATION);
  spec.names = {{"kubernetes"}, {*base::IpAddress::parse("192.0.2.1")}};
  EXPECT_EQ(verified(spec), X509_V_ERR_PERMITTED_VIOLATION);
  spec.names = {{"kubernetes"}, {*base::IpAddress::parse("fd00::1")}};
  EXPECT_EQ(verified(spec), X509_V_ERR_PERMITTED_VIOLATION);
}

TEST_F(NameConstraintsTest, AreCriticalAndReadBackAsTheyWere) {
  cluster_.node_network.emplace().cidr = *base::IpNetwork::parse("10.10.0.0/23");
  cluster_.pki.name_constraints->networks = {*base::IpNetwork::parse("fd00::/33")};
  const auto spec = specs()[0];
  const Certificate authority = issue_authority(spec, authority_key_, kNow).value();
  const auto read = permitted_names_of(*authority.native()).value();
  ASSERT_TRUE(read);
  EXPECT_EQ(read->domains, spec.permitted->domains);
  EXPECT_EQ(read->networks, spec.permitted->networks);
  const int at = X509_get_ext_by_NID(authority.native(), NID_name_constraints, -1);
  EXPECT_EQ(X509_EXTENSION_get_critical(X509_get_ext(authority.native(), at)), 1);
}

TEST_F(NameConstraintsTest, AreNotThereUnlessWanted) {
  cluster_.pki.name_constraints.reset();
  const Certificate authority = issue_authority(specs()[0], authority_key_, kNow).value();
  EXPECT_FALSE(permitted_names_of(*authority.native()).value());
}

TEST_F(NameConstraintsTest, DamagedOnesAreAnError) {
  const Certificate authority = issue_authority(specs()[0], authority_key_, kNow).value();
  X509* const damaged = authority.native();
  const OpensslPtr<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> bytes(ASN1_OCTET_STRING_new());
  ASSERT_EQ(ASN1_OCTET_STRING_set(bytes.get(), reinterpret_cast<const unsigned char*>("\x30\x7f\x01"), 3), 1);
  const int at = X509_get_ext_by_NID(damaged, NID_name_constraints, -1);
  ASSERT_EQ(X509_EXTENSION_set_data(X509_get_ext(damaged, at), bytes.get()), 1);
  EXPECT_THAT(permitted_names_of(*damaged).error().message,
              HasSubstr("cannot read the certificate's name constraints"));
}

}  // namespace
}  // namespace pki::crypto
