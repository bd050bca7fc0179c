#include "lib/base/folder_lock.h"

#include <gmock/gmock.h>

#include <future>
#include <optional>
#include <thread>

#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"

namespace base {
namespace {

using ::testing::HasSubstr;
using ::tests::support::state_of;

TEST(FolderLock, KeepsOthersOutAndNamesItsHolder) {
  const ::tests::support::TemporaryFolder folder;
  {
    const auto lock = FolderLock::take(folder.path(), "process 7 (keepstate-pki renew)");
    ASSERT_TRUE(lock) << lock.error().message;
    const auto second = FolderLock::take(folder.path(), "process 8");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().message, "process 7 (keepstate-pki renew) is at work in " + folder.path().string() +
                                          "; wait until it has ended, and run this again");
  }
  EXPECT_TRUE(state_of(folder.path()).empty()) << "the lock goes with its holder";
  EXPECT_TRUE(FolderLock::take(folder.path(), "process 8"));
}

TEST(FolderLock, IsTakenOverFromAKilledRun) {
  const ::tests::support::TemporaryFolder folder;
  ::tests::support::put(folder.path() / ".lock", "process 7 (keepstate-pki renew), which was killed\n");
  const auto lock = FolderLock::take(folder.path(), "process 8");
  ASSERT_TRUE(lock) << lock.error().message;
  EXPECT_EQ(::tests::support::content_of(folder.path() / ".lock"), "process 8\n");
}

TEST(FolderLock, AWaitIsRewarded) {
  const ::tests::support::TemporaryFolder folder;
  std::optional<FolderLock> first(std::move(*FolderLock::take(folder.path(), "first")));
  std::promise<void> waiting;
  std::thread other([&] {
    waiting.set_value();
    EXPECT_TRUE(FolderLock::take(folder.path(), "second", std::chrono::minutes(1)));
  });
  waiting.get_future().wait();
  first.reset();
  other.join();
}

TEST(FolderLock, MovesWithItsOwner) {
  const ::tests::support::TemporaryFolder folder;
  auto first = FolderLock::take(folder.path(), "first");
  const FolderLock second = std::move(*first);
  EXPECT_FALSE(FolderLock::take(folder.path(), "third"));
}

TEST(FolderLock, SaysWhyItCannot) {
  EXPECT_THAT(FolderLock::take("/nowhere", "x").error().message, HasSubstr("cannot lock /nowhere/.lock: No such file"));
}

}  // namespace
}  // namespace base
