#include "lb/proxy/session_samples.h"

#include <string>

#include "tests/unit/lb/proxy/session_fixture.h"

namespace lb::proxy {
namespace {

// Several sessions to one backend; each has moved as many bytes as the test says.
class SessionSamplesTest : public SessionTest {
 protected:
  struct Open {
    std::unique_ptr<Session> session;
    base::UniqueFd client;
    base::UniqueFd peer;
  };

  void SetUp() override { set_backends({support::local_address(server_)}); }
  Open& open() {
    Open& one = *all_.emplace_back(std::make_unique<Open>());
    one.client = begin();
    one.session = std::move(session_);
    turn_until(loop_, [&] { return one.session->backend() != nullptr; });
    one.peer = base::UniqueFd(::accept(server_.get(), nullptr, nullptr));
    return one;
  }
  void move_bytes(Open& one, std::size_t size) {
    const std::string bytes(size, 'x');
    const std::uint64_t before = one.session->bytes_to_backend();
    ASSERT_EQ(::write(one.client.get(), bytes.data(), size), size);
    turn_until(loop_, [&] { return one.session->bytes_to_backend() == before + size; });
  }
  void sample() {
    for (const auto& one : all_) samples_.take(*one->session, wheel_.now());
  }
  std::vector<Session*> quietest(std::size_t most, milliseconds least_age = milliseconds{0}) {
    return samples_.quietest(*pool_.backends[0], wheel_.now(), least_age, most);
  }

  base::UniqueFd server_ = listening();
  SessionSamples samples_;
  std::vector<std::unique_ptr<Open>> all_;
};

TEST_F(SessionSamplesTest, GivesTheQuietestFirstAndNoMoreThanAsked) {
  Open& loud = open();
  Open& quiet = open();
  Open& middle = open();
  sample();
  pass(SessionSamples::kInterval);
  move_bytes(loud, 1000);
  move_bytes(middle, 10);
  EXPECT_EQ(quietest(2), (std::vector<Session*>{quiet.session.get(), middle.session.get()}));
  EXPECT_EQ(quietest(9).size(), 3U);
}

TEST_F(SessionSamplesTest, WhatWasMovedLongAgoDoesNotCount) {
  Open& once_loud = open();
  Open& still_loud = open();
  sample();
  move_bytes(once_loud, 100'000);
  for (int i = 0; i < 2; ++i) {
    pass(SessionSamples::kInterval);
    sample();
  }
  move_bytes(still_loud, 10);
  EXPECT_EQ(quietest(1), std::vector<Session*>{once_loud.session.get()});
}

TEST_F(SessionSamplesTest, NeverGivesOneThatIsTooYoung) {
  open();
  sample();
  EXPECT_TRUE(quietest(9).empty());  // nothing is known of its last minute
  pass(SessionSamples::kInterval);
  EXPECT_EQ(quietest(9).size(), 1U);
  EXPECT_TRUE(quietest(9, 2 * SessionSamples::kInterval).empty());
  pass(SessionSamples::kInterval);
  EXPECT_EQ(quietest(9, 2 * SessionSamples::kInterval).size(), 1U);
}

TEST_F(SessionSamplesTest, LeavesOtherBackendsSessionsAlone) {
  open();
  sample();
  pass(SessionSamples::kInterval);
  const backend::BackendState other("other", *base::SocketAddress::parse("192.0.2.9:1"), 1);
  EXPECT_TRUE(samples_.quietest(other, wheel_.now(), milliseconds{0}, 9).empty());
}

TEST_F(SessionSamplesTest, ForgetsASessionThatEnded) {
  Open& one = open();
  sample();
  pass(SessionSamples::kInterval);
  samples_.forget(*one.session);
  EXPECT_TRUE(quietest(9).empty());
  EXPECT_EQ(samples_.size(), 0U);
}

}  // namespace
}  // namespace lb::proxy
