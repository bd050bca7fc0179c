// The socket of one session toward its backend serves the next one: nothing of the first may be lost, and nothing of it
// may ever be seen by the second.
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "lb/net/socket_pool.h"
#include "tests/integration/lb/running_daemon.h"
#include "tests/support/network_namespace.h"

namespace tests::integration {
namespace {

constexpr const char* kReused = R"(backend_sockets_reused_total{listener="test"})";
constexpr std::size_t kSize = 1000;

std::string letter_of(int session) {
  std::string letter = "session " + std::to_string(session) + " ";
  letter.resize(kSize, static_cast<char>('a' + session % 26));
  return letter;
}

enum class Order { kBackendEndsFirst, kClientEndsFirst };

// What each connection brought, whole.
class Letterbox {
 public:
  explicit Letterbox(Order order)
      : server_([this, order](const base::UniqueFd& socket) {
          if (order == Order::kBackendEndsFirst) support::half_close(socket);
          std::string letter = support::recv_all(socket);
          const std::scoped_lock lock(mutex_);
          letters_.insert(std::move(letter));
        }) {}

  [[nodiscard]] const support::ScriptedServer& server() const { return server_; }
  [[nodiscard]] std::multiset<std::string> letters() const {
    const std::scoped_lock lock(mutex_);
    return letters_;
  }
  void wait_for(std::size_t count) const {
    while (letters().size() < count) std::this_thread::yield();
  }

 private:
  mutable std::mutex mutex_;
  std::multiset<std::string> letters_;
  support::ScriptedServer server_;
};

std::vector<base::UniqueFd> connect_all(const RunningDaemon& lb, Order order, int count) {
  std::vector<base::UniqueFd> clients;
  for (int i = 0; i < count; ++i) clients.push_back(lb.connect());
  if (order == Order::kBackendEndsFirst) {
    for (const auto& client : clients) EXPECT_EQ(support::recv_all(client), "");
  }
  return clients;
}

void send_all_letters(std::vector<base::UniqueFd> clients, int first) {
  for (auto& client : clients) {
    support::send_all(client, letter_of(first++));
    client.reset();
  }
}

void lose_the_last_data_and_the_end(Order order) {
  constexpr int kSessions = 8;
  const Letterbox box(order);
  auto config = config_for({box.server().address()});
  config.workers = 1;
  const RunningDaemon lb(config);
  auto clients = connect_all(lb, order, kSessions);
  const std::string port = std::to_string(box.server().address().port());
  support::run_tool({"nft", "add table inet wire"});
  support::run_tool({"nft", "add chain inet wire out { type filter hook output priority 0; }"});
  support::run_tool(
      {"nft", ("add rule inet wire out tcp dport " + port + " tcp flags & (fin | psh) != 0 drop").c_str()});
  send_all_letters(std::move(clients), 0);
  if (order == Order::kBackendEndsFirst) {
    lb.wait_for_closed("finished", kSessions);  // while their letters are still on their way
    EXPECT_TRUE(box.letters().empty());
  } else {
    lb.wait_for(R"(backend_bytes_total{listener="test",backend="b0",direction="to_backend"})", kSessions * kSize);
  }
  // Others come meanwhile, and would be given the same sockets.
  std::vector<base::UniqueFd> more;
  for (int i = 0; i < kSessions; ++i) more.push_back(lb.connect());
  lb.wait_for(R"(connections_total{listener="test"})", 2 * kSessions);
  support::run_tool({"nft", "delete table inet wire"});
  send_all_letters(std::move(more), kSessions);
  box.wait_for(2 * kSessions);
  std::multiset<std::string> sent;
  for (int i = 0; i < 2 * kSessions; ++i) sent.insert(letter_of(i));
  EXPECT_EQ(box.letters(), sent);
}

TEST(SocketReuse, LosesNothingThatTheWireLostWhenTheBackendEndsFirst) {
  if (!support::may_have_own_network()) GTEST_SKIP() << support::kNeedsOwnNetwork;
  support::in_own_network([] { lose_the_last_data_and_the_end(Order::kBackendEndsFirst); });
}

TEST(SocketReuse, LosesNothingThatTheWireLostWhenTheClientEndsFirst) {
  if (!support::may_have_own_network()) GTEST_SKIP() << support::kNeedsOwnNetwork;
  support::in_own_network([] { lose_the_last_data_and_the_end(Order::kClientEndsFirst); });
}

TEST(SocketReuse, KeepsSessionsApartInBothOrders) {
  for (const Order order : {Order::kBackendEndsFirst, Order::kClientEndsFirst}) {
    const Letterbox box(order);
    const RunningDaemon lb(config_for({box.server().address()}));
    std::multiset<std::string> sent;
    for (int i = 0; i < 200; ++i) {
      auto clients = connect_all(lb, order, 1);
      send_all_letters(std::move(clients), i);
      sent.insert(letter_of(i));
      // One after the other, so that a socket is there to be used again.
      lb.wait_for_closed("finished", i + 1);
    }
    box.wait_for(sent.size());
    EXPECT_EQ(box.letters(), sent);
    // Not all: a worker has its first one, and one that the loop has news for is passed over.
    EXPECT_EQ(lb.metric(kReused) > 100, lb::net::SocketPool::supported());
  }
}

TEST(SocketReuse, CanBeTurnedOff) {
  const Letterbox box(Order::kClientEndsFirst);
  auto config = config_for({box.server().address()});
  config.reuse_sockets = false;
  const RunningDaemon lb(config);
  for (int i = 0; i < 5; ++i) {
    send_all_letters(connect_all(lb, Order::kClientEndsFirst, 1), i);
    lb.wait_for_closed("finished", i + 1);
  }
  EXPECT_EQ(lb.metric(kReused), 0);
}

}  // namespace
}  // namespace tests::integration
