#include "pki/output/left_overs.h"

#include <gmock/gmock.h>

#include "pki/crypto/issue.h"
#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/pki/output/made_pki.h"

namespace pki::output {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using tests::support::content_of;
using tests::support::put;

// A folder in which a worker is left over that the cluster no longer has.
class LeftOversTest : public testing::Test {
 protected:
  LeftOversTest() {
    auto cluster = sample_cluster();
    cluster.machines.push_back(sample_machine("worker-9", cluster::Role::kWorker, "10.10.0.29"));
    make_pki(folder_, plan::spec_for(cluster).value());
  }
  [[nodiscard]] std::vector<std::string> found() const {
    const auto contents = Store(folder_).read(spec_);
    EXPECT_TRUE(contents) << contents.error().message;
    std::vector<std::string> files;
    for (const auto& left_over : contents->inventory.left_overs) files.push_back(left_over.file);
    return files;
  }

  tests::support::TemporaryFolder scratch_;
  fs::path folder_ = scratch_.path() / "pki";
  plan::PkiSpec spec_ = plan::spec_for(sample_cluster()).value();
};

TEST_F(LeftOversTest, AreFoundOnceEach) {
  EXPECT_THAT(found(), ElementsAre("worker-9.pem"));
  fs::remove(folder_ / "worker-9.pem");
  EXPECT_THAT(found(), ElementsAre("worker-9.kubeconfig")) << "it is as good";
  fs::remove(folder_ / "worker-9.kubeconfig");
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(LeftOversTest, NothingOfOthersIsAmongThem) {
  for (const char* file : {"worker-9.pem", "worker-9.kubeconfig"}) fs::remove(folder_ / file);
  put(folder_ / "notes.pem", "not a certificate");
  put(folder_ / "notes.kubeconfig", "kind: Note\n");
  put(folder_ / "copy of admin.pem", content_of(folder_ / "admin.pem"));
  put(folder_ / "copy of ca.pem", content_of(folder_ / "ca.pem"));
  ASSERT_EQ(::mkfifo((folder_ / "pipe.pem").c_str(), 0600), 0);
  make_pki(scratch_.path() / "other", plan::spec_for(sample_cluster()).value());
  put(folder_ / "elsewhere.pem", content_of(scratch_.path() / "other" / "worker-0.pem"));
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(LeftOversTest, NobodyCanBeLeftOverWithoutAnAuthority) {
  fs::remove(folder_ / "ca.pem");
  EXPECT_THAT(found(), IsEmpty());
}

}  // namespace
}  // namespace pki::output
