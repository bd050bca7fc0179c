#include "pki/plan/expiry.h"

#include <gmock/gmock.h>

#include "tests/unit/pki/plan/sample_inventory.h"

namespace pki::plan {
namespace {

class ExpiryTest : public testing::Test {
 protected:
  [[nodiscard]] Expiry of(const std::string& file, std::chrono::days within = {}) const {
    for (const auto& row : expiries(spec_, inventory_, kNow, within)) {
      if (row.file == file) return row;
    }
    return {};
  }

  PkiSpec spec_ = sample_spec();
  Inventory inventory_ = sound_inventory(spec_);
};

TEST_F(ExpiryTest, HasARowForEachCertificateAndKubeconfig) {
  EXPECT_EQ(expiries(spec_, inventory_, kNow, {}).size(), spec_.certificates.size() + spec_.kubeconfigs.size());
  const auto row = of("admin.kubeconfig");
  EXPECT_EQ(row.state, ExpiryState::kValid);
  EXPECT_EQ(row.not_after, kNow + std::chrono::days(100));
  EXPECT_EQ(row.subject, "admin");
}

TEST_F(ExpiryTest, KnowsEachState) {
  EXPECT_EQ(of("admin.pem", std::chrono::days(100)).state, ExpiryState::kEnding);
  EXPECT_EQ(of("admin.pem", std::chrono::days(99)).state, ExpiryState::kValid);
  inventory_.pairs.at("admin").certificate->not_after = kNow - std::chrono::seconds(1);
  EXPECT_EQ(of("admin.pem").state, ExpiryState::kEnded);
  inventory_.pairs.at("admin").certificate->not_before = kNow + std::chrono::seconds(1);
  EXPECT_EQ(of("admin.pem").state, ExpiryState::kNotYetValid);
  inventory_.pairs.erase("admin");
  EXPECT_EQ(of("admin.pem").state, ExpiryState::kMissing);
  inventory_.kubeconfigs.clear();
  EXPECT_EQ(of("admin.kubeconfig").state, ExpiryState::kMissing);
  EXPECT_STREQ(name_of(ExpiryState::kNotYetValid), "not yet valid");
}

TEST_F(ExpiryTest, TellsWhatIsLeftOverWhileItIsGood) {
  inventory_.left_overs.push_back({"worker-9.pem", sound_certificate(spec_.authority())});
  EXPECT_EQ(of("worker-9.pem", std::chrono::days(9999)).state, ExpiryState::kLeftOver);
  EXPECT_STREQ(name_of(ExpiryState::kLeftOver), "left over");
  inventory_.left_overs.front().certificate.not_after = kNow - std::chrono::seconds(1);
  EXPECT_EQ(expiries(spec_, inventory_, kNow, {}).back().file, "worker-0.kubeconfig");
}

TEST_F(ExpiryTest, TellsEveryAuthorityThatIsTrusted) {
  auto old = sound_certificate(spec_.authority());
  old.subject_text = "old";
  inventory_.also_trusted.push_back(old);
  const auto rows = expiries(spec_, inventory_, kNow, {});
  EXPECT_EQ(rows[0].file, "ca.pem");
  EXPECT_EQ(rows[1].file, "ca.pem");
  EXPECT_EQ(rows[1].subject, "old");
  EXPECT_EQ(rows[1].purpose, "also trusted");
}

}  // namespace
}  // namespace pki::plan
