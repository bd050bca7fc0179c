#include "lb/proxy/session_list.h"

#include "tests/unit/lb/proxy/session_fixture.h"

namespace lb::proxy {
namespace {

class SessionListTest : public SessionTest {
 protected:
  SessionListTest() { place_.journal = nullptr; }
  // The client's end of a session that waits for its backend.
  base::UniqueFd open() {
    auto [ours, theirs] = socket_pair();
    Session& session = sessions_.create(place_, *base::IpAddress::parse("127.0.0.1"), clock_.now());
    session.start(std::move(theirs));
    return std::move(ours);
  }
  [[nodiscard]] std::vector<SessionInfo> longest(std::size_t most) {
    return longest_sessions(sessions_, clock_.now(), most);
  }

  base::Slab<Session> sessions_;
};

TEST_F(SessionListTest, ShowsThoseThatBeganFirst) {
  const auto server = listening();
  set_backends({support::local_address(server)});
  EXPECT_TRUE(longest(10).empty());
  std::vector<base::UniqueFd> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(open());
    pass(milliseconds{500});
  }
  const auto all = longest(10);
  ASSERT_EQ(all.size(), 3U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_GE(all[static_cast<std::size_t>(i)].age, milliseconds{500 * (3 - i)});
    EXPECT_LT(all[static_cast<std::size_t>(i)].age, milliseconds{500 * (4 - i)});
  }
  EXPECT_EQ(longest(1).front().age, all.front().age);
  EXPECT_TRUE(longest(0).empty());
}

TEST_F(SessionListTest, ShowsWhatASessionDoes) {
  const auto server = listening();
  set_backends({support::local_address(server)});
  const auto client = open();
  turn_until(loop_, [&] { return longest(1).front().state == "relaying"; });
  pass(milliseconds{1000});
  support::send_all(client, "hello");
  turn_until(loop_, [&] { return longest(1).front().bytes_to_backend == 5; });
  pass(milliseconds{200});
  SessionInfo info = longest(1).front();
  EXPECT_EQ(info.backend, support::local_address(server).to_string());
  EXPECT_GE(info.age, milliseconds{1200});
  EXPECT_LT(info.idle, milliseconds{400});
  EXPECT_EQ(info.bytes_to_client, 0U);
  EXPECT_EQ(info.listener, 0U);
  support::half_close(client);
  turn_until(loop_, [&] { return longest(1).front().state == "draining"; });
}

}  // namespace
}  // namespace lb::proxy
