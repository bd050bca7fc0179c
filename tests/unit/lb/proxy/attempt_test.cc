#include "lb/proxy/attempt.h"

#include "tests/unit/lb/proxy/hello_bytes.h"
#include "tests/unit/lb/proxy/session_fixture.h"

namespace lb::proxy {
namespace {

using Stage = Attempt::Stage;

// A connection that stands, and the server's end of it.
class AttemptTest : public testing::Test, private net::Stream::Handler {
 protected:
  AttemptTest() {
    attempt_.stream = sockets_.connect(support::local_address(server_), *this, net::SocketPool::First::kUnknown).stream;
    peer_ = base::UniqueFd(::accept(server_.get(), nullptr, nullptr));
    turn_until(loop_, [this] { return attempt_.stream->writable(); });
    attempt_.stage = Stage::kStands;
  }
  void say(const std::string& bytes) {
    ASSERT_EQ(::write(peer_.get(), bytes.data(), bytes.size()), bytes.size());
    turn_until(loop_, [this] { return attempt_.stream->readable(); });
  }

  net::EventLoop loop_;
  net::SocketPool sockets_{loop_, 0};
  base::UniqueFd server_ = support::listen_on(*base::SocketAddress::parse("127.0.0.1:0"));
  Attempt attempt_;
  base::UniqueFd peer_;

 private:
  void on_ready(net::Stream&) noexcept override {}
};

TEST_F(AttemptTest, TellsWhatWasNotToldYet) {
  const std::string words = "hello";
  EXPECT_TRUE(attempt_.tell(std::as_bytes(std::span(words)).first(2)));
  EXPECT_TRUE(attempt_.tell(std::as_bytes(std::span(words))));
  EXPECT_EQ(attempt_.told, 5U);
  EXPECT_EQ(support::recv_exactly(peer_, 5), "hello");
}

TEST_F(AttemptTest, KnowsAnAnswerAndLeavesItThere) {
  attempt_.listen();
  EXPECT_EQ(attempt_.stage, Stage::kStands);  // nothing was said
  say(kServerHello);
  attempt_.listen();
  EXPECT_EQ(attempt_.stage, Stage::kAnswered);
  EXPECT_FALSE(attempt_.open());
  std::array<std::byte, 3> first{};
  EXPECT_EQ(attempt_.stream->read(first).count, 3U);
  EXPECT_EQ(first[0], std::byte{0x16});
}

TEST_F(AttemptTest, IsUnfitWhenItSaysWhatIsNoTlsOrEnds) {
  say("HTTP/1.1 400 Bad Request");
  attempt_.listen();
  EXPECT_EQ(attempt_.stage, Stage::kUnfit);
}

TEST_F(AttemptTest, IsUnfitWhenItEndsWithoutAWord) {
  peer_.reset();
  turn_until(loop_, [this] { return attempt_.stream->readable(); });
  attempt_.listen();
  EXPECT_EQ(attempt_.stage, Stage::kUnfit);
}

TEST_F(AttemptTest, IsBrokenByAReset) {
  support::reset(std::move(peer_));
  turn_until(loop_, [this] { return attempt_.stream->readable(); });
  attempt_.listen();
  EXPECT_EQ(attempt_.stage, Stage::kBroken);
  EXPECT_FALSE(attempt_.tell(std::as_bytes(std::span(kServerHello))));
}

}  // namespace
}  // namespace lb::proxy
