#include "pki/output/rotate_authority.h"

#include <gmock/gmock.h>

#include "pki/output/kubeconfig.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/pki/output/made_pki.h"

namespace pki::output {
namespace {

using plan::RotationStage;

class RotateAuthorityTest : public testing::Test {
 protected:
  RotateAuthorityTest() {
    make_pki(scratch_.path(), spec_);
    read();
  }
  void read() {
    contents_ = Store(scratch_.path()).read(spec_).value();
    succession_ = read_succession(scratch_.path(), "ca").value();
  }
  void write(const base::Result<MadeFiles>& made) {
    ASSERT_TRUE(made) << made.error().message;
    ASSERT_TRUE(change_files(files_, scratch_.path(), made->files));
    read();
  }
  [[nodiscard]] crypto::Key next_key() const { return crypto::Key::from_pem(succession_.next->key.view()).value(); }
  [[nodiscard]] std::size_t stale_kubeconfigs() const {
    std::size_t count = 0;
    for (const auto& [file, kubeconfig] : contents_.inventory.kubeconfigs) {
      count += kubeconfig.same_authority && kubeconfig.same_certificate && kubeconfig.same_key ? 0 : 1;
    }
    return count;
  }
  [[nodiscard]] std::size_t foreign_certificates() const {
    std::size_t count = 0;
    for (const auto& [name, pair] : contents_.inventory.pairs) count += pair.signed_by_authority ? 0 : 1;
    return count;
  }

  tests::support::TemporaryFolder scratch_;
  SystemFiles files_;
  plan::PkiSpec spec_ = plan::spec_for(sample_cluster()).value();
  Contents contents_;
  Succession succession_;
  MakeOptions options_{kNow, 1, {}, nullptr};
};

TEST_F(RotateAuthorityTest, EachStageLeavesAWholeFolder) {
  write(add_authority(spec_, contents_, succession_, options_));
  EXPECT_EQ(succession_.stage, RotationStage::kAdded);
  EXPECT_EQ(contents_.inventory.also_trusted.size(), 1U);
  EXPECT_EQ(stale_kubeconfigs() + foreign_certificates(), 0U);
  write(switch_authority(spec_, contents_, succession_, next_key(), options_));
  EXPECT_EQ(succession_.stage, RotationStage::kSwitched);
  EXPECT_EQ(contents_.inventory.also_trusted.size(), 1U);
  EXPECT_EQ(stale_kubeconfigs() + foreign_certificates(), 0U);
  write(keep_one_authority(spec_, contents_, succession_, options_));
  EXPECT_EQ(succession_.stage, RotationStage::kNone);
  EXPECT_TRUE(contents_.inventory.also_trusted.empty());
  EXPECT_EQ(stale_kubeconfigs() + foreign_certificates(), 0U);
}

TEST_F(RotateAuthorityTest, TheNewAuthorityIsAsTheSpecWantsIt) {
  spec_.certificates.front().algorithm = cluster::KeyAlgorithm::kEcdsaP384;
  spec_.certificates.front().lifetime = std::chrono::hours(48);
  write(add_authority(spec_, contents_, succession_, options_));
  EXPECT_EQ(next_key().algorithm(), "ECDSA P-384");
  write(switch_authority(spec_, contents_, succession_, next_key(), options_));
  EXPECT_LE(contents_.inventory.pair("admin").certificate->not_after, kNow + std::chrono::hours(48));
}

TEST_F(RotateAuthorityTest, LeavesAloneWhatIsNotWhole) {
  std::filesystem::remove(scratch_.path() / "admin-key.pem");
  read();
  write(add_authority(spec_, contents_, succession_, options_));
  EXPECT_EQ(stale_kubeconfigs(), 2U);  // of admin, which init makes once its key is back
}

TEST_F(RotateAuthorityTest, TellsEachFileOnceAndWhatIsNew) {
  const auto made = add_authority(spec_, contents_, succession_, options_);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->notes[0].file, "ca-next-key.pem");
  EXPECT_EQ(made->notes[0].what, "private key of the new authority");
  std::map<std::string, int> told;
  for (const auto& note : made->notes) ++told[note.file];
  for (const auto& [file, times] : told) EXPECT_EQ(times, 1) << file;
}

}  // namespace
}  // namespace pki::output
