#include "lb/proxy/listening.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>

#include "tests/support/tcp.h"

namespace lb::proxy {
namespace {

namespace support = tests::support;

Listening::Key any_port(const std::string& name = "a") {
  return {name, *base::SocketAddress::parse("127.0.0.1:0")};
}

TEST(ListeningTest, KeepsASocketListeningUntilTheLastCopyIsClosed) {
  Listening listening(2);
  auto opened = listening.open(any_port());
  ASSERT_TRUE(opened) << opened.error().message;
  const base::SocketAddress address = opened->actual;
  ASSERT_TRUE(listening.keep(*opened));
  EXPECT_EQ(listening.find(any_port())->actual, address);
  opened->fds.clear();
  EXPECT_NO_THROW(static_cast<void>(support::connect_to(address)));
  listening.retain({});
  EXPECT_EQ(listening.find(any_port()), nullptr);
  EXPECT_THROW(static_cast<void>(support::connect_to(address)), support::SocketError);
}

TEST(ListeningTest, GivesCopiesOfWhatIsThereSoThatNobodyInTheQueueIsLost) {
  Listening listening(1);
  auto first = listening.open(any_port());
  ASSERT_TRUE(first);
  ASSERT_TRUE(listening.keep(*first));
  const auto client = support::connect_to(first->actual);
  auto second = listening.open(any_port());
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->actual, first->actual);
  first->fds.clear();
  listening.retain({});
  const base::UniqueFd accepted(::accept(second->fds.front().get(), nullptr, nullptr));
  EXPECT_TRUE(accepted);
}

TEST(ListeningTest, TwoListenersNeverShareAPortThatTheSystemChooses) {
  Listening listening(1);
  const auto first = listening.open(any_port("a"));
  ASSERT_TRUE(first);
  ASSERT_TRUE(listening.keep(*first));
  const auto second = listening.open(any_port("b"));
  ASSERT_TRUE(second);
  EXPECT_NE(second->actual, first->actual);
}

TEST(ListeningTest, AListenerTakesOverTheAddressOfAnother) {
  Listening listening(1);
  const base::SocketAddress address = support::free_address();
  const auto first = listening.open({"a", address});
  ASSERT_TRUE(first);
  ASSERT_TRUE(listening.keep(*first));
  const auto second = listening.open({"b", address});
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->key.name, "b");
}

std::vector<Listening::Sockets> inherited(Listening::Sockets sockets) {
  std::vector<Listening::Sockets> all;
  all.push_back(std::move(sockets));
  return all;
}

TEST(ListeningTest, TakesInheritedSocketsAndAddsWhatIsMissing) {
  Listening former(1);
  auto sockets = former.open(any_port());
  ASSERT_TRUE(sockets);
  const base::SocketAddress address = sockets->actual;
  Listening listening(3, inherited(*std::move(sockets)));
  const auto opened = listening.open(any_port());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->actual, address);
  ASSERT_EQ(opened->fds.size(), 3U);
  for (const auto& fd : opened->fds) EXPECT_EQ(support::local_address(fd), address);
}

TEST(ListeningTest, JoinsNobodyBeforeAllOthersAreThere) {
  Listening former(1);
  auto known = former.open(any_port());
  ASSERT_TRUE(known);
  const base::SocketAddress address = known->actual;
  known->key = {"a", address};
  Listening listening(2, inherited(*std::move(known)));
  const auto taken = support::listen_on(any_port().address);
  EXPECT_FALSE(listening.open_all({{"a", address}, {"b", support::local_address(taken)}}));
  EXPECT_EQ(listening.find({"a", address}), nullptr);  // nothing has been opened at its address
  const auto opened = listening.open_all({{"a", address}, any_port("b")});
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ((*opened)[0].key.name, "a");
  EXPECT_EQ((*opened)[1].key.name, "b");
  EXPECT_NE(listening.find(any_port("b")), nullptr);
}

TEST(ListeningTest, SaysWhoIsInTheWayAndKeepsNothing) {
  const auto taken = support::listen_on(any_port().address);
  Listening listening(2);
  const auto opened = listening.open({"a", support::local_address(taken)});
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("cannot listen on"), std::string::npos);
  EXPECT_TRUE(listening.copies()->empty());
}

TEST(ListeningTest, SaysThatItIsItselfInTheWay) {
  for (const bool wildcard_first : {false, true}) {
    const base::SocketAddress one = support::free_address();
    const base::SocketAddress every(*base::IpAddress::parse("0.0.0.0"), one.port());
    Listening listening(1);
    const auto first = listening.open({"a", wildcard_first ? every : one});
    ASSERT_TRUE(first) << first.error().message;
    ASSERT_TRUE(listening.keep(*first));
    const auto second = listening.open({"a", wildcard_first ? one : every});
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find("this daemon itself listens on " + first->actual.to_string()),
              std::string::npos)
        << second.error().message;
  }
}

std::vector<Listening::Sockets> activated_socket(base::UniqueFd fd) {
  const base::SocketAddress address = support::local_address(fd);
  Listening::Sockets sockets{.key = {"", address}, .actual = address, .fds = {}, .activated = true};
  sockets.fds.push_back(std::move(fd));
  return inherited(std::move(sockets));
}

TEST(ListeningTest, NeverClosesWhatTheSupervisorHolds) {
  const auto supervisors = support::listen_on(any_port().address);
  const base::SocketAddress address = support::local_address(supervisors);
  Listening listening(1, activated_socket(base::UniqueFd(::dup(supervisors.get()))));
  listening.retain({});  // no listener has the address
  const auto client = support::connect_to(address);
  for (int round = 0; round < 2; ++round) {  // a reload brings one, takes it away and brings it again
    const Listening::Key key{"a", address};
    auto opened = listening.open(key);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_FALSE(opened->activated);
    ASSERT_TRUE(listening.keep(*opened));
    listening.retain({key});
    if (round == 1) {
      EXPECT_TRUE(base::UniqueFd(::accept(opened->fds.front().get(), nullptr, nullptr)));
    }
    listening.retain({});
  }
}

TEST(ListeningTest, TheNextProcessKnowsWhatTheSupervisorHolds) {
  auto supervisors = support::listen_on(any_port().address);
  const Listening::Key key{"a", support::local_address(supervisors)};
  Listening listening(1, activated_socket(std::move(supervisors)));
  const auto opened = listening.open(key);
  ASSERT_TRUE(opened);
  ASSERT_TRUE(listening.keep(*opened));
  listening.retain({key});
  for (int generation = 0; generation < 3; ++generation) {
    auto copies = listening.copies();
    ASSERT_TRUE(copies);
    ASSERT_EQ(copies->size(), 2U);
    EXPECT_FALSE((*copies)[0].activated);
    EXPECT_TRUE((*copies)[1].activated);
    Listening next(1, *std::move(copies));
    auto again = next.open(key);
    ASSERT_TRUE(again);
    ASSERT_TRUE(next.keep(*again));
    next.retain({key});
    listening = std::move(next);
  }
}

}  // namespace
}  // namespace lb::proxy
