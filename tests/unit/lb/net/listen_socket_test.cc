#include "lb/net/listen_socket.h"

#include <gmock/gmock.h>

#include <set>
#include <vector>

#include "tests/unit/lb/net/descriptor_shortage.h"
#include "tests/unit/lb/net/loop_fixture.h"

namespace lb::net {
namespace {

using ::testing::HasSubstr;

std::string error_of(const base::SocketAddress& address, unsigned count) {
  const auto fds = open_listen_sockets(address, count);
  return fds ? "" : fds.error().message;
}

TEST(OpenListenSockets, PortZeroBecomesOnePortForAll) {
  const auto fds = open_listen_sockets(loopback(), 4);
  ASSERT_TRUE(fds);
  ASSERT_EQ(fds->size(), 4U);
  const base::SocketAddress first = local_address(fds->front().get());
  EXPECT_NE(first.port(), 0);
  std::set<int> numbers;
  for (const auto& fd : *fds) {
    EXPECT_EQ(local_address(fd.get()), first);
    EXPECT_NE(::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC, 0);
    numbers.insert(fd.get());
  }
  EXPECT_EQ(numbers.size(), 4U);
}

TEST(OpenListenSockets, ASecondOpenOfTheSameAddressSaysThatOneListensAlready) {
  for (const unsigned first_count : {1U, 2U}) {
    const auto first = open_listen_sockets(loopback(), first_count);
    ASSERT_TRUE(first);
    const base::SocketAddress address = local_address(first->front().get());
    for (const unsigned count : {1U, 2U}) {
      EXPECT_EQ(error_of(address, count),
                "cannot listen on " + address.to_string() +
                    ": Address already in use; another process, perhaps a second keepstate-lb, listens there; stop it "
                    "or choose another address");
    }
    const base::SocketAddress everywhere(base::IpAddress(), address.port());
    EXPECT_THAT(error_of(everywhere, 2), HasSubstr("a second keepstate-lb"));
  }
}

TEST(OpenListenSockets, AnAddressIsFreeAgainRightAfterItsUse) {
  base::SocketAddress address;
  base::UniqueFd client;
  {
    const auto fds = open_listen_sockets(loopback(), 2);
    address = local_address(fds->front().get());
    client = blocking_client(address);
    ASSERT_TRUE(client);
  }
  EXPECT_EQ(error_of(address, 2), "");
}

TEST(OpenListenSockets, AnAddressOfAnotherHostNamesTheRemedy) {
  EXPECT_EQ(error_of(*base::SocketAddress::parse("192.0.2.1:6443"), 2),
            "cannot listen on 192.0.2.1:6443: Cannot assign requested address; 192.0.2.1 is not an address of this "
            "host; add it to an interface first");
}

TEST(OpenListenSockets, ClosesAllWhenOneCannotBeHad) {
  DescriptorShortage shortage;
  EXPECT_THAT(error_of(loopback(), 1), HasSubstr("Too many open files"));
  shortage.give_back(3);
  EXPECT_THAT(error_of(loopback(), 4), HasSubstr("Too many open files"));
  EXPECT_EQ(error_of(loopback(), 3), "");  // what was opened before the failure is not lost
}

TEST(OpenListenSockets, Ipv6TakesNoIpv4) {
  const auto v6 = open_listen_sockets(*base::SocketAddress::parse("[::]:0"), 1);
  if (!v6) GTEST_SKIP() << "no IPv6 here: " << v6.error().message;
  const std::uint16_t port = local_address(v6->front().get()).port();
  EXPECT_FALSE(blocking_client(loopback(port)));
  EXPECT_TRUE(blocking_client({*base::IpAddress::parse("::1"), port}));
}

// Takes every client that it can, as a worker does.
class Doorkeeper final : public ListenSocket::Handler {
 public:
  void on_acceptable(ListenSocket& socket) noexcept override {
    while (true) {
      Accepted accepted = socket.accept();
      if (!accepted.fd) return;
      guests.push_back(std::move(accepted));
    }
  }
  std::vector<Accepted> guests;
};

class ListenSocketTest : public LoopTest {
 protected:
  void connect_clients(std::size_t count) {
    while (count-- > 0) {
      clients_.push_back(blocking_client(address_));
      ASSERT_TRUE(clients_.back());
    }
  }

  std::vector<base::UniqueFd> fds_ = *open_listen_sockets(loopback(), 3);
  base::SocketAddress address_ = local_address(fds_.front().get());
  std::vector<base::UniqueFd> clients_;
};

TEST_F(ListenSocketTest, AllSocketsOfAnAddressTogetherTakeEveryClient) {
  Doorkeeper keeper;
  ListenSocket first(loop_, std::move(fds_[0]), keeper);
  ListenSocket second(loop_, std::move(fds_[1]), keeper);
  ListenSocket third(loop_, std::move(fds_[2]), keeper);
  connect_clients(60);
  ASSERT_TRUE(run_until([&] { return keeper.guests.size() == 60; }));
  std::set<std::uint16_t> came;
  std::set<std::uint16_t> sent;
  for (const auto& guest : keeper.guests) came.insert(guest.peer.port());
  for (const auto& client : clients_) sent.insert(local_address(client.get()).port());
  EXPECT_EQ(came, sent);
}

TEST_F(ListenSocketTest, PauseKeepsClientsInTheQueueAndResumeServesThem) {
  fds_.resize(1);
  Doorkeeper keeper;
  ListenSocket socket(loop_, std::move(fds_[0]), keeper);
  socket.pause();
  socket.pause();
  connect_clients(5);
  run_ready();
  EXPECT_TRUE(keeper.guests.empty());
  socket.resume();
  socket.resume();
  ASSERT_TRUE(run_until([&] { return keeper.guests.size() == 5; }));
  send_text(clients_[2].get(), "patient");
  for (const auto& guest : keeper.guests) {
    if (guest.peer != local_address(clients_[2].get())) continue;
    ASSERT_TRUE(await_events(guest.fd.get(), POLLIN));
    EXPECT_EQ(receive_text(guest.fd.get()), "patient");
  }
}

TEST_F(ListenSocketTest, ItsEndClosesTheAddress) {
  fds_.resize(1);
  Doorkeeper keeper;
  { ListenSocket socket(loop_, std::move(fds_[0]), keeper); }
  EXPECT_FALSE(blocking_client(address_));
  run_ready();
}

class Leaver final : public ListenSocket::Handler {
 public:
  void on_acceptable(ListenSocket&) noexcept override { socket.reset(); }
  std::unique_ptr<ListenSocket> socket;
};

TEST_F(ListenSocketTest, ItsHandlerMayDestroyIt) {
  fds_.resize(1);
  Leaver leaver;
  leaver.socket = std::make_unique<ListenSocket>(loop_, std::move(fds_[0]), leaver);
  connect_clients(2);
  EXPECT_TRUE(run_until([&] { return leaver.socket == nullptr; }));
}

}  // namespace
}  // namespace lb::net
