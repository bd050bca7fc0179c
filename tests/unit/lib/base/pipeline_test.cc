#include "lib/base/pipeline.h"

#include <gmock/gmock.h>

#include <csignal>

namespace base {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

Result<PipelineOutput> shells(const std::string& from, const std::string& to, milliseconds timeout = seconds{60}) {
  return run_pipeline({"sh", "-c", from}, {"sh", "-c", to}, {}, timeout);
}

TEST(Pipeline, GivesTheFirstOnesOutputToTheSecond) {
  const auto output = shells("printf 'a b'; echo warned >&2", "cat; echo heard >&2");
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_TRUE(output->from.ok());
  EXPECT_TRUE(output->to.status.ok());
  EXPECT_EQ(output->to.out, "a b");
  EXPECT_EQ(output->to.err, "heard\n");
  EXPECT_EQ(output->from_err, "warned\n");
}

TEST(Pipeline, PassesMoreThanAPipeHolds) {
  const auto output = shells("yes | head -c 1000000", "wc -c");
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_THAT(output->to.out, HasSubstr("1000000"));
}

TEST(Pipeline, TellsHowEachEnded) {
  const auto output = shells("exit 3", "cat >/dev/null; exit 4");
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_EQ(output->from.value, 3);
  EXPECT_EQ(output->to.status.value, 4);
}

TEST(Pipeline, EndsTheFirstWhenTheSecondHasGone) {
  const auto output = run_pipeline({"yes"}, {"true"}, {}, seconds{60});
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_EQ(output->from, (ExitStatus{ExitStatus::Kind::kKilled, SIGPIPE}));
  EXPECT_TRUE(output->to.status.ok());
}

TEST(Pipeline, KillsBothAfterTheTimeout) {
  const auto output = shells("exec sleep 600", "exec cat", milliseconds{50});
  ASSERT_FALSE(output);
  EXPECT_THAT(output.error().message, HasSubstr("was killed"));
}

TEST(Pipeline, NamesAProgramThatIsMissing) {
  EXPECT_THAT(run_pipeline({"keepstate-no-such"}, {"cat"}, {}, seconds{60}).error().message,
              HasSubstr("'keepstate-no-such'"));
  EXPECT_THAT(run_pipeline({"yes"}, {"keepstate-no-such"}, {}, seconds{60}).error().message,
              HasSubstr("'keepstate-no-such'"));
}

}  // namespace
}  // namespace base
