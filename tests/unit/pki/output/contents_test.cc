#include "pki/output/contents.h"

#include <gmock/gmock.h>

#include "pki/crypto/issue.h"
#include "pki/plan/pki_spec.h"
#include "tests/unit/pki/crypto/sample_keys.h"
#include "tests/unit/pki/sample_cluster.h"

namespace pki::output {
namespace {

using testing::HasSubstr;

class ContentsTest : public testing::Test {
 protected:
  ContentsTest() { contents_.locked_authority_key.emplace(crypto::kLockedKey); }

  crypto::Key key_ = crypto::Key::from_pem(crypto::kSec1Key).value();
  plan::CertificateSpec spec_ = plan::spec_for(sample_cluster()).value().authority();
  Contents contents_;
};

TEST_F(ContentsTest, OpensTheAuthoritysKey) {
  contents_.certificates.emplace("ca", crypto::issue_authority(spec_, key_, kNow).value());
  const auto opened = unlock_authority(contents_, "correct horse");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE(contents_.keys.at("ca").is_same_as(key_));
  EXPECT_FALSE(contents_.locked_authority_key);
  EXPECT_EQ(contents_.inventory.pair("ca").algorithm, cluster::KeyAlgorithm::kEcdsaP256);
}

TEST_F(ContentsTest, TellsAWrongPassphraseAndAForeignKey) {
  EXPECT_THAT(unlock_authority(contents_, "battery staple").error().message,
              HasSubstr("give the passphrase that it was made with"));
  contents_.certificates.emplace("ca", crypto::issue_authority(spec_, crypto::Key::generate().value(), kNow).value());
  EXPECT_THAT(unlock_authority(contents_, "correct horse").error().message,
              HasSubstr("ca.pem: it is not for the key in ca-key.pem"));
  EXPECT_TRUE(contents_.keys.empty());
}

}  // namespace
}  // namespace pki::output
