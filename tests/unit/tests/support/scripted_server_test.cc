#include "tests/support/scripted_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <future>

#include "tests/support/at_once.h"
#include "tests/support/tcp.h"

namespace tests::support {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kPatternSize = 20'000'003;

int error_of_connect(const base::SocketAddress& address) {
  try {
    const auto socket = connect_to(address);
  } catch (const SocketError& error) {
    return error.error();
  }
  return 0;
}

TEST(ScriptedServer, EchoesUntilTheClientEnds) {
  const EchoServer server;
  const auto socket = connect_to(server.address());
  send_all(socket, "hello");
  EXPECT_EQ(recv_exactly(socket, 5), "hello");
  send_all(socket, "end");
  half_close(socket);
  EXPECT_EQ(recv_all(socket), "end");
}

TEST(ScriptedServer, TellsItsName) {
  const NamingServer server("api-0");
  EXPECT_EQ(recv_all(connect_to(server.address())), "api-0");
  EXPECT_EQ(server.accepted(), 1U);
}

TEST(ScriptedServer, RefusesWhileItDoesNotListenAndComesBackOnTheSamePort) {
  EchoServer server;
  const auto open = connect_to(server.address());
  send_all(open, "a");
  EXPECT_EQ(recv_exactly(open, 1), "a");
  server.stop_listening();
  EXPECT_EQ(error_of_connect(server.address()), ECONNREFUSED);
  send_all(open, "b");
  EXPECT_EQ(recv_exactly(open, 1), "b");
  server.start_listening();
  const auto again = connect_to(server.address());
  send_all(again, "c");
  EXPECT_EQ(recv_exactly(again, 1), "c");
}

TEST(ScriptedServer, KeepsWhatAScriptThrows) {
  ScriptedServer server([](const base::UniqueFd& socket) {
    send_all(socket, "x");
    throw std::runtime_error("as planned");
  });
  EXPECT_EQ(recv_all(connect_to(server.address())), "x");
  server.stop_listening();
  while (server.errors().empty()) std::this_thread::yield();  // the thread ends a moment after its socket
  EXPECT_THAT(server.errors(), testing::ElementsAre("as planned"));
}

TEST(ScriptedServer, TellsAResetFromAnEnd) {
  const ScriptedServer server([](base::UniqueFd socket) {
    (void)recv_exactly(socket, 1);
    reset(std::move(socket));
  });
  const auto socket = connect_to(server.address());
  send_all(socket, "x");
  try {
    (void)recv_all(socket);
    FAIL() << "the stream ended in good order";
  } catch (const SocketError& error) {
    EXPECT_EQ(error.error(), ECONNRESET);
  }
}

TEST(ScriptedServer, MissesADeadlineLoudly) {
  std::promise<void> end;
  const auto ended = end.get_future().share();
  const ScriptedServer server([ended](const base::UniqueFd&) { ended.wait(); });
  const auto socket = connect_to(server.address());
  EXPECT_THROW((void)recv_exactly(socket, 1, milliseconds{10}), SocketError);
  end.set_value();
}

TEST(ScriptedServer, CarriesAPatternAndNoticesAWrongByte) {
  const BytePattern pattern(42);
  const EchoServer server;
  const auto socket = connect_to(server.address());
  std::jthread sender([&] {
    send_pattern(socket, pattern, 0, kPatternSize);
    half_close(socket);
  });
  EXPECT_EQ(recv_pattern(socket, pattern), kPatternSize);

  const auto other = connect_to(server.address());
  send_pattern(other, BytePattern(43), 0, 100);
  half_close(other);
  EXPECT_THROW((void)recv_pattern(other, pattern), std::runtime_error);
}

TEST(ScriptedServer, ServesManyAtOnce) {
  const EchoServer server;
  at_once(64, [&server](int client) {
    for (int i = 0; i < 20; ++i) {
      const auto socket = connect_to(server.address());
      const std::string text = std::to_string(client * 1000 + i);
      send_all(socket, text);
      half_close(socket);
      EXPECT_EQ(recv_all(socket), text);
    }
  });
  EXPECT_EQ(server.accepted(), 64U * 20U);
}

}  // namespace
}  // namespace tests::support
