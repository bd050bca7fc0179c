#include "pki/output/make_files.h"

#include <gmock/gmock.h>

#include "pki/crypto/pem.h"
#include "pki/output/kubeconfig.h"
#include "pki/plan/plan_renew.h"
#include "tests/unit/pki/output/made_pki.h"

namespace pki::output {
namespace {

using plan::Action;
using testing::HasSubstr;
using testing::IsEmpty;

class MakeFilesTest : public testing::Test {
 protected:
  [[nodiscard]] static std::string text_of(const MadeFiles& made, const std::string& name) {
    for (const auto& file : made.files) {
      if (file.name == name) return std::string(file.content.view());
    }
    return "";
  }

  plan::PkiSpec spec_ = plan::spec_for(sample_cluster()).value();
  Contents contents_;
};

TEST_F(MakeFilesTest, MakesEveryFileOfTheSpecWithItsMode) {
  const auto made = make_all(spec_, contents_);
  std::vector<std::string> names;
  for (const auto& file : made.files) {
    names.push_back(file.name);
    const bool is_public = file.name.ends_with(".pem") && !file.name.ends_with("-key.pem");
    EXPECT_EQ(file.mode, is_public ? 0644U : 0600U) << file.name;
    EXPECT_EQ(file.placing, Placing::kCreate);
  }
  EXPECT_EQ(names, spec_.files());
  EXPECT_EQ(made.notes.size(), made.files.size());
}

TEST_F(MakeFilesTest, CertificatesAreForTheirKeysAndOfTheAuthority) {
  const auto made = make_all(spec_, contents_);
  for (const auto& spec : spec_.certificates) {
    const auto key = crypto::Key::from_pem(text_of(made, plan::key_file(spec))).value();
    const auto certificate = crypto::Certificate::from_pem(text_of(made, plan::certificate_file(spec))).value();
    EXPECT_TRUE(certificate.is_for(key));
    EXPECT_TRUE(certificate.is_signed_by(contents_.keys.at("ca")));
    EXPECT_EQ(certificate.describe()->subject, spec.subject);
  }
}

TEST_F(MakeFilesTest, KubeconfigsEmbedWhatWasMade) {
  const auto made = make_all(spec_, contents_);
  const auto kubeconfig = read_kubeconfig(text_of(made, "worker-0.kubeconfig")).value();
  EXPECT_EQ(kubeconfig.server, "https://10.10.0.1:6443");
  EXPECT_EQ(kubeconfig.user, "system:node:worker-0");
  EXPECT_EQ(kubeconfig.cluster, "hard-way");
  EXPECT_EQ(kubeconfig.ca_pem, text_of(made, "ca.pem"));
  EXPECT_EQ(kubeconfig.certificate_pem, text_of(made, "worker-0.pem"));
  EXPECT_EQ(kubeconfig.key_pem.view(), text_of(made, "worker-0-key.pem"));
}

TEST_F(MakeFilesTest, KeepsWhatIsThere) {
  (void)make_all(spec_, contents_);
  const auto made = make_files(plan::keep_all(spec_), contents_, {kNow, 1, {}, nullptr}).value();
  EXPECT_THAT(made.files, IsEmpty());
  EXPECT_EQ(made.notes.front().action, Action::kKeep);
  EXPECT_EQ(made.notes.front().what, "private key of ca.pem, ECDSA P-256");
}

TEST_F(MakeFilesTest, RenewsForTheSameKeyOrForANewOne) {
  const auto first = make_all(spec_, contents_);
  auto steps = plan::keep_all(spec_);
  plan::find_step(steps, "admin")->certificate = Action::kReplace;
  const auto kept = make_files(steps, contents_, {kNow, 1, {}, nullptr}).value();
  ASSERT_EQ(kept.files.size(), 1U);
  EXPECT_EQ(kept.files[0].placing, Placing::kReplace);
  const auto old_key = crypto::Key::from_pem(text_of(first, "admin-key.pem")).value();
  EXPECT_TRUE(crypto::Certificate::from_pem(text_of(kept, "admin.pem")).value().is_for(old_key));
  plan::find_step(steps, "admin")->key = Action::kReplace;
  const auto fresh = make_files(steps, contents_, {kNow, 1, {}, nullptr}).value();
  const auto new_key = crypto::Key::from_pem(text_of(fresh, "admin-key.pem")).value();
  EXPECT_FALSE(new_key.is_same_as(old_key));
  EXPECT_TRUE(crypto::Certificate::from_pem(text_of(fresh, "admin.pem")).value().is_for(new_key));
}

TEST_F(MakeFilesTest, PutsTheAuthoritysKeyAloneUnderThePassphrase) {
  const crypto::SecretText passphrase("correct horse");
  const auto steps = plan::plan_init(spec_, {}, {kNow, {}}).value();
  const auto made = make_files(steps, contents_, {kNow, 1, {}, &passphrase}).value();
  EXPECT_TRUE(crypto::Key::from_pem(text_of(made, "ca-key.pem"), "correct horse"));
  EXPECT_FALSE(crypto::has_passphrase(text_of(made, "admin-key.pem")));
}

TEST_F(MakeFilesTest, SignsNothingWithoutTheAuthoritysKey) {
  (void)make_all(spec_, contents_);
  contents_.keys.erase("ca");
  auto steps = plan::keep_all(spec_);
  plan::find_step(steps, "admin")->certificate = Action::kReplace;
  EXPECT_EQ(make_files(steps, contents_, {kNow, 1, {}, nullptr}).error().message,
            "cannot issue admin.pem: the authority's key is not open");
}

TEST_F(MakeFilesTest, PassesOnWhyACertificateCannotBeIssued) {
  spec_.certificates[2].subject.common_name = std::string(65, 'x');
  const auto steps = plan::plan_init(spec_, {}, {kNow, {}}).value();
  EXPECT_EQ(make_files(steps, contents_, {kNow, 1, {}, nullptr}).error().message,
            "cannot issue the certificate admin.pem: string too long");
}

TEST_F(MakeFilesTest, FollowsTheProviderOfClusterYaml) {
  spec_.encryption = cluster::EncryptionProvider::kAescbc;
  EXPECT_THAT(text_of(make_all(spec_, contents_), "encryption-config.yaml"), HasSubstr("aescbc:"));
}

}  // namespace
}  // namespace pki::output
