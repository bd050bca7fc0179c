#include "lb/control/arrival.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "lb/net/descriptor_channel.h"
#include "lb/net/unix_socket.h"
#include "tests/support/tcp.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

namespace support = tests::support;

TEST(ArrivalTest, BeginsWithNothingWhereNobodyWasBefore) {
  Arrival arrival;
  const auto received = receive(arrival, sample_config({1}));
  ASSERT_TRUE(received);
  EXPECT_TRUE(received->listeners.empty());
  EXPECT_TRUE(received->state.is_null());
}

TEST(ArrivalTest, TellsTheProcessBeforeWhyItCannotServe) {
  auto ends = net::open_channel();
  ASSERT_TRUE(ends);
  Arrival arrival;
  refuse(arrival, "to nobody");
  arrival.channel = std::move(ends->second);
  refuse(arrival, "cluster.yaml:1:1: wrong\n");
  const auto word = net::receive_message(ends->first.get(), kHandoverPatience);
  ASSERT_TRUE(word && *word);
  EXPECT_EQ((*word)->text, "cluster.yaml:1:1: wrong");
}

TEST(ArrivalTest, IsHeardAlsoWhenItEndsWithoutHavingReadWhatItWasGiven) {
  auto ends = net::open_channel();
  ASSERT_TRUE(ends);
  ASSERT_TRUE(send_handover(ends->first.get(), {}));
  Arrival arrival;
  arrival.channel = std::move(ends->second);
  refuse(arrival, "wrong");
  arrival.channel.reset();
  const auto word = net::receive_message(ends->first.get(), kHandoverPatience);
  ASSERT_TRUE(word && *word);
  EXPECT_EQ((*word)->text, "wrong");
}

TEST(ArrivalTest, GivesTheSupervisorsSocketsToWhomTheyBelong) {
  const support::TemporaryFolder folder;
  auto config = sample_config({1});
  Arrival arrival;
  for (int i = 0; i < 3; ++i) {
    arrival.activated.push_back(support::listen_on(*base::SocketAddress::parse("127.0.0.1:0")));
  }
  config.listeners[0].address = support::local_address(arrival.activated[0]);
  config.admin = support::local_address(arrival.activated[1]);
  auto unix_socket = net::open_unix_socket(folder.path() / "lb.sock");
  ASSERT_TRUE(unix_socket);
  arrival.activated.push_back(std::move(unix_socket->fd));
  const auto received = receive(arrival, config);
  ASSERT_TRUE(received);
  ASSERT_EQ(received->listeners.size(), 2U);
  EXPECT_TRUE(received->listeners[0].activated);
  EXPECT_EQ(received->listeners[1].key.name, "");  // nobody's yet
  EXPECT_TRUE(received->listeners[1].activated);
  EXPECT_EQ(received->listeners[0].actual, config.listeners[0].address);
  EXPECT_EQ(received->listeners[0].key.name, "kube-apiserver");
  const int fd = received->listeners[0].fds.front().get();
  EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_TRUE(received->admin);
  EXPECT_TRUE(received->control_socket);
  EXPECT_TRUE(received->control_socket_activated);
}

TEST(ArrivalTest, SaysWhatIsWrongWithTheOneBefore) {
  auto ends = net::open_channel();
  ASSERT_TRUE(ends);
  ends->first.reset();
  Arrival arrival;
  arrival.channel = std::move(ends->second);
  const auto received = receive(arrival, sample_config({1}));
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().message, "the process before this one has gone");
}

}  // namespace
}  // namespace lb::control
