#include "lb/net/socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "tests/unit/lb/net/descriptor_shortage.h"
#include "tests/unit/lb/net/loop_fixture.h"

namespace lb::net {
namespace {

bool is_non_blocking_and_close_on_exec(int fd) {
  return (::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0 && (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}

int option(int fd, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, level, name, &value, &size) == 0 ? value : -1;
}

struct ListeningSocket {
  base::UniqueFd fd = std::move(open_listen_sockets(loopback(), 1)->front());
  base::SocketAddress address = local_address(fd.get());
};

TEST(Socket, MakesNonBlockingOnesThatNoChildInherits) {
  const SocketResult made = tcp_socket(AF_INET);
  ASSERT_TRUE(made.fd);
  EXPECT_EQ(made.error, 0);
  EXPECT_TRUE(is_non_blocking_and_close_on_exec(made.fd.get()));
}

TEST(Socket, SaysWhyThereIsNone) {
  EXPECT_EQ(tcp_socket(12345).error, EAFNOSUPPORT);
  const DescriptorShortage shortage;
  EXPECT_EQ(tcp_socket(AF_INET).error, EMFILE);
  EXPECT_FALSE(tcp_socket(AF_INET).fd);
}

TEST(Socket, AcceptTellsWhoCameAndThatNobodyWaits) {
  const ListeningSocket listening;
  EXPECT_EQ(accept_connection(listening.fd.get()).error, EAGAIN);
  const base::UniqueFd client = blocking_client(listening.address);
  ASSERT_TRUE(await_events(listening.fd.get(), POLLIN));
  const Accepted accepted = accept_connection(listening.fd.get());
  ASSERT_TRUE(accepted.fd);
  EXPECT_EQ(accepted.error, 0);
  EXPECT_TRUE(is_non_blocking_and_close_on_exec(accepted.fd.get()));
  EXPECT_EQ(accepted.peer, local_address(client.get()));
}

TEST(Socket, AcceptLeavesTheClientInTheQueueWhenDescriptorsRunOut) {
  const ListeningSocket listening;
  const base::UniqueFd client = blocking_client(listening.address);
  ASSERT_TRUE(await_events(listening.fd.get(), POLLIN));
  DescriptorShortage shortage;
  const Accepted refused = accept_connection(listening.fd.get());
  EXPECT_TRUE(is_out_of_resources(refused.error)) << refused.error;
  EXPECT_FALSE(refused.fd);
  shortage.give_back(1);
  EXPECT_TRUE(accept_connection(listening.fd.get()).fd);
}

TEST(Socket, BeginConnectConnectsWithoutDelay) {
  const ListeningSocket listening;
  const SocketResult begun = begin_connect(listening.address);
  ASSERT_TRUE(begun.fd);
  EXPECT_TRUE(is_non_blocking_and_close_on_exec(begun.fd.get()));
  EXPECT_NE(option(begun.fd.get(), IPPROTO_TCP, TCP_NODELAY), 0);
  ASSERT_TRUE(await_events(begun.fd.get(), POLLOUT));
  EXPECT_EQ(option(begun.fd.get(), SOL_SOCKET, SO_ERROR), 0);
}

TEST(Socket, BeginConnectTellsARefusalAtOnceOrBySoError) {
  ListeningSocket listening;
  listening.fd.reset();
  const SocketResult begun = begin_connect(listening.address);
  if (begun.fd) {
    ASSERT_TRUE(await_events(begun.fd.get(), POLLOUT));
  }
  EXPECT_EQ(begun.fd ? option(begun.fd.get(), SOL_SOCKET, SO_ERROR) : begun.error, ECONNREFUSED);
}

TEST(Socket, BeginConnectTellsAnImpossibleAddressAtOnce) {
  const SocketResult begun = begin_connect(*base::SocketAddress::parse("255.255.255.255:80"));
  EXPECT_FALSE(begun.fd);
  EXPECT_NE(begun.error, 0);
}

TEST(Socket, AcceptedSocketsInheritNoDelayAndKeepalive) {
  const ListeningSocket listening;
  const base::UniqueFd client = blocking_client(listening.address);
  ASSERT_TRUE(await_events(listening.fd.get(), POLLIN));
  const Accepted accepted = accept_connection(listening.fd.get());
  const int fd = accepted.fd.get();
  EXPECT_NE(option(fd, IPPROTO_TCP, TCP_NODELAY), 0);
  EXPECT_NE(option(fd, SOL_SOCKET, SO_KEEPALIVE), 0);
  EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPIDLE), 30);
  EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPINTVL), 10);
  EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPCNT), 3);
}

TEST(Socket, KnowsWhichErrorsWaitingMayMend) {
  for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM}) EXPECT_TRUE(is_out_of_resources(error)) << error;
  for (const int error : {0, EAGAIN, ECONNABORTED, ECONNREFUSED, EINTR}) EXPECT_FALSE(is_out_of_resources(error));
}

TEST(Socket, KnowsWhoIsAtTheOtherEnd) {
  TcpPair pair = connected_pair();
  EXPECT_EQ(peer_address(pair.near.get()), local_address(pair.far.get()));
  reset_connection(std::move(pair.far));
  ASSERT_TRUE(await_events(pair.near.get(), POLLIN));
  EXPECT_EQ(peer_address(pair.near.get()).port(), 0);
}

}  // namespace
}  // namespace lb::net
