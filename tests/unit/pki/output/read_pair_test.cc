#include "pki/output/read_pair.h"

#include <gmock/gmock.h>

#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/pki/crypto/sample_keys.h"
#include "tests/unit/pki/output/made_pki.h"

namespace pki::output {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using tests::support::content_of;
using tests::support::put;

class ReadPairTest : public testing::Test {
 protected:
  ReadPairTest() { make_pki(folder_, spec_); }

  [[nodiscard]] Contents read() const { return Store(folder_).read(spec_).value(); }
  [[nodiscard]] std::string error() const { return Store(folder_).read(spec_).error().message; }

  tests::support::TemporaryFolder scratch_;
  fs::path folder_ = scratch_.path() / "pki";
  plan::PkiSpec spec_ = plan::spec_for(sample_cluster()).value();
};

TEST_F(ReadPairTest, FindsAWholeSetSound) {
  const auto contents = read();
  for (const auto& spec : spec_.certificates) {
    const auto pair = contents.inventory.pair(spec.name);
    EXPECT_TRUE(pair.has_key && pair.certificate && pair.key_matches && pair.signed_by_authority) << spec.name;
    EXPECT_EQ(pair.algorithm, spec.algorithm);
  }
  for (const auto& spec : spec_.kubeconfigs) {
    const auto& present = contents.inventory.kubeconfigs.at(spec.file);
    EXPECT_TRUE(present.same_authority && present.same_certificate && present.same_key) << spec.file;
    EXPECT_EQ(present.server, spec.server);
    EXPECT_EQ(present.certificate->subject, spec_.find_certificate(spec.certificate)->subject);
  }
  EXPECT_THAT(contents.inventory.encryption->keys, ElementsAre("key1"));
  EXPECT_EQ(contents.authority_text, content_of(folder_ / "ca.pem"));
}

TEST_F(ReadPairTest, JudgesSignaturesByTheCertificateWhereTheKeyIsElsewhere) {
  fs::remove(folder_ / "ca-key.pem");
  EXPECT_TRUE(read().inventory.pair("admin").signed_by_authority);
}

TEST_F(ReadPairTest, TheFirstOfSeveralAuthoritiesSignsAndTheOthersAreTrusted) {
  const std::string ours = content_of(folder_ / "ca.pem");
  make_pki(scratch_.path() / "other", spec_);
  const std::string theirs = content_of(scratch_.path() / "other" / "ca.pem");
  put(folder_ / "ca.pem", ours + theirs);
  const auto contents = read();
  EXPECT_EQ(contents.inventory.also_trusted.size(), 1U);
  EXPECT_TRUE(contents.inventory.pair("ca").key_matches);
  EXPECT_TRUE(contents.inventory.pair("admin").signed_by_authority);
  EXPECT_FALSE(contents.inventory.kubeconfigs.at("admin.kubeconfig").same_authority) << "it trusts one of them only";
  put(folder_ / "ca.pem", theirs + ours);
  EXPECT_FALSE(read().inventory.pair("ca").key_matches);
  EXPECT_FALSE(read().inventory.pair("admin").signed_by_authority);
}

TEST_F(ReadPairTest, KeepsALockedAuthorityForLater) {
  put(folder_ / "ca-key.pem", crypto::kLockedKey);
  const auto contents = read();
  EXPECT_TRUE(contents.locked_authority_key);
  EXPECT_EQ(contents.keys.count("ca"), 0U);
  EXPECT_TRUE(contents.inventory.pair("ca").has_key);
  EXPECT_TRUE(contents.inventory.pair("ca").key_matches);
}

TEST_F(ReadPairTest, SeesAKubeconfigOfAnotherCertificate) {
  put(folder_ / "admin.kubeconfig", content_of(folder_ / "kube-proxy.kubeconfig"));
  const auto contents = read();
  const auto& present = contents.inventory.kubeconfigs.at("admin.kubeconfig");
  EXPECT_TRUE(present.same_authority);
  EXPECT_FALSE(present.same_certificate);
  EXPECT_FALSE(present.same_key);
}

TEST_F(ReadPairTest, NamesDamagedFilesAndShowsNothingOfThem) {
  for (const char* file :
       {"ca.pem", "ca-key.pem", "admin.pem", "worker-0-key.pem", "admin.kubeconfig", "encryption-config.yaml"}) {
    const std::string whole = content_of(folder_ / file);
    put(folder_ / file, whole.substr(0, whole.size() / 2));
    EXPECT_THAT(error(), AllOf(HasSubstr((folder_ / file).string() + ": "), HasSubstr("put back a good copy"))) << file;
    EXPECT_THAT(error(), testing::Not(HasSubstr(whole.substr(whole.size() / 3, 20)))) << file;
    put(folder_ / file, whole);
  }
  put(folder_ / "admin.pem", content_of(folder_ / "ca.pem") + content_of(folder_ / "ca.pem"));
  EXPECT_THAT(error(), HasSubstr("more than one certificate"));
}

}  // namespace
}  // namespace pki::output
