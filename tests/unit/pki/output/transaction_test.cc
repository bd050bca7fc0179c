#include "pki/output/transaction.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/pki/output/failing_files.h"

namespace pki::output {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using tests::support::content_of;
using tests::support::mode_of;
using tests::support::put;
using tests::support::state_of;

std::vector<NewFile> three_files() {
  std::vector<NewFile> files;
  files.push_back({"a-key.pem", crypto::SecretText("new key"), kKeyMode, Placing::kReplace});
  files.push_back({"a.pem", crypto::SecretText("new certificate"), kCertificateMode, Placing::kReplace});
  files.push_back({"b.kubeconfig", crypto::SecretText("new kubeconfig"), kKeyMode, Placing::kCreate});
  return files;
}

class TransactionTest : public testing::Test {
 protected:
  TransactionTest() { reset(); }

  void reset() {
    fs::remove_all(folder_);
    fs::create_directory(folder_);
    put(folder_ / "a-key.pem", "old key");
    put(folder_ / "a.pem", "old certificate");
  }
  [[nodiscard]] bool is_old() const {
    return content_of(folder_ / "a-key.pem") == "old key" && content_of(folder_ / "a.pem") == "old certificate" &&
           !fs::exists(folder_ / "b.kubeconfig");
  }
  [[nodiscard]] bool is_new() const {
    return content_of(folder_ / "a-key.pem") == "new key" && content_of(folder_ / "a.pem") == "new certificate" &&
           content_of(folder_ / "b.kubeconfig") == "new kubeconfig";
  }
  // Whole files, each the old or the new one.
  void expect_no_half() const {
    EXPECT_THAT(content_of(folder_ / "a-key.pem"), testing::AnyOf("old key", "new key"));
    EXPECT_THAT(content_of(folder_ / "a.pem"), testing::AnyOf("old certificate", "new certificate"));
    EXPECT_THAT(content_of(folder_ / "b.kubeconfig"), testing::AnyOf("", "new kubeconfig"));
  }

  tests::support::TemporaryFolder scratch_;
  fs::path folder_ = scratch_.path() / "pki";
  SystemFiles files_;
};

TEST_F(TransactionTest, PlacesAllWithTheirModesWhateverTheUmask) {
  const mode_t old = ::umask(0777);
  const auto changed = change_files(files_, folder_, three_files());
  ::umask(old);
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_TRUE(is_new());
  EXPECT_EQ(mode_of(folder_ / "a-key.pem"), 0600U);
  EXPECT_EQ(mode_of(folder_ / "a.pem"), 0644U);
  EXPECT_EQ(mode_of(folder_ / "b.kubeconfig"), 0600U);
  EXPECT_EQ(state_of(folder_).size(), 3U) << "something was left behind";
}

TEST_F(TransactionTest, NothingToDoTouchesNothing) {
  const auto before = state_of(folder_);
  EXPECT_TRUE(change_files(files_, folder_, {}));
  EXPECT_TRUE(finish_transaction(files_, folder_));
  EXPECT_EQ(state_of(folder_), before);
}

TEST_F(TransactionTest, ReplacesNothingThatItShallCreate) {
  put(folder_ / "b.kubeconfig", "theirs");
  const auto before = state_of(folder_);
  const auto refused = change_files(files_, folder_, three_files());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            (folder_ / "b.kubeconfig").string() + " exists and is left as it is; move it away first");
  EXPECT_EQ(state_of(folder_), before);
}

// The heart of it: every single call fails once, and the machine goes down at every single call.
TEST_F(TransactionTest, AFailureAnywhereLeavesAllOldOrAllNew) {
  for (const auto kind : {FailureKind::kOnce, FailureKind::kForEver}) {
    int failures = 0;
    for (int n = 1;; ++n) {
      reset();
      FailingFiles failing(n, kind);
      const auto changed = change_files(failing, folder_, three_files());
      if (!failing.has_failed()) {
        EXPECT_TRUE(changed);
        EXPECT_TRUE(is_new());
        break;
      }
      ++failures;
      EXPECT_FALSE(changed) << n;
      EXPECT_THAT(changed.error().message, HasSubstr("No space left on device"));
      expect_no_half();
      const bool committed = has_committed_transaction(folder_);
      ASSERT_TRUE(finish_transaction(files_, folder_)) << n;
      // What was decided is carried out; what was not has never been. After the last file only the remains are left.
      EXPECT_TRUE(committed ? is_new() : is_old() || is_new()) << n;
      EXPECT_EQ(state_of(folder_).size(), is_new() ? 3U : 2U) << n;
      EXPECT_TRUE(change_files(files_, folder_, {})) << n;
    }
    EXPECT_GT(failures, 15);
  }
}

TEST_F(TransactionTest, FinishingCanBeInterruptedTooAsOftenAsItLikes) {
  for (int n = 1;; ++n) {
    reset();
    // Committed, and nothing placed yet.
    fs::create_directory(folder_ / ".committed");
    put(folder_ / ".committed" / "replace-a-key.pem", "new key");
    put(folder_ / ".committed" / "replace-a.pem", "new certificate");
    put(folder_ / ".committed" / "create-b.kubeconfig", "new kubeconfig");
    FailingFiles failing(n, FailureKind::kForEver);
    const auto finished = finish_transaction(failing, folder_);
    expect_no_half();
    ASSERT_TRUE(finish_transaction(files_, folder_)) << n;
    EXPECT_TRUE(is_new());
    EXPECT_EQ(state_of(folder_).size(), 3U);
    if (finished) break;
  }
}

TEST_F(TransactionTest, ThrowsAwayWhatWasNeverDecided) {
  fs::create_directory(folder_ / ".pending");
  put(folder_ / ".pending" / "replace-a.pem", "half a certif");
  EXPECT_TRUE(finish_transaction(files_, folder_));
  EXPECT_TRUE(is_old());
  EXPECT_EQ(state_of(folder_).size(), 2U);
}

TEST_F(TransactionTest, LeavesWhatSomebodyElsePutThere) {
  fs::create_directory(folder_ / ".committed");
  put(folder_ / ".committed" / "note.txt", "");
  EXPECT_THAT(finish_transaction(files_, folder_).error().message, HasSubstr("note.txt was put there by nobody of us"));
  fs::remove(folder_ / ".committed" / "note.txt");
  put(folder_ / ".committed" / "create-a.pem", "new certificate");
  EXPECT_THAT(finish_transaction(files_, folder_).error().message, HasSubstr("a.pem exists and is left as it is"));
  EXPECT_TRUE(is_old());
}

// A successor that takes its place: one file is replaced and the one that held it goes, wherever a run ends.
TEST_F(TransactionTest, WhatIsReplacedAndWhatGoesChangeTogetherWhereverARunEnds) {
  const auto files = [] {
    std::vector<NewFile> all;
    all.push_back({"a-key.pem", crypto::SecretText("next key"), kKeyMode, Placing::kReplace});
    all.push_back({"a-next-key.pem", {}, kKeyMode, Placing::kRemove});
    return all;
  };
  bool failed = true;
  for (int at = 1; failed; ++at) {
    reset();
    put(folder_ / "a-next-key.pem", "next key");
    FailingFiles failing(at, FailureKind::kForEver);
    const auto changed = change_files(failing, folder_, files());
    failed = failing.has_failed();
    EXPECT_EQ(changed.has_value(), !failed);
    ASSERT_TRUE(finish_transaction(files_, folder_));
    const bool before = content_of(folder_ / "a-key.pem") == "old key" && fs::exists(folder_ / "a-next-key.pem");
    const bool behind = content_of(folder_ / "a-key.pem") == "next key" && !fs::exists(folder_ / "a-next-key.pem");
    EXPECT_TRUE(failed ? before || behind : behind) << at;
    EXPECT_EQ(state_of(folder_).size(), before ? 3U : 2U) << at;
  }
  EXPECT_TRUE(change_files(files_, folder_, files())) << "what is gone already is no error";
}

TEST_F(TransactionTest, WhatIsStagedGoesOnceThePlacesAreOnTheDisk) {
  RecordedFiles recorded;
  ASSERT_TRUE(change_files(recorded, folder_, three_files()));
  const auto at = [&](const char* what) { return std::find(recorded.done.begin(), recorded.done.end(), what); };
  const auto linked = at("link b.kubeconfig");
  const auto synced = std::find(linked, recorded.done.end(), "sync folder pki");
  EXPECT_LT(at("rename .committed"), std::find(at("rename .committed"), recorded.done.end(), "sync folder pki"));
  EXPECT_LT(at("rename a.pem"), synced);
  ASSERT_NE(synced, recorded.done.end());
  EXPECT_LT(synced, at("remove create-b.kubeconfig"));
  EXPECT_NE(at("remove create-b.kubeconfig"), recorded.done.end());
}

// A file system that wrote the new name of a renamed file, and not yet that the old one has gone.
TEST_F(TransactionTest, FinishesWhatHasBothItsNames) {
  fs::create_directory(folder_ / ".committed");
  fs::create_hard_link(folder_ / "a.pem", folder_ / ".committed" / "replace-a.pem");
  ASSERT_TRUE(finish_transaction(files_, folder_));
  EXPECT_EQ(state_of(folder_).size(), 2U);
}

TEST_F(TransactionTest, NeedsNoHardLinks) {
  for (int n = 1;; ++n) {
    reset();
    LinklessFiles linkless(n);
    const auto changed = change_files(linkless, folder_, three_files());
    if (!linkless.has_failed()) {
      EXPECT_TRUE(changed) << changed.error().message;
      EXPECT_TRUE(is_new());
      break;
    }
    LinklessFiles restarted;
    ASSERT_TRUE(finish_transaction(restarted, folder_)) << n;
    EXPECT_TRUE(is_old() || is_new()) << n;
  }
  put(folder_ / "c.pem", "theirs");
  fs::create_directory(folder_ / ".committed");
  put(folder_ / ".committed" / "create-c.pem", "ours");
  LinklessFiles linkless;
  EXPECT_THAT(finish_transaction(linkless, folder_).error().message, HasSubstr("c.pem exists and is left as it is"));
}

TEST_F(TransactionTest, ReplacesNoSymbolicLink) {
  fs::rename(folder_ / "a-key.pem", scratch_.path() / "elsewhere");
  fs::create_symlink(scratch_.path() / "elsewhere", folder_ / "a-key.pem");
  const auto before = state_of(folder_);
  const auto refused = change_files(files_, folder_, three_files());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("a-key.pem is a symbolic link, and only the link would be replaced"));
  EXPECT_EQ(state_of(folder_), before);
}

}  // namespace
}  // namespace pki::output
