#include "lb/net/stream.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <functional>
#include <string>
#include <vector>

#include "tests/unit/lb/net/loop_fixture.h"

namespace lb::net {
namespace {

using Outcome = Stream::Outcome;

class StreamTest : public LoopTest, public Stream::Handler {
 protected:
  void open_pair() {
    pair_ = connected_pair();
    ASSERT_TRUE(stream_.open(loop_, std::move(pair_.near), *this, Stream::State::kConnected));
  }
  Stream::Result read(std::size_t most = 4096) { return stream_.read(std::span(room_).first(most)); }
  [[nodiscard]] std::string text(std::size_t size) const { return {reinterpret_cast<const char*>(room_.data()), size}; }
  bool run_until_readable() {
    return run_until([this] { return stream_.readable(); });
  }

  TcpPair pair_;
  Stream stream_;
  std::function<void()> when_ready_;
  int calls_ = 0;

 private:
  // As a session does: what it wants to do, then rearm.
  void on_ready(Stream& stream) noexcept override {
    ++calls_;
    if (when_ready_) when_ready_();
    stream.rearm();
  }

  std::array<std::byte, 4096> room_{};
};

TEST_F(StreamTest, HasRoomAtOnceAndIsReadableWhenBytesCome) {
  open_pair();
  EXPECT_TRUE(stream_.writable());
  EXPECT_FALSE(stream_.readable());
  send_text(pair_.far.get(), "hello");
  ASSERT_TRUE(run_until_readable());
  const auto result = read();
  EXPECT_EQ(result.outcome, Outcome::kMoved);
  EXPECT_EQ(text(result.count), "hello");
  EXPECT_EQ(read().outcome, Outcome::kBlocked);
  EXPECT_FALSE(stream_.readable());
}

TEST_F(StreamTest, IsReadableAgainAfterEveryShortRead) {
  open_pair();
  for (const std::string word : {"one", "two", "three"}) {
    send_text(pair_.far.get(), word);
    ASSERT_TRUE(run_until_readable());
    EXPECT_EQ(text(read().count), word);
    while (stream_.readable()) EXPECT_EQ(read().outcome, Outcome::kBlocked);
    stream_.rearm();
  }
}

TEST_F(StreamTest, StaysReadableWhileMoreThanTheReadersRoomWaits) {
  open_pair();
  send_text(pair_.far.get(), "abcdef");
  ASSERT_TRUE(run_until_readable());
  EXPECT_EQ(text(read(4).count), "abcd");
  ASSERT_TRUE(stream_.readable());
  EXPECT_EQ(text(read(4).count), "ef");
}

TEST_F(StreamTest, NoticesTheEndThatCameWithTheBytes) {
  open_pair();
  send_text(pair_.far.get(), "bye");
  ASSERT_EQ(::shutdown(pair_.far.get(), SHUT_WR), 0);
  ASSERT_TRUE(await_events(stream_.fd(), POLLRDHUP));
  ASSERT_TRUE(run_until_readable());
  EXPECT_EQ(read().count, 3U);
  stream_.rearm();
  ASSERT_TRUE(run_until_readable());
  EXPECT_EQ(read().outcome, Outcome::kEnded);
  EXPECT_FALSE(stream_.readable());
}

TEST_F(StreamTest, NoticesTheEndThatComesAfterAShortRead) {
  open_pair();
  send_text(pair_.far.get(), "bye");
  ASSERT_TRUE(run_until_readable());
  EXPECT_EQ(read().count, 3U);
  while (stream_.readable()) EXPECT_EQ(read().outcome, Outcome::kBlocked);
  stream_.rearm();
  ASSERT_EQ(::shutdown(pair_.far.get(), SHUT_WR), 0);
  ASSERT_TRUE(run_until_readable());
  EXPECT_EQ(read().outcome, Outcome::kEnded);
}

TEST_F(StreamTest, NoticesTheResetThatCameWithTheBytes) {
  open_pair();
  send_text(pair_.far.get(), "bye");
  reset_connection(std::move(pair_.far));
  ASSERT_TRUE(await_events(stream_.fd(), POLLRDHUP));
  ASSERT_TRUE(run_until_readable());
  EXPECT_EQ(read().count, 3U);
  EXPECT_EQ(stream_.unsure(), loop_.tells_ends());
  stream_.expect_bytes();
  EXPECT_FALSE(stream_.unsure());
  stream_.rearm();
  ASSERT_TRUE(run_until_readable());
  const auto result = read();
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.error, ECONNRESET);
}

TEST_F(StreamTest, AsksForAnErrorOnlyWhereThereMayBeOne) {
  open_pair();
  reset_connection(std::move(pair_.far));
  ASSERT_TRUE(run_until_readable());
  stream_.rearm();
  if (loop_.tells_ends()) {
    EXPECT_EQ(stream_.take_error(), 0);  // bytes may have come: reading will tell
    stream_.yield();                     // an event that tells nothing new
    run_ready();
  }
  EXPECT_EQ(stream_.take_error(), ECONNRESET);
}

TEST_F(StreamTest, NoticesTheResetThatComesAfterAShortRead) {
  open_pair();
  send_text(pair_.far.get(), "bye");
  ASSERT_TRUE(run_until_readable());
  EXPECT_EQ(read().count, 3U);
  while (stream_.readable()) EXPECT_EQ(read().outcome, Outcome::kBlocked);
  stream_.rearm();
  reset_connection(std::move(pair_.far));
  ASSERT_TRUE(run_until_readable());
  const auto result = read();
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.error, ECONNRESET);
}

TEST_F(StreamTest, WritesUntilThereIsNoRoomAndIsToldWhenThereIsAgain) {
  open_pair();
  const std::vector<std::byte> chunk(64 * 1024);
  std::size_t sent = 0;
  while (stream_.writable()) sent += stream_.write(chunk).count;
  EXPECT_GT(sent, 0U);
  EXPECT_EQ(stream_.write(chunk).outcome, Outcome::kBlocked);
  stream_.rearm();
  run_ready();
  EXPECT_FALSE(stream_.writable());
  for (std::size_t received = 0; received < sent;) received += receive_text(pair_.far.get()).size();
  EXPECT_TRUE(run_until([this] { return stream_.writable(); }));
  EXPECT_EQ(stream_.write(std::span(chunk).first(1)).count, 1U);
}

TEST_F(StreamTest, WriteToAPeerThatIsGoneFailsWithoutASignal) {
  static_cast<void>(std::signal(SIGPIPE, SIG_DFL));
  open_pair();
  reset_connection(std::move(pair_.far));
  ASSERT_TRUE(await_events(stream_.fd(), POLLRDHUP));
  const std::array<std::byte, 1> byte{};
  EXPECT_EQ(stream_.write(byte).error, ECONNRESET);
  const auto again = stream_.write(byte);
  EXPECT_EQ(again.outcome, Outcome::kFailed);
  EXPECT_EQ(again.error, EPIPE);
}

TEST_F(StreamTest, DoesNotSpinOnReadinessThatIsKnown) {
  open_pair();
  send_text(pair_.far.get(), "unread");
  ASSERT_TRUE(run_until_readable());
  run_ready();
  const int before = calls_;
  run_ready();
  EXPECT_EQ(calls_, before);
}

TEST_F(StreamTest, DoesNotSpinOnAnEndThatWasRead) {
  open_pair();
  ASSERT_EQ(::shutdown(pair_.far.get(), SHUT_WR), 0);
  ASSERT_TRUE(run_until_readable());
  EXPECT_EQ(read().outcome, Outcome::kEnded);
  stream_.rearm();
  run_ready();
  const int before = calls_;
  run_ready();
  EXPECT_EQ(calls_, before);
  EXPECT_FALSE(stream_.readable());
}

TEST_F(StreamTest, YieldCallsTheHandlerOnceMore) {
  open_pair();
  run_ready();
  const int before = calls_;
  stream_.yield();
  ASSERT_TRUE(run_until([&] { return calls_ > before; }));
  run_ready();
  EXPECT_EQ(calls_, before + 1);
}

TEST_F(StreamTest, YieldInTheFirstRoundOfReadinessIsNotLost) {
  open_pair();
  run_ready();  // the room is known; what the loop still has to tell is the bytes
  int rounds = 0;
  when_ready_ = [&] {
    if (stream_.readable() && ++rounds < 5) stream_.yield();
  };
  send_text(pair_.far.get(), "as if this was much");
  EXPECT_TRUE(run_until([&] { return rounds == 5; }));
}

TEST_F(StreamTest, ResetIsSeenAsAReset) {
  open_pair();
  stream_.reset();
  EXPECT_FALSE(stream_.is_open());
  EXPECT_EQ(receive_text(pair_.far.get()), "errno " + std::to_string(ECONNRESET));
}

TEST_F(StreamTest, CloseIsSeenAsTheEndAndNothingIsToldAnyMore) {
  open_pair();
  run_ready();
  const int before = calls_;
  stream_.yield();
  stream_.close();
  stream_.close();
  EXPECT_EQ(receive_text(pair_.far.get()), "");
  run_ready();
  EXPECT_EQ(calls_, before);
  EXPECT_FALSE(stream_.readable() || stream_.writable());
}

TEST_F(StreamTest, ShutdownEndsOnlyOneDirection) {
  open_pair();
  stream_.shutdown_write();
  EXPECT_EQ(receive_text(pair_.far.get()), "");
  send_text(pair_.far.get(), "still here");
  ASSERT_TRUE(run_until_readable());
  EXPECT_EQ(text(read().count), "still here");
}

TEST_F(StreamTest, TellsRoomWhenTheConnectionStands) {
  const auto listening = open_listen_sockets(loopback(), 1);
  ASSERT_TRUE(listening);
  auto begun = begin_connect(local_address(listening->front().get()));
  ASSERT_TRUE(begun.fd);
  ASSERT_TRUE(stream_.open(loop_, std::move(begun.fd), *this, Stream::State::kConnecting));
  EXPECT_FALSE(stream_.writable());
  ASSERT_TRUE(run_until([this] { return stream_.writable(); }));
  EXPECT_EQ(stream_.take_error(), 0);
}

TEST_F(StreamTest, OpensAgainAfterItWasClosed) {
  open_pair();
  ASSERT_EQ(::shutdown(pair_.far.get(), SHUT_WR), 0);
  ASSERT_TRUE(run_until_readable());
  EXPECT_EQ(read().outcome, Outcome::kEnded);
  stream_.close();
  open_pair();
  EXPECT_FALSE(stream_.readable());
  send_text(pair_.far.get(), "new");
  ASSERT_TRUE(run_until_readable());
  EXPECT_EQ(read().count, 3U);
}

#if defined(__linux__) && !defined(KEEPSTATE_PORTABLE)
TEST_F(StreamTest, RefusesADescriptorThatTheLoopCannotWatch) {
  base::UniqueFd file(::open(KEEPSTATE_SOURCE_DIR "/CMakeLists.txt", O_RDONLY | O_CLOEXEC));  // epoll_ctl(2): EPERM
  ASSERT_TRUE(file);
  EXPECT_FALSE(stream_.open(loop_, std::move(file), *this, Stream::State::kConnected));
  EXPECT_FALSE(stream_.is_open());
}
#endif

}  // namespace
}  // namespace lb::net
