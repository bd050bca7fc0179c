#include "lb/net/pipe_pool.h"

#include <cerrno>
#include <string>
#include <vector>

#include "tests/unit/lb/net/descriptor_shortage.h"
#include "tests/unit/lb/net/loop_fixture.h"

namespace lb::net {
namespace {

#if defined(__linux__) && !defined(KEEPSTATE_PORTABLE)

class PipePoolTest : public LoopTest, public Stream::Handler {
 protected:
  PipePoolTest() {
    EXPECT_TRUE(from_.open(loop_, std::move(source_.near), *this, Stream::State::kConnected));
    EXPECT_TRUE(to_.open(loop_, std::move(sink_.near), *this, Stream::State::kConnected));
  }
  void on_ready(Stream&) noexcept override {}
  void offer(std::string_view text) {
    send_text(source_.far.get(), text);
    ASSERT_TRUE(await_events(from_.fd(), POLLIN));
  }

  TcpPair source_ = connected_pair();
  TcpPair sink_ = connected_pair();
  Stream from_;
  Stream to_;
  PipeCounts counts_;
  PipePool pool_{2, counts_};
};

TEST_F(PipePoolTest, BytesGoThroughUnchanged) {
  ASSERT_TRUE(PipePool::supported());
  auto pipe = pool_.lend();
  ASSERT_TRUE(pipe);
  offer("through the pipe");
  EXPECT_EQ(pipe->fill_from(from_, 7).count, 7U);
  EXPECT_EQ(pipe->size(), 7U);
  EXPECT_EQ(pipe->fill_from(from_, 4096).count, 9U);
  const auto moved = pipe->drain_to(to_);
  EXPECT_EQ(moved.outcome, Stream::Outcome::kMoved);
  EXPECT_EQ(moved.count, 16U);
  EXPECT_EQ(counts_.spliced_bytes.value(), 16U);
  EXPECT_EQ(pipe->size(), 0U);
  EXPECT_EQ(receive_text(sink_.far.get()), "through the pipe");
}

TEST_F(PipePoolTest, TellsTheStreamWhatTheKernelSaid) {
  auto pipe = pool_.lend();
  ASSERT_TRUE(run_until([&] { return to_.writable(); }));
  offer("x");
  ASSERT_TRUE(run_until([&] { return from_.readable(); }));
  EXPECT_EQ(pipe->fill_from(from_, 4096).outcome, Stream::Outcome::kMoved);
  EXPECT_EQ(pipe->fill_from(from_, 4096).outcome, Stream::Outcome::kBlocked);
  EXPECT_FALSE(from_.readable());
  EXPECT_TRUE(to_.writable());
}

TEST_F(PipePoolTest, TellsTheEndOfTheSource) {
  auto pipe = pool_.lend();
  source_.far.reset();
  ASSERT_TRUE(await_events(from_.fd(), POLLIN));
  EXPECT_EQ(pipe->fill_from(from_, 4096).outcome, Stream::Outcome::kEnded);
  EXPECT_FALSE(from_.readable());
}

TEST_F(PipePoolTest, TellsTheResetOfTheSource) {
  auto pipe = pool_.lend();
  reset_connection(std::move(source_.far));
  ASSERT_TRUE(await_events(from_.fd(), POLLIN));
  const auto result = pipe->fill_from(from_, 4096);
  EXPECT_EQ(result.outcome, Stream::Outcome::kFailed);
  EXPECT_EQ(result.error, ECONNRESET);
}

TEST_F(PipePoolTest, TellsTheResetOfTheSink) {
  auto pipe = pool_.lend();
  offer("lost");
  EXPECT_EQ(pipe->fill_from(from_, 4096).count, 4U);
  reset_connection(std::move(sink_.far));
  ASSERT_TRUE(await_events(to_.fd(), POLLIN));
  const auto result = pipe->drain_to(to_);
  EXPECT_EQ(result.outcome, Stream::Outcome::kFailed);
  EXPECT_EQ(result.error, ECONNRESET);
  EXPECT_FALSE(to_.writable());
}

TEST_F(PipePoolTest, KeepsWhatTheSinkDidNotTake) {
  auto pipe = pool_.lend();
  const std::vector<std::byte> much(64 * 1024);
  while (to_.writable()) static_cast<void>(to_.write(much));
  offer("later");
  EXPECT_EQ(pipe->fill_from(from_, 4096).count, 5U);
  EXPECT_EQ(pipe->drain_to(to_).outcome, Stream::Outcome::kBlocked);
  EXPECT_EQ(pipe->size(), 5U);
}

TEST_F(PipePoolTest, LendsNoMoreThanItsCapacity) {
  auto first = pool_.lend();
  auto second = pool_.lend();
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(pool_.lend());
  const Pipe* const place = second.get();
  second.reset();
  auto third = pool_.lend();
  EXPECT_EQ(third.get(), place);  // the empty one, used again
  EXPECT_FALSE(pool_.lend());
}

TEST_F(PipePoolTest, DestroysAPipeThatStillHoldsBytes) {
  auto pipe = pool_.lend();
  auto other = pool_.lend();
  offer("never to be seen by another session");
  EXPECT_EQ(pipe->fill_from(from_, 4096).outcome, Stream::Outcome::kMoved);
  pipe.reset();
  auto fresh = pool_.lend();
  ASSERT_TRUE(fresh);  // its place in the count is free again
  EXPECT_FALSE(pool_.lend());
  offer("mine");
  EXPECT_EQ(fresh->fill_from(from_, 4096).count, 4U);
  EXPECT_EQ(fresh->drain_to(to_).count, 4U);
  EXPECT_EQ(receive_text(sink_.far.get()), "mine");
}

TEST_F(PipePoolTest, LendsNothingWhenNoPipeCanBeMade) {
  {
    const DescriptorShortage shortage;
    EXPECT_FALSE(pool_.lend());
  }
  EXPECT_TRUE(pool_.lend());  // the failure did not count as a pipe
}

TEST(PipePool, OfNoCapacityLendsNothing) {
  PipeCounts counts;
  PipePool none(0, counts);
  EXPECT_FALSE(none.lend());
}

#else

TEST(PipePool, LendsNothingWhereThereIsNoSplice) {
  PipeCounts counts;
  PipePool pool(4, counts);
  EXPECT_FALSE(PipePool::supported());
  EXPECT_FALSE(pool.lend());
}

#endif

}  // namespace
}  // namespace lb::net
