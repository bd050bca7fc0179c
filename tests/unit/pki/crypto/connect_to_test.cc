#include "pki/crypto/connect_to.h"

#include <gmock/gmock.h>
#include <poll.h>

#include "tests/support/scripted_server.h"
#include "tests/support/tcp.h"

namespace pki::crypto {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;

steady_clock::time_point soon() {
  return steady_clock::now() + tests::support::kPatience;
}

TEST(ConnectTo, ReachesAServerByAddressAndByName) {
  const tests::support::EchoServer server;
  for (const char* host : {"127.0.0.1", "localhost"}) {
    const auto socket = connect_to({host, server.address().port()}, soon());
    ASSERT_TRUE(socket) << host << ": " << socket.error().message;
    EXPECT_TRUE(wait_for_socket(*socket, POLLOUT, soon()));
    EXPECT_FALSE(wait_for_socket(*socket, POLLIN, steady_clock::now() + milliseconds(1)));
  }
}

TEST(ConnectTo, SaysWhyThereIsNoConnection) {
  const auto nobody = connect_to({"127.0.0.1", tests::support::free_address().port()}, soon());
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().message, "Connection refused; is it running, and is this its port?");
  const auto nowhere = connect_to({"no-such-host.invalid", 1}, soon());
  ASSERT_FALSE(nowhere);
  EXPECT_THAT(nowhere.error().message, HasSubstr("its name is not resolved"));
}

}  // namespace
}  // namespace pki::crypto
