#include "lb/net/mailbox.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/unit/lb/net/descriptor_shortage.h"
#include "tests/unit/lb/net/loop_fixture.h"

namespace lb::net {
namespace {

class MailboxTest : public LoopTest {};

TEST_F(MailboxTest, DeliversInTheOrderOfPosting) {
  Mailbox mailbox(loop_);
  std::vector<int> got;
  for (int i = 0; i < 5; ++i) mailbox.post([&got, i] { got.push_back(i); });
  EXPECT_TRUE(got.empty());
  ASSERT_TRUE(run_until([&] { return got.size() == 5; }));
  EXPECT_EQ(got, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST_F(MailboxTest, ALetterPostedByALetterRunsLater) {
  Mailbox mailbox(loop_);
  std::string order;
  mailbox.post([&] {
    mailbox.post([&] { order += "inner"; });
    order += "outer ";
  });
  ASSERT_TRUE(run_until([&] { return order.size() > 6; }));
  EXPECT_EQ(order, "outer inner");
}

TEST_F(MailboxTest, LosesNothingThatManyThreadsPost) {
  constexpr int kThreads = 4;
  constexpr int kLetters = 5000;
  Mailbox mailbox(loop_);
  std::vector<int> next(kThreads);
  int in_order = 0;
  std::vector<std::thread> threads;
  const auto post_all = [&](std::size_t thread) {
    for (int i = 0; i < kLetters; ++i) {
      mailbox.post([&, thread, i] { in_order += next[thread]++ == i ? 1 : 0; });
    }
  };
  for (std::size_t thread = 0; thread < kThreads; ++thread) threads.emplace_back(post_all, thread);
  EXPECT_TRUE(run_until([&] { return in_order == kThreads * kLetters; }));
  for (auto& thread : threads) thread.join();
}

// Each waits for the other's letter: one lost wake-up and both stand still.
TEST(Mailbox, WakesALoopThatSleepsEachTime) {
  EventLoop here;
  EventLoop there;
  Mailbox to_here(here);
  Mailbox to_there(there);
  int rounds = 0;
  std::function<void()> ping;
  std::function<void()> pong = [&] { to_here.post(ping); };
  ping = [&] {
    if (++rounds < 2000) return to_there.post(pong);
    to_there.post([&] { there.stop(); });
    here.stop();
  };
  std::thread other([&] { there.run(); });
  to_there.post(pong);
  here.run();
  other.join();
  EXPECT_EQ(rounds, 2000);
}

TEST_F(MailboxTest, KeepsLettersForALoopThatHasStopped) {
  Mailbox mailbox(loop_);
  int got = 0;
  mailbox.post([&] { loop_.stop(); });
  loop_.run();
  mailbox.post([&] { ++got; });
  mailbox.post([&] { ++got; });
  EXPECT_EQ(got, 0);
  EXPECT_TRUE(run_until([&] { return got == 2; }));
}

TEST_F(MailboxTest, DropsUnreadLettersWithAllThatTheyHold) {
  auto held = std::make_shared<int>(1);
  {
    Mailbox mailbox(loop_);
    mailbox.post([held] { FAIL() << "nobody reads this"; });
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
  run_ready();
}

TEST_F(MailboxTest, SaysWhenThereIsNoDescriptorLeft) {
  DescriptorShortage shortage;
  EXPECT_THROW(Mailbox{loop_}, std::runtime_error);
  shortage.give_back(1);
  EXPECT_THROW(Mailbox{loop_}, std::runtime_error);
}

}  // namespace
}  // namespace lb::net
