#include "pki/output/store.h"

#include <gmock/gmock.h>

#include "pki/crypto/issue.h"
#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/pki/output/failing_files.h"
#include "tests/unit/pki/sample_cluster.h"

namespace pki::output {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::support::content_of;
using tests::support::mode_of;
using tests::support::put;

class StoreTest : public testing::Test {
 protected:
  void put_pair(const plan::CertificateSpec& spec, const crypto::Certificate& certificate, const crypto::Key& key) {
    put(folder_ / plan::key_file(spec), std::string(key.to_pem().value().view()));
    put(folder_ / plan::certificate_file(spec), certificate.to_pem().value());
    ::chmod((folder_ / plan::key_file(spec)).c_str(), 0600);
  }
  [[nodiscard]] std::string error() const { return store_.read(spec_).error().message; }

  tests::support::TemporaryFolder scratch_;
  fs::path folder_ = scratch_.path() / "pki";
  Store store_{folder_};
  SystemFiles files_;
  plan::PkiSpec spec_ = plan::spec_for(sample_cluster()).value();
  const std::vector<plan::CertificateSpec>& specs_ = spec_.certificates;
  crypto::Key authority_key_ = crypto::Key::generate().value();
  crypto::Key server_key_ = crypto::Key::generate().value();
  crypto::Certificate authority_ = crypto::issue_authority(specs_[0], authority_key_, kNow).value();
};

TEST_F(StoreTest, AMissingFolderIsEmpty) {
  const auto contents = store_.read(spec_);
  ASSERT_TRUE(contents) << contents.error().message;
  EXPECT_THAT(contents->inventory.pairs, IsEmpty());
  EXPECT_FALSE(fs::exists(folder_));
  EXPECT_THAT(store_.warnings(spec_), IsEmpty());
}

TEST_F(StoreTest, MakesFoldersWithTheirModesWhateverTheUmask) {
  const Store deep(scratch_.path() / "a" / "b" / "");
  const mode_t old = ::umask(0777);
  const auto folder = deep.make_folder(files_);
  ::umask(old);
  ASSERT_TRUE(folder) << folder.error().message;
  EXPECT_EQ(mode_of(scratch_.path() / "a"), 0700U);
  EXPECT_EQ(mode_of(scratch_.path() / "a" / "b"), 0700U);
}

TEST_F(StoreTest, NoFolderThatWasMadeIsForgottenWhenTheMachineGoesDown) {
  RecordedFiles recorded;
  ASSERT_TRUE(Store(scratch_.path() / "a" / "b").make_folder(recorded));
  EXPECT_THAT(recorded.done, ElementsAre("make folder a", "sync folder " + scratch_.path().filename().string(),
                                         "make folder b", "sync folder a"));
}

TEST_F(StoreTest, WorksBehindASymbolicLinkButNotBehindOneToNothing) {
  fs::create_symlink(scratch_.path() / "nowhere", folder_);
  EXPECT_THAT(store_.make_folder(files_).error().message,
              HasSubstr("is a symbolic link to a folder that is not there"));
  fs::create_directory(scratch_.path() / "nowhere");
  EXPECT_TRUE(store_.make_folder(files_));
}

TEST_F(StoreTest, LeavesAFolderThatIsThereAsItIs) {
  fs::create_directory(folder_);
  ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
  ASSERT_TRUE(store_.make_folder(files_));
  EXPECT_EQ(mode_of(folder_), 0755U);
}

TEST_F(StoreTest, ReadsWhatIsThereAndHowItHangsTogether) {
  ASSERT_TRUE(store_.make_folder(files_));
  put_pair(specs_[0], authority_, authority_key_);
  put_pair(specs_[1], crypto::issue(specs_[1], server_key_, authority_, authority_key_, kNow).value(), server_key_);
  const auto contents = store_.read(spec_);
  ASSERT_TRUE(contents) << contents.error().message;
  const auto& server = contents->inventory.pairs.at("kubernetes");
  EXPECT_TRUE(server.has_key);
  EXPECT_EQ(server.certificate->subject.common_name, "kubernetes");
  EXPECT_TRUE(server.key_matches);
  EXPECT_TRUE(server.signed_by_authority);
  EXPECT_FALSE(contents->inventory.pairs.at("admin").has_key);
  EXPECT_FALSE(contents->inventory.pairs.at("admin").certificate);
  EXPECT_EQ(contents->keys.count("ca"), 1U);
  EXPECT_EQ(contents->certificates.count("ca"), 1U);
}

TEST_F(StoreTest, SeesForeignKeysAndSignatures) {
  ASSERT_TRUE(store_.make_folder(files_));
  put_pair(specs_[0], authority_, authority_key_);
  put_pair(specs_[1], crypto::issue(specs_[1], server_key_, authority_, server_key_, kNow).value(), authority_key_);
  const auto contents = store_.read(spec_).value();
  EXPECT_FALSE(contents.inventory.pairs.at("kubernetes").key_matches);
  EXPECT_FALSE(contents.inventory.pairs.at("kubernetes").signed_by_authority);
}

TEST_F(StoreTest, NamesAFileThatIsNoKeyAndShowsNothingOfIt) {
  ASSERT_TRUE(store_.make_folder(files_));
  put(folder_ / "admin-key.pem", "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMB\n");
  EXPECT_THAT(error(),
              HasSubstr((folder_ / "admin-key.pem").string() + ": it is not a whole private key in PEM form: "));
  EXPECT_THAT(error(), HasSubstr("; put back a good copy, or move the file away and run init again"));
  EXPECT_THAT(error(), testing::Not(HasSubstr("MIGHAgEAMB")));
}

TEST_F(StoreTest, NamesAFileThatIsNoCertificate) {
  ASSERT_TRUE(store_.make_folder(files_));
  put(folder_ / "ca.pem", "");
  EXPECT_THAT(error(), HasSubstr((folder_ / "ca.pem").string() + ": it is not a whole certificate in PEM form: "));
}

TEST_F(StoreTest, NamesWhatItCannotRead) {
  ASSERT_TRUE(store_.make_folder(files_));
  fs::create_symlink("nowhere", folder_ / "ca-key.pem");
  EXPECT_EQ(error(), "cannot read " + (folder_ / "ca-key.pem").string() + ": No such file or directory");
  fs::remove(folder_ / "ca-key.pem");
  fs::create_directory(folder_ / "ca-key.pem");
  EXPECT_EQ(error(), "cannot read " + (folder_ / "ca-key.pem").string() + ": Is a directory");
  fs::remove(folder_ / "ca-key.pem");
  put(folder_ / "ca-key.pem", std::string(1 << 20, 'x'));
  EXPECT_EQ(error(), "cannot read " + (folder_ / "ca-key.pem").string() + ": it is too large for a private key");
}

TEST_F(StoreTest, SaysWhenTheFolderIsNone) {
  put(folder_, "a file");
  EXPECT_EQ(error(), folder_.string() + " is not a folder; give --out a folder, which need not exist yet");
  const Store below(folder_ / "pki");
  EXPECT_EQ(below.read(spec_).error().message,
            "cannot look at the folder " + (folder_ / "pki").string() + ": Not a directory");
  EXPECT_FALSE(below.make_folder(files_));
}

TEST_F(StoreTest, WarnsOfModesThatLetOthersIn) {
  ASSERT_TRUE(store_.make_folder(files_));
  put_pair(specs_[0], authority_, authority_key_);
  EXPECT_THAT(store_.warnings(spec_), IsEmpty());
  ASSERT_EQ(::chmod(folder_.c_str(), 0770), 0);
  ASSERT_EQ(::chmod((folder_ / "ca-key.pem").c_str(), 0640), 0);
  EXPECT_THAT(store_.warnings(spec_),
              ElementsAre(HasSubstr("has mode 0770: others can replace"), HasSubstr("ca-key.pem has mode 0640")));
}

}  // namespace
}  // namespace pki::output
