#include "lb/net/accept_queue.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>
#include <vector>

#include "tests/support/tcp.h"

namespace lb::net {
namespace {

namespace support = tests::support;

TEST(AcceptQueue, TellsWhoWaits) {
  const base::UniqueFd listening = support::listen_on(*base::SocketAddress::parse("127.0.0.1:0"));
  const auto empty = accept_queue(listening.get());
#ifdef KEEPSTATE_PORTABLE
  EXPECT_FALSE(empty);
#else
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->waiting, 0U);
  EXPECT_GT(empty->most, 0U);
  std::vector<base::UniqueFd> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(support::connect_to(support::local_address(listening)));
  // The client stands a moment before the system has queued it.
  while (accept_queue(listening.get())->waiting < 3) std::this_thread::yield();
  const base::UniqueFd accepted(::accept(listening.get(), nullptr, nullptr));
  EXPECT_EQ(accept_queue(listening.get())->waiting, 2U);
#endif
}

TEST(AcceptQueue, TellsNothingOfWhatIsNoSocket) {
  EXPECT_FALSE(accept_queue(-1));
}

}  // namespace
}  // namespace lb::net
