#include "pki/output/install_script.h"

#include <gmock/gmock.h>

#include <map>

#include "lib/base/subprocess.h"
#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"

namespace pki::output {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using tests::support::content_of;
using tests::support::mode_of;
using tests::support::put;

class InstallScriptTest : public testing::Test {
 protected:
  InstallScriptTest() {
    for (const char* file : {"ca.pem", "kubernetes-key.pem", "admin.kubeconfig"}) {
      contents_[file] = std::string("content of ") + file + "\n";
    }
    add("ca.pem", {"kube-apiserver", "etcd"});
    add("kubernetes-key.pem", {"kube-apiserver"});
    add("admin.kubeconfig", {});
    fs::create_directory(root_);
    unpack();
  }

  void add(const char* file, const std::vector<std::string>& units) {
    for (auto& place : places_for(file, "controller-0", units)) files_.push_back(std::move(place));
  }
  void unpack() const {
    fs::remove_all(unpacked_);
    for (const auto& file : files_) {
      const fs::path path = unpacked_ / ("files" + file.target);
      fs::create_directories(path.parent_path());
      put(path, contents_.at(file.file));
    }
    put(unpacked_ / "install.sh", install_script("controller-0", files_));
  }
  [[nodiscard]] base::Output install(std::vector<std::string> words = {}) const {
    words.insert(words.begin(), {"sh", (unpacked_ / "install.sh").string(), "--root", root_.string()});
    return base::run_captured(words).value();
  }
  [[nodiscard]] std::string at(const char* path) const { return root_.string() + path; }

  tests::support::TemporaryFolder scratch_;
  fs::path root_ = scratch_.path() / "the root";
  fs::path unpacked_ = scratch_.path() / "unpacked";
  std::vector<BundleFile> files_;
  std::map<std::string, std::string> contents_;
};

TEST_F(InstallScriptTest, PlacesEverythingWithItsModeAndTellsWhatToRestart) {
  const auto done = install();
  ASSERT_TRUE(done.status.ok()) << done.err << done.out;
  EXPECT_EQ(content_of(at("/etc/etcd/ca.pem")), "content of ca.pem\n");
  EXPECT_EQ(content_of(at("/var/lib/kubernetes/ca.pem")), "content of ca.pem\n");
  EXPECT_EQ(mode_of(at("/var/lib/kubernetes/ca.pem")), 0644U);
  EXPECT_EQ(mode_of(at("/var/lib/kubernetes/kubernetes-key.pem")), 0600U);
  EXPECT_EQ(mode_of(at("/var/lib/kubernetes/admin.kubeconfig")), 0600U);
  EXPECT_EQ(mode_of(at("/var/lib/kubernetes")), 0755U);
  EXPECT_THAT(done.out, HasSubstr("now run: systemctl restart etcd kube-apiserver\n"));
}

TEST_F(InstallScriptTest, NoKeyStaysWhereItWasUnpacked) {
  put(unpacked_ / "files" / "note", "somebody else's");
  const auto done = install();
  ASSERT_TRUE(done.status.ok()) << done.err;
  EXPECT_THAT(done.out, HasSubstr("removed what was unpacked in " + fs::canonical(scratch_.path()).string()));
  EXPECT_EQ(tests::support::state_of(unpacked_).size(), 1U);
  EXPECT_EQ(tests::support::state_of(unpacked_ / "files").size(), 1U);
  EXPECT_EQ(content_of(unpacked_ / "files" / "note"), "somebody else's");
  unpack();
  ASSERT_TRUE(install().status.ok());
  EXPECT_FALSE(fs::exists(unpacked_));
}

TEST_F(InstallScriptTest, WhatFailedCanBeTriedAgain) {
  put(root_ / "etc", "in the way");
  EXPECT_FALSE(install().status.ok());
  EXPECT_TRUE(fs::exists(unpacked_ / "install.sh"));
  EXPECT_TRUE(fs::exists(unpacked_ / "files/var/lib/kubernetes/kubernetes-key.pem"));
}

TEST_F(InstallScriptTest, ASecondRunTouchesNothing) {
  const auto first = install({"--keep"});
  ASSERT_TRUE(first.status.ok());
  EXPECT_THAT(first.out, HasSubstr("keys included"));
  const auto before = tests::support::state_of(at("/var/lib/kubernetes"));
  const auto again = install();
  ASSERT_TRUE(again.status.ok()) << again.err;
  EXPECT_THAT(again.out, AllOf(HasSubstr("nothing to restart"), Not(HasSubstr("placed"))));
  EXPECT_EQ(tests::support::state_of(at("/var/lib/kubernetes")), before);
}

TEST_F(InstallScriptTest, TellsOnlyTheUnitsOfWhatChanged) {
  ASSERT_TRUE(install().status.ok());
  contents_["kubernetes-key.pem"] = "new\n";
  unpack();
  const auto done = install();
  EXPECT_THAT(done.out, AllOf(HasSubstr("placed /var/lib/kubernetes/kubernetes-key.pem\n"), Not(HasSubstr("ca.pem")),
                              HasSubstr("now run: systemctl restart kube-apiserver\n")));
  EXPECT_EQ(content_of(at("/var/lib/kubernetes/kubernetes-key.pem")), "new\n");
}

TEST_F(InstallScriptTest, TakesAwayWhatEarlierBundlesBroughtAndNothingElse) {
  ASSERT_TRUE(install().status.ok());
  put(at("/var/lib/kubernetes/mine-key.pem"), "somebody else's");
  files_.pop_back();
  std::erase_if(files_, [](const BundleFile& file) { return file.file == "kubernetes-key.pem"; });
  unpack();
  const auto done = install();
  ASSERT_TRUE(done.status.ok()) << done.err;
  EXPECT_THAT(done.out,
              HasSubstr("took away /var/lib/kubernetes/kubernetes-key.pem, which this machine must no longer"));
  EXPECT_FALSE(fs::exists(at("/var/lib/kubernetes/kubernetes-key.pem")));
  EXPECT_FALSE(fs::exists(at("/var/lib/kubernetes/admin.kubeconfig")));
  EXPECT_TRUE(fs::exists(at("/var/lib/kubernetes/ca.pem")));
  EXPECT_TRUE(fs::exists(at("/var/lib/kubernetes/mine-key.pem")));
  unpack();
  EXPECT_THAT(install().out, Not(HasSubstr("took away")));
}

TEST_F(InstallScriptTest, MendsAModeThatIsTooWide) {
  ASSERT_TRUE(install({"--keep"}).status.ok());
  fs::permissions(at("/var/lib/kubernetes/kubernetes-key.pem"), fs::perms(0644));
  ASSERT_TRUE(install().status.ok());
  EXPECT_EQ(mode_of(at("/var/lib/kubernetes/kubernetes-key.pem")), 0600U);
}

TEST_F(InstallScriptTest, ARunThatWasInterruptedIsCompleted) {
  // As a run leaves it that was killed between its first two renames.
  fs::create_directories(at("/var/lib/keepstate-pki"));
  fs::create_directories(at("/etc/etcd"));
  put(at("/var/lib/keepstate-pki/restart"), "etcd\n");
  put(at("/var/lib/keepstate-pki/placed"), "/etc/etcd/ca.pem\n/etc/etcd/old-key.pem\n");
  put(at("/etc/etcd/ca.pem"), "content of ca.pem\n");
  put(at("/etc/etcd/old-key.pem"), "an old key");
  fs::create_directories(at("/var/lib/kubernetes"));
  put(at("/var/lib/kubernetes/ca.pem.keepstate-new"), "half");
  const auto done = install();
  ASSERT_TRUE(done.status.ok()) << done.err;
  EXPECT_THAT(done.out, HasSubstr("now run: systemctl restart etcd kube-apiserver\n"));
  EXPECT_EQ(content_of(at("/var/lib/kubernetes/ca.pem")), "content of ca.pem\n");
  EXPECT_FALSE(fs::exists(at("/var/lib/kubernetes/ca.pem.keepstate-new")));
  EXPECT_FALSE(fs::exists(at("/etc/etcd/old-key.pem")));
}

TEST_F(InstallScriptTest, ChangesNothingWhereAFileIsMissing) {
  fs::remove(unpacked_ / "files/var/lib/kubernetes/admin.kubeconfig");
  const auto refused = install();
  EXPECT_EQ(refused.status.value, 1);
  EXPECT_THAT(refused.err, HasSubstr("admin.kubeconfig is missing; unpack the whole archive"));
  EXPECT_TRUE(fs::is_empty(root_));
}

TEST_F(InstallScriptTest, RefusesAWrongUseAndAnotherMachine) {
  EXPECT_EQ(install({"--what"}).status.value, 2);
  const auto other = base::run_captured({"sh", (unpacked_ / "install.sh").string()});
  ASSERT_TRUE(other);
  EXPECT_EQ(other->status.value, 1);
  EXPECT_THAT(other->err, HasSubstr("this bundle is for controller-0, but this machine calls itself"));
}

}  // namespace
}  // namespace pki::output
