#include "pki/command/opened_pki.h"

#include <future>
#include <thread>

#include "pki/output/transaction.h"
#include "tests/unit/pki/command/command_fixture.h"
#include "tests/unit/pki/output/failing_files.h"

namespace pki::command {
namespace {

using testing::HasSubstr;

class OpenedPkiTest : public CommandFixture {
 protected:
  tl::expected<OpenedPki, base::ExitCode> open(Access access) {
    return open_pki({config_, folder_, {}}, access, "test", surroundings());
  }
  // Leaves an interrupted run's decided work.
  void interrupt() {
    std::filesystem::create_directory(folder_ / ".committed");
    tests::support::put(folder_ / ".committed" / "replace-admin.pem", content("admin.pem"));
  }
};

TEST_F(OpenedPkiTest, LocksOnlyForChanges) {
  make();
  const auto reader = open(Access::kRead);
  const auto writer = open(Access::kChange);
  ASSERT_TRUE(reader && writer) << err_.str();
  EXPECT_FALSE(reader->lock);
  EXPECT_TRUE(writer->lock);
  EXPECT_FALSE(open(Access::kMake)) << "locked";
  EXPECT_TRUE(open(Access::kRead));
}

TEST_F(OpenedPkiTest, WhoReadsMakesNoFolder) {
  EXPECT_TRUE(open(Access::kRead));
  EXPECT_FALSE(open(Access::kChange));
  EXPECT_FALSE(std::filesystem::exists(folder_));
  EXPECT_TRUE(open(Access::kMake));
  EXPECT_TRUE(std::filesystem::exists(folder_));
}

TEST_F(OpenedPkiTest, FinishesAnInterruptedRunWhoeverComes) {
  make();
  for (const auto access : {Access::kRead, Access::kChange}) {
    interrupt();
    EXPECT_TRUE(open(access)) << err_.str();
    EXPECT_FALSE(output::has_committed_transaction(folder_));
  }
}

TEST_F(OpenedPkiTest, AReaderWaitsForWhoeverPlacesFiles) {
  make();
  interrupt();
  auto lock = base::FolderLock::take(folder_, "process 7 (keepstate-pki renew)");
  ASSERT_TRUE(lock) << lock.error().message;
  std::promise<void> waiting;
  std::thread reader([&] {
    waiting.set_value();
    EXPECT_TRUE(open(Access::kRead)) << err_.str();
  });
  waiting.get_future().wait();
  EXPECT_TRUE(output::finish_transaction(system_files_, folder_));
  { const base::FolderLock gone = std::move(*lock); }
  reader.join();
}

TEST_F(OpenedPkiTest, SaysWhenItCannotFinish) {
  make();
  interrupt();
  output::FailingFiles failing(1, output::FailureKind::kForEver);
  files_ = &failing;
  EXPECT_FALSE(open(Access::kRead));
  EXPECT_THAT(err_.str(), HasSubstr("cannot finish what an interrupted run has begun: "));
}

TEST_F(OpenedPkiTest, OpensTheAuthorityOnlyWhereItIsThere) {
  make();
  auto pki = open(Access::kRead);
  EXPECT_TRUE(open_authority(*pki, {}, surroundings()));
  pki->contents.keys.erase("ca");
  EXPECT_THAT(open_authority(*pki, {}, surroundings()).error().message, HasSubstr("ca-key.pem is missing"));
}

}  // namespace
}  // namespace pki::command
