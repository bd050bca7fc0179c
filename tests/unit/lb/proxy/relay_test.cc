#include "lb/proxy/relay.h"

#include <gtest/gtest.h>

#include "tests/unit/lb/proxy/loop_steps.h"

namespace lb::proxy {
namespace {

// client ==(source)== relay ==(sink)== server
class RelayTest : public testing::Test, private net::Stream::Handler {
 protected:
  RelayTest() {
    auto [client, source] = socket_pair();
    auto [server, sink] = socket_pair();
    client_.reset(client.release());
    server_.reset(server.release());
    EXPECT_TRUE(source_.open(loop_, std::move(source), *this, net::Stream::State::kConnected));
    EXPECT_TRUE(sink_.open(loop_, std::move(sink), *this, net::Stream::State::kConnected));
  }

  void send(const std::string& bytes) const {
    ASSERT_EQ(::write(client_.get(), bytes.data(), bytes.size()), bytes.size());
  }

  net::EventLoop loop_;
  net::PipeCounts pipe_counts_;
  RelayResources resources_{4, pipe_counts_};
  net::Stream source_;
  net::Stream sink_;
  Relay relay_;
  Relay::Status status_ = Relay::Status::kOpen;
  base::UniqueFd client_;
  base::UniqueFd server_;

 private:
  void on_ready(net::Stream&) noexcept override {
    if (const auto now = relay_.pump(source_, sink_, resources_); now != Relay::Status::kOpen) status_ = now;
    source_.rearm();
    sink_.rearm();
  }
};

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

TEST_F(RelayTest, MovesBytesAndCountsThem) {
  send("hello");
  turn(loop_);
  EXPECT_EQ(take(server_.get()), "hello");
  EXPECT_EQ(relay_.bytes(), 5U);
  EXPECT_EQ(status_, Relay::Status::kOpen);
}

TEST_F(RelayTest, IsFinishedWhenTheLastByteIsPassedOnAndLeavesTheEndToTheSession) {
  send("bye");
  client_.reset();
  turn(loop_);
  EXPECT_EQ(take(server_.get()), "bye");
  char byte = 0;
  EXPECT_EQ(::read(server_.get(), &byte, 1), -1);  // nothing more yet
  EXPECT_EQ(status_, Relay::Status::kFinished);
  EXPECT_TRUE(relay_.over());
}

TEST_F(RelayTest, StopsReadingWhenTheSinkTakesNoMore) {
  // The client may push what the kernel holds for both sockets and one chunk of ours; then it has to wait.
  std::size_t pushed = 0;
  for (int i = 0; i < 200; ++i) {
    pushed += stuff(client_.get(), 64U << 20);
    turn(loop_);
  }
  std::size_t in_kernel = 0;
  socklen_t size = sizeof(int);
  for (const int fd : {client_.get(), sink_.fd()}) {
    int buffer = 0;
    ASSERT_EQ(::getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, &size), 0);
    in_kernel += 2 * static_cast<std::size_t>(buffer);
  }
  EXPECT_LT(pushed, in_kernel + 2 * RelayResources::kScratchSize);
  // And nothing of it is lost or out of order.
  std::size_t received = 0;
  while (received < pushed) {
    received += take(server_.get()).size();
    turn(loop_);
  }
  EXPECT_EQ(received, pushed);
}

TEST_F(RelayTest, NamesASinkThatIsGone) {
  server_.reset();
  send("into the void");
  turn(loop_);
  EXPECT_EQ(status_, Relay::Status::kSinkClosed);
}

TEST_F(RelayTest, DropsWhatItsSinkCannotTakeAnyMore) {
  relay_.abandon_sink();
  EXPECT_TRUE(relay_.over());
  send("dropped");
  turn(loop_);
  EXPECT_EQ(take(server_.get()), "");
  EXPECT_EQ(relay_.bytes(), 0U);
  EXPECT_FALSE(relay_.finished());
  client_.reset();
  turn(loop_);
  EXPECT_TRUE(relay_.finished());
}

TEST_F(RelayTest, GoesOnWhereItsBeginningLeftOff) {
  Relay relay;
  relay.begin_with({.bytes = bytes_of("hello"), .told = 2, .source_ended = false});
  EXPECT_EQ(relay.bytes(), 2U);
  send(" world");
  source_.expect_bytes();
  EXPECT_EQ(relay.pump(source_, sink_, resources_), Relay::Status::kOpen);
  EXPECT_EQ(take(server_.get()), "llo world");
  EXPECT_EQ(relay.bytes(), 11U);
}

TEST_F(RelayTest, KnowsAnEndThatCameFirst) {
  Relay relay;
  relay.begin_with({.bytes = bytes_of("bye"), .told = 0, .source_ended = true});
  EXPECT_EQ(relay.pump(source_, sink_, resources_), Relay::Status::kFinished);
  EXPECT_EQ(take(server_.get()), "bye");
}

TEST_F(RelayTest, AMegabyteIsBulk) {
  Relay relay;
  for (int i = 0; i < 15; ++i) relay.note_moved(64U << 10);
  EXPECT_FALSE(relay.bulk());
  relay.note_moved(64U << 10);
  EXPECT_EQ(relay.bulk(), net::PipePool::supported());
}

TEST_F(RelayTest, BulkEndsWithSmallPieces) {
  relay_.note_moved(1U << 20);
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(relay_.bulk(), net::PipePool::supported()) << i;
    stuff(client_.get(), 1000);
    turn_until(loop_, [&] { return !take(server_.get()).empty(); });
  }
  EXPECT_FALSE(relay_.bulk());
  relay_.note_moved((1U << 20) - 1);
  EXPECT_FALSE(relay_.bulk());
}

TEST_F(RelayTest, YieldsToOthersInAFlood) {
  // One call may not drain a source that is always full: the pump returns though there is more to read.
  int calls = 0;
  std::size_t moved = 0;
  while (moved < (32U << 20)) {
    stuff(client_.get(), 1U << 20);
    turn(loop_);
    moved += take(server_.get()).size();
    ASSERT_LT(++calls, 100'000);
  }
  EXPECT_EQ(status_, Relay::Status::kOpen);
}

}  // namespace
}  // namespace lb::proxy
