// The bytes of a session, end to end over real sockets: exact, in both directions, whatever the two sides do.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <future>
#include <random>
#include <thread>

#include "tests/integration/lb/running_daemon.h"
#include "tests/support/byte_pattern.h"

namespace tests::integration {
namespace {

using support::BytePattern;
using support::ScriptedServer;

// The sanitizers slow the checking of every byte down, not the paths that are taken.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kBulk = std::uint64_t{128} << 20;
#else
constexpr std::uint64_t kBulk = std::uint64_t{1} << 30;
#endif

const BytePattern kUp(1);
const BytePattern kDown(2);

// These tests also run where packets are lost (loss_test.cc): a lost SYN comes again after 1, 3 and 7 s, and with one
// backend there is nobody else to try.
lb::config::Config patient_config_for(const ScriptedServer& server) {
  auto config = config_for({server.address()});
  config.listeners[0].timeouts.connect = std::chrono::seconds{20};
  return config;
}

void expect_no_errors(const ScriptedServer& server) {
  for (const std::string& error : server.errors()) ADD_FAILURE() << "at the server: " << error;
}

// Sends `bytes` of one pattern and ends, while it receives and checks the other to its end. Returns what came.
std::uint64_t exchange(const base::UniqueFd& socket, const BytePattern& out, std::uint64_t bytes,
                       const BytePattern& in) {
  auto sender = std::async(std::launch::async, [&] {
    support::send_pattern(socket, out, 0, bytes);
    support::half_close(socket);
  });
  const std::uint64_t received = support::recv_pattern(socket, in);
  sender.get();
  return received;
}

TEST(Relay, CarriesAGibibyteEachWayAtOnce) {
  std::promise<std::uint64_t> at_server;
  ScriptedServer server([&](base::UniqueFd socket) { at_server.set_value(exchange(socket, kDown, kBulk, kUp)); });
  const RunningDaemon lb(patient_config_for(server));
  const auto client = lb.connect();
  EXPECT_EQ(exchange(client, kUp, kBulk, kDown), kBulk);
  lb.wait_for_closed("finished", 1);
  EXPECT_EQ(at_server.get_future().get(), kBulk);
  expect_no_errors(server);
  EXPECT_EQ(lb.metric(R"(backend_bytes_total{listener="test",backend="b0",direction="to_backend"})"), kBulk);
  EXPECT_EQ(lb.metric(R"(backend_bytes_total{listener="test",backend="b0",direction="to_client"})"), kBulk);
}

TEST(Relay, WaitsForASlowReader) {
  constexpr std::uint64_t kBytes = std::uint64_t{8} << 20;
  ScriptedServer server([&](base::UniqueFd socket) {
    support::send_pattern(socket, kDown, 0, kBytes);
    support::half_close(socket);
    static_cast<void>(support::recv_all(socket));
  });
  const RunningDaemon lb(patient_config_for(server));
  const auto client = lb.connect();
  const int small = 32768;  // a window that is nearly always full
  ASSERT_EQ(::setsockopt(client.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
  std::array<char, 3000> piece{};
  std::uint64_t position = 0;
  while (const std::size_t n = support::recv_some(client, piece)) {
    const auto wrong = kDown.first_difference(position, std::span<const char>(piece).first(n));
    ASSERT_FALSE(wrong) << "at byte " << *wrong;
    position += n;
  }
  EXPECT_EQ(position, kBytes);
  support::half_close(client);
  lb.wait_for_closed("finished", 1);
  expect_no_errors(server);
}

TEST(Relay, SurvivesRandomHalfClosesInBothDirections) {
  constexpr int kSessions = 200;
  std::minstd_rand random(7);  // NOLINT(cert-msc51-cpp): the same run every time
  std::uniform_int_distribution<std::uint64_t> sizes(0, 600'000);
  std::mutex mutex;
  std::minstd_rand server_random(8);  // NOLINT(cert-msc51-cpp)
  ScriptedServer server([&](base::UniqueFd socket) {
    std::uint64_t bytes = 0;
    bool answer_last = false;
    {
      const std::scoped_lock lock(mutex);
      bytes = sizes(server_random);
      answer_last = server_random() % 2 == 0;
    }
    // Either the answer comes after the client's end, or both sides talk at once and end when they like.
    if (answer_last) {
      static_cast<void>(support::recv_pattern(socket, kUp));
      support::send_pattern(socket, kDown, 0, bytes);
      support::half_close(socket);
    } else {
      static_cast<void>(exchange(socket, kDown, bytes, kUp));
    }
  });
  const RunningDaemon lb(patient_config_for(server));
  for (int i = 0; i < kSessions; ++i) {
    const auto client = lb.connect();
    const std::uint64_t bytes = sizes(random);
    if (random() % 2 == 0) {
      static_cast<void>(exchange(client, kUp, bytes, kDown));
    } else {
      support::send_pattern(client, kUp, 0, bytes);
      support::half_close(client);
      static_cast<void>(support::recv_pattern(client, kDown));
    }
  }
  lb.wait_for_closed("finished", kSessions);
  expect_no_errors(server);
}

TEST(Relay, AnswersAfterTheClientHasEnded) {
  ScriptedServer server([](base::UniqueFd socket) {
    const std::string question = support::recv_all(socket);
    support::send_all(socket, "you said: " + question);
  });
  const RunningDaemon lb(patient_config_for(server));
  const auto client = lb.connect();
  support::send_all(client, "hello");
  support::half_close(client);
  EXPECT_EQ(support::recv_all(client), "you said: hello");
}

TEST(Relay, ListensAfterTheBackendHasEnded) {
  std::promise<std::string> heard;
  ScriptedServer server([&](base::UniqueFd socket) {
    support::send_all(socket, "bye");
    support::half_close(socket);
    heard.set_value(support::recv_all(socket));
  });
  const RunningDaemon lb(patient_config_for(server));
  const auto client = lb.connect();
  EXPECT_EQ(support::recv_all(client), "bye");
  support::send_all(client, "one last word");
  support::half_close(client);
  EXPECT_EQ(heard.get_future().get(), "one last word");
  lb.wait_for_closed("finished", 1);
}

void expect_reset(const base::UniqueFd& socket) {
  try {
    static_cast<void>(support::recv_all(socket));
    ADD_FAILURE() << "the stream ended as if all were well";
  } catch (const support::SocketError& error) {
    EXPECT_EQ(error.error(), ECONNRESET) << error.what();
  }
}

TEST(Relay, PassesTheClientsResetOn) {
  std::promise<void> seen;
  ScriptedServer server([&](base::UniqueFd socket) {
    support::send_all(socket, "x");
    expect_reset(socket);
    seen.set_value();
  });
  const RunningDaemon lb(patient_config_for(server));
  auto client = lb.connect();
  EXPECT_EQ(support::recv_exactly(client, 1), "x");
  support::reset(std::move(client));
  seen.get_future().get();
  lb.wait_for_closed("client_reset", 1);
}

TEST(Relay, PassesTheBackendsResetOn) {
  ScriptedServer server([](base::UniqueFd socket) {
    static_cast<void>(support::recv_exactly(socket, 1));
    support::reset(std::move(socket));
  });
  const RunningDaemon lb(patient_config_for(server));
  const auto client = lb.connect();
  support::send_all(client, "x");
  expect_reset(client);
  lb.wait_for_closed("backend_reset", 1);
}

TEST(Relay, DeliversAnAnswerThatCameBeforeTheQuestionWasRead) {
  const std::string answer(300'000, 'a');
  ScriptedServer server([&](base::UniqueFd socket) {
    static_cast<void>(support::recv_exactly(socket, 1));
    support::send_all(socket, answer);
    // Closed with the client's bytes unread: the kernel resets what comes later.
    support::half_close(socket);
  });
  const RunningDaemon lb(patient_config_for(server));
  for (int i = 0; i < 20; ++i) {
    const auto client = lb.connect();
    support::send_all(client, "?");
    EXPECT_EQ(support::recv_all(client), answer);
    // The client talks on into the closed connection, and learns of it.
    try {
      while (true) support::send_all(client, std::string(65536, 'z'));
    } catch (const support::SocketError& error) {
      EXPECT_TRUE(error.error() == EPIPE || error.error() == ECONNRESET) << error.what();
    }
  }
}

TEST(Relay, CarriesTheNextSessionExactlyAfterOneWasCutInFullFlow) {
  std::atomic<int> session{0};
  ScriptedServer server([&](base::UniqueFd socket) {
    const bool cut = ++session % 2 == 1;
    support::send_pattern(socket, kDown, 0, 20 << 20);
    if (cut) return support::reset(std::move(socket));
    support::half_close(socket);
    static_cast<void>(support::recv_all(socket));
  });
  auto config = patient_config_for(server);
  config.workers = 1;  // so that the next session meets the pipes of the one that was cut
  const RunningDaemon lb(config);
  for (int i = 0; i < 10; ++i) {
    const auto cut = lb.connect();
    EXPECT_THROW(static_cast<void>(support::recv_pattern(cut, kDown)), support::SocketError);
    const auto whole = lb.connect();
    EXPECT_EQ(support::recv_pattern(whole, kDown), 20U << 20);
    support::half_close(whole);
  }
}

TEST(Relay, GoesOnAfterABackendThatStalledInMidTransfer) {
  std::promise<void> go_on;
  auto told = go_on.get_future().share();
  ScriptedServer server([told](base::UniqueFd socket) {
    told.wait();  // not a byte is read meanwhile
    EXPECT_EQ(support::recv_pattern(socket, kUp), 64U << 20);
  });
  const RunningDaemon lb(patient_config_for(server));
  const auto client = lb.connect();
  auto sender = std::async(std::launch::async, [&] {
    support::send_pattern(client, kUp, 0, 64 << 20);
    support::half_close(client);
  });
  // Others are served while that one stands still.
  for (int i = 0; i < 20; ++i) static_cast<void>(lb.get("/livez"));
  go_on.set_value();
  sender.get();
  EXPECT_EQ(support::recv_all(client), "");
  lb.wait_for_closed("finished", 1);
  expect_no_errors(server);
}

TEST(Relay, ClosesASessionThatIsSilentForTooLong) {
  const support::EchoServer server;
  auto config = patient_config_for(server);
  config.listeners[0].timeouts.idle = std::chrono::milliseconds{200};
  const RunningDaemon lb(config);
  const auto client = lb.connect();
  support::send_all(client, "x");
  EXPECT_EQ(support::recv_exactly(client, 1), "x");
  expect_reset(client);
  lb.wait_for_closed("idle", 1);
}

TEST(Relay, ClosesASessionWhoseOtherHalfStaysSilent) {
  ScriptedServer server([](base::UniqueFd socket) {
    support::half_close(socket);
    try {
      static_cast<void>(support::recv_all(socket));
    } catch (const support::SocketError& error) {
      EXPECT_EQ(error.error(), ECONNRESET);
    }
  });
  auto config = patient_config_for(server);
  config.listeners[0].timeouts.half_close = std::chrono::milliseconds{200};
  const RunningDaemon lb(config);
  const auto client = lb.connect();
  EXPECT_EQ(support::recv_all(client), "");
  lb.wait_for_closed("half_closed", 1);
}

TEST(Relay, ServesIpv6) {
  support::ScriptedServer server(support::echo(), *base::SocketAddress::parse("[::1]:0"));
  auto config = patient_config_for(server);
  config.listeners[0].address = *base::SocketAddress::parse("[::1]:0");
  const RunningDaemon lb(config);
  const auto client = lb.connect();
  support::send_all(client, "six");
  EXPECT_EQ(support::recv_exactly(client, 3), "six");
}

}  // namespace
}  // namespace tests::integration
