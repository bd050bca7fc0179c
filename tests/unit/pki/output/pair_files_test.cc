#include "pki/output/pair_files.h"

#include <gmock/gmock.h>

#include "pki/plan/certificate_plan.h"
#include "tests/unit/pki/sample_cluster.h"

namespace pki::output {
namespace {

using plan::Action;

class PairFilesTest : public testing::Test {
 protected:
  [[nodiscard]] std::vector<plan::InitStep> steps(Action key, Action certificate) const {
    std::vector<plan::InitStep> all;
    all.reserve(specs_.size());
    for (const auto& spec : specs_) all.push_back({spec, key, certificate});
    return all;
  }

  std::vector<plan::CertificateSpec> specs_ = plan::certificates_for(sample_cluster()).value();
  Contents contents_;
};

TEST_F(PairFilesTest, MakesEverythingInOrder) {
  const auto all = make_pair_files(steps(Action::kMake, Action::kMake), contents_, kNow);
  ASSERT_TRUE(all) << all.error().message;
  ASSERT_EQ(all->size(), 3U);
  for (std::size_t i = 0; i < all->size(); ++i) {
    const PairFiles& files = (*all)[i];
    EXPECT_EQ(files.spec.name, specs_[i].name);
    EXPECT_EQ(files.key_algorithm, "ECDSA P-256");
    EXPECT_EQ(files.certificate.subject, specs_[i].subject);
    const auto key = crypto::Key::from_pem(files.new_key.value().view()).value();
    const auto certificate = crypto::Certificate::from_pem(files.new_certificate.value()).value();
    EXPECT_TRUE(certificate.is_for(key));
    EXPECT_TRUE(certificate.is_signed_by(contents_.keys.at("ca")));
  }
}

TEST_F(PairFilesTest, KeepsWhatIsThere) {
  ASSERT_TRUE(make_pair_files(steps(Action::kMake, Action::kMake), contents_, kNow));
  const auto all = make_pair_files(steps(Action::kKeep, Action::kKeep), contents_, kNow + std::chrono::days(1));
  ASSERT_TRUE(all) << all.error().message;
  for (const auto& files : *all) {
    EXPECT_FALSE(files.new_key);
    EXPECT_FALSE(files.new_certificate);
  }
  EXPECT_EQ((*all)[1].certificate.not_after, kNow + std::chrono::days(365));
}

TEST_F(PairFilesTest, IssuesAgainForKeptKeys) {
  ASSERT_TRUE(make_pair_files(steps(Action::kMake, Action::kMake), contents_, kNow));
  contents_.certificates.clear();
  const auto all = make_pair_files(steps(Action::kKeep, Action::kMake), contents_, kNow);
  ASSERT_TRUE(all) << all.error().message;
  for (const auto& files : *all) {
    EXPECT_FALSE(files.new_key);
    const auto certificate = crypto::Certificate::from_pem(files.new_certificate.value()).value();
    EXPECT_TRUE(certificate.is_for(contents_.keys.at(files.spec.name)));
  }
}

TEST_F(PairFilesTest, PassesOnWhyACertificateCannotBeIssued) {
  specs_[2].subject.common_name = std::string(65, 'x');
  const auto all = make_pair_files(steps(Action::kMake, Action::kMake), contents_, kNow);
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().message, "cannot issue the certificate admin.pem: string too long");
}

}  // namespace
}  // namespace pki::output
