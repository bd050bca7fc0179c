// Peers that vanish in mid-session, and one that only reads slowly. Time is what these sessions are about, so this test
// lets it pass: half a minute until a dead peer is noticed, and then some for the reader that must not be taken for
// one. KEEPSTATE_PAUSE (seconds) makes its pause longer.
//
// Only where the system tells what a peer has acknowledged (TCP_INFO): the portable forms cannot know.
#if defined(__linux__) && !defined(KEEPSTATE_PORTABLE)
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <semaphore>

#include "tests/integration/lb/running_daemon.h"
#include "tests/support/network_namespace.h"

namespace tests::integration {
namespace {

using std::chrono::seconds;
using SteadyClock = std::chrono::steady_clock;

constexpr seconds kNoticed{30};
constexpr std::uint64_t kFlood = 64ULL << 20;

seconds pause() {
  const char* const wanted = std::getenv("KEEPSTATE_PAUSE");
  return seconds{wanted == nullptr ? 45 : std::strtol(wanted, nullptr, 10)};
}

// Nothing from or to this port arrives any more, and nobody is told.
void cut(std::uint16_t port) {
  const std::string number = std::to_string(port);
  support::run_tool({"nft", "add", "rule", "inet", "cut", "input", "tcp", "sport", number.c_str(), "drop"});
  support::run_tool({"nft", "add", "rule", "inet", "cut", "input", "tcp", "dport", number.c_str(), "drop"});
}

// Until the session's client end is reset.
seconds time_to_reset(const base::UniqueFd& client, SteadyClock::time_point since) {
  char byte = 0;
  try {
    static_cast<void>(support::recv_some(client, {&byte, 1}, 2 * kNoticed));
    ADD_FAILURE() << "a session with a dead peer must not end cleanly";
  } catch (const support::SocketError& error) {
    EXPECT_EQ(error.error(), ECONNRESET) << error.what();
  }
  return std::chrono::duration_cast<seconds>(SteadyClock::now() - since);
}

TEST(DeadPeer, IsNoticedInHalfAMinuteAndAPausedReaderIsNoDeadOne) {
  if (!support::may_have_own_network()) GTEST_SKIP() << support::kNeedsOwnNetwork;
  support::in_own_network([] {
    support::run_tool({"nft", "add", "table", "inet", "cut"});
    support::run_tool({"nft", "add", "chain", "inet", "cut", "input", "{ type filter hook input priority 0; }"});
    std::binary_semaphore speak(0);
    const support::BytePattern pattern(7);
    const support::EchoServer echo;
    const support::ScriptedServer flood(
        [&](base::UniqueFd socket) { support::send_pattern(socket, pattern, 0, kFlood, 10 * pause()); });
    const support::ScriptedServer speaker([&](base::UniqueFd socket) {
      speak.acquire();
      support::send_all(socket, "is anybody there?");
      static_cast<void>(support::recv_all(socket, 2 * kNoticed));
    });
    auto config = config_for({echo.address()});
    for (const auto& address : {flood.address(), speaker.address()}) {
      config.listeners.push_back(config_for({address}).listeners[0]);
      config.listeners.back().name = "test" + std::to_string(config.listeners.size());
    }
    const RunningDaemon lb(config);

    const auto reader = support::connect_to(lb.address(1));
    const auto paused_at = SteadyClock::now();
    const auto to_dead_backend = support::connect_to(lb.address(0));
    support::send_all(to_dead_backend, "x");
    ASSERT_EQ(support::recv_exactly(to_dead_backend, 1), "x");
    auto dead_client = support::connect_to(lb.address(2));
    lb.wait_for(R"(backend_sessions_total{listener="test3",backend="b0"})", 1);

    cut(echo.address().port());
    cut(support::local_address(dead_client).port());
    const auto cut_at = SteadyClock::now();
    support::send_all(to_dead_backend, "unheard");
    speak.release();
    EXPECT_LT(time_to_reset(to_dead_backend, cut_at), kNoticed);
    EXPECT_EQ(lb.closed("backend_dead"), 1);
    lb.wait_for(R"(connections_closed_total{listener="test3",cause="client_dead"})", 1);
    EXPECT_LT(SteadyClock::now() - cut_at, kNoticed);

    std::this_thread::sleep_until(paused_at + pause());
    EXPECT_EQ(lb.metric(R"(connections_active{listener="test2"})"), 1);
    EXPECT_EQ(support::recv_pattern(reader, pattern), kFlood);
    dead_client.reset();
  });
}

}  // namespace
}  // namespace tests::integration
#endif
