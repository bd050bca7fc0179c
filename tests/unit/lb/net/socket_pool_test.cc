#include "lb/net/socket_pool.h"

#include <functional>
#include <optional>
#include <string>

#include "tests/unit/lb/net/descriptor_shortage.h"
#include "tests/unit/lb/net/loop_fixture.h"

namespace lb::net {
namespace {

const bool kReuses = SocketPool::supported();

class SocketPoolTest : public LoopTest, public Stream::Handler {
 protected:
  void on_ready(Stream& stream) noexcept override {
    ++events_;
    stream.rearm();
  }

  // A connection that stands: ours from the pool, and the server's end.
  struct Connection {
    SocketPool::Lent ours;
    base::UniqueFd theirs;
    bool used_before = false;
  };
  Connection connect() {
    auto begun = pool_.connect(address_, *this, SocketPool::First::kUnknown);
    EXPECT_EQ(begun.error, 0);
    const Stream& stream = *begun.stream;
    EXPECT_TRUE(run_until([&] { return stream.writable(); }));
    EXPECT_EQ(begun.stream->take_error(), 0);
    Connection connection{std::move(begun.stream), {}, begun.used_before};
    connection.theirs.reset(::accept(listening_.get(), nullptr, nullptr));
    return connection;
  }
  // Until the end; the text before it.
  std::string read_to_end(Stream& stream) {
    std::string text;
    std::array<std::byte, 4096> room{};
    while (true) {
      if (!run_until([&] { return stream.readable(); })) return text + " (no end)";
      const auto got = stream.read(room);
      if (got.outcome == Stream::Outcome::kEnded || got.outcome == Stream::Outcome::kFailed) return text;
      text.append(reinterpret_cast<const char*>(room.data()), got.count);
      stream.rearm();
    }
  }
  // Both sides end, ours first: the server has seen it all, and so have we.
  void end_cleanly(Connection& connection) {
    connection.ours->shutdown_write();
    EXPECT_EQ(receive_text(connection.theirs.get()), "");
    connection.theirs.reset();
    EXPECT_EQ(read_to_end(*connection.ours), "");
  }

  base::UniqueFd listening_ = [] {
    base::UniqueFd fd = std::move(open_listen_sockets(loopback(), 1)->front());
    ::fcntl(fd.get(), F_SETFL, 0);  // accept() waits
    return fd;
  }();
  base::SocketAddress address_ = local_address(listening_.get());
  SocketPool pool_{loop_, 2};
  int events_ = 0;
};

TEST_F(SocketPoolTest, GivesASocketThatEndedCleanlyOutAgain) {
  Connection first = connect();
  EXPECT_FALSE(first.used_before);
  const int fd = first.ours->fd();
  end_cleanly(first);
  pool_.give_back(std::move(first.ours));
  EXPECT_EQ(pool_.kept(), kReuses ? 1U : 0U);
  run_ready();  // what the loop had to tell of the old connection is told now

  Connection second = connect();
  EXPECT_EQ(second.used_before, kReuses);
  if (kReuses) {
    EXPECT_EQ(second.ours->fd(), fd);
  }
  send_text(second.theirs.get(), "hello");
  second.theirs.reset();
  EXPECT_EQ(read_to_end(*second.ours), "hello");
}

TEST_F(SocketPoolTest, TheNextSessionSeesNothingOfTheOneBefore) {
  for (int round = 0; round < 20; ++round) {
    Connection connection = connect();
    const std::string word = "round " + std::to_string(round);
    send_text(connection.theirs.get(), word);
    ASSERT_EQ(::shutdown(connection.theirs.get(), SHUT_WR), 0);
    ASSERT_EQ(read_to_end(*connection.ours), word);
    connection.ours->shutdown_write();
    ASSERT_EQ(receive_text(connection.theirs.get()), "");
    pool_.give_back(std::move(connection.ours));
  }
}

TEST_F(SocketPoolTest, DoesNotTakeTheOldConnectionsNewsForTheNewOnes) {
  if (!kReuses) return;  // nothing is kept, so nothing old can be told
  Connection first = connect();
  end_cleanly(first);
  pool_.give_back(std::move(first.ours));
  // Nobody answers at the next address: a socket that is told "room to write" now is told a lie.
  const base::SocketAddress full = address_;
  ASSERT_EQ(::listen(listening_.get(), 0), 0);
  std::vector<base::UniqueFd> queued;
  for (int i = 0; i < 8; ++i) {
    queued.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    static_cast<void>(::connect(queued.back().get(), full.data(), full.size()));
  }
  // In the middle of the loop's round, while the kept socket's old news wait in it.
  std::optional<SocketPool::Begun> second;
  Timer now(loop_, [&] { second = pool_.connect(full, *this, SocketPool::First::kUnknown); });
  now.start(std::chrono::milliseconds{0});
  run_ready();
  ASSERT_TRUE(second && second->stream);
  EXPECT_FALSE(second->stream->writable());
  EXPECT_FALSE(second->stream->readable());
}

TEST_F(SocketPoolTest, KeepsNoneThatStillHasSomethingToDeliver) {
  Connection connection = connect();
  connection.theirs.reset();  // they end first, and what we send now is not wanted any more
  EXPECT_EQ(read_to_end(*connection.ours), "");
  // Our own end was not sent: the connection is in CLOSE-WAIT.
  pool_.give_back(std::move(connection.ours));
  EXPECT_EQ(pool_.kept(), 0U);
}

TEST_F(SocketPoolTest, KeepsNoneAfterAReset) {
  Connection connection = connect();
  reset_connection(std::move(connection.theirs));
  EXPECT_EQ(read_to_end(*connection.ours), "");
  pool_.give_back(std::move(connection.ours));
  EXPECT_EQ(pool_.kept(), 0U);
}

TEST_F(SocketPoolTest, KeepsNoMoreThanItMay) {
  std::vector<Connection> connections;
  for (int i = 0; i < 4; ++i) connections.push_back(connect());
  for (auto& connection : connections) {
    end_cleanly(connection);
    pool_.give_back(std::move(connection.ours));
  }
  EXPECT_EQ(pool_.kept(), kReuses ? 2U : 0U);
  EXPECT_EQ(pool_.close_kept(), kReuses);
  EXPECT_EQ(pool_.kept(), 0U);
  EXPECT_FALSE(pool_.close_kept());
}

TEST_F(SocketPoolTest, ASocketOfTheOtherFamilyIsNotUsed) {
  Connection first = connect();
  end_cleanly(first);
  pool_.give_back(std::move(first.ours));
  run_ready();
  const auto begun = pool_.connect(*base::SocketAddress::parse("[::1]:9"), *this, SocketPool::First::kUnknown);
  EXPECT_FALSE(begun.used_before);
  EXPECT_EQ(pool_.kept(), kReuses ? 1U : 0U);
}

TEST_F(SocketPoolTest, GivesUpWhatItKeepsWhenDescriptorsRunOut) {
  Connection first = connect();
  end_cleanly(first);
  pool_.give_back(std::move(first.ours));
  const DescriptorShortage shortage;
  const auto begun = pool_.connect(*base::SocketAddress::parse("[::1]:9"), *this, SocketPool::First::kUnknown);
  EXPECT_EQ(begun.error == EMFILE, !kReuses);
  EXPECT_EQ(pool_.kept(), 0U);
}

}  // namespace
}  // namespace lb::net
