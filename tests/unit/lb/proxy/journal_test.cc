#include "lb/proxy/journal.h"

#include <numeric>

#include "tests/unit/lb/proxy/session_fixture.h"

namespace lb::proxy {
namespace {

using namespace std::chrono_literals;
using access_log::Record;
using Event = Record::Event;

class JournalTest : public SessionTest {
 protected:
  JournalTest() { set_backends({support::local_address(listening_)}); }

  // What has been noted since it was asked last.
  std::vector<Record> records() {
    std::vector<Record> all;
    ring_.take_all([&](const Record& record) { all.push_back(record); });
    return all;
  }
  // The same, by a journal of these settings.
  void use(Journal::Settings settings) {
    settings.ring = &ring_;
    own_ = std::make_unique<Journal>(loop_, settings, clock_, log_);
    place_.journal = own_.get();
  }
  void answer(const base::UniqueFd& server, const base::UniqueFd& client, std::string_view text) {
    support::send_all(server, text);
    turn_until(loop_, [&] { return session_->bytes_to_client() >= text.size(); });
    EXPECT_EQ(support::recv_exactly(client, text.size()), text);
  }
  void end(base::UniqueFd client, base::UniqueFd server) {
    client.reset();
    server.reset();
    turn_until(loop_, [&] { return session_ == nullptr; });
  }

  base::UniqueFd listening_ = listening();
  std::unique_ptr<Journal> own_;
};

TEST_F(JournalTest, NotesASessionAtItsEnd) {
  auto client = begin();
  clock_.advance(2ms);
  auto server = accept_one(listening_);
  clock_.advance(3ms);
  answer(server, client, "abc");
  EXPECT_TRUE(records().empty());
  clock_.advance(4ms);
  end(std::move(client), std::move(server));
  const auto all = records();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].event, Event::kClosed);
  EXPECT_EQ(all[0].time, clock_.now());
  EXPECT_EQ(all[0].client.to_string(), "192.0.2.7:50000");
  EXPECT_EQ(all[0].listener.text(), "test");
  EXPECT_EQ(all[0].backend.text(), support::local_address(listening_).to_string());
  EXPECT_EQ(all[0].tries, 1);
  EXPECT_EQ(all[0].cause, "finished");
  EXPECT_EQ(all[0].to_backend, 0U);
  EXPECT_EQ(all[0].to_client, 3U);
  EXPECT_GE(all[0].connected, 0ms);
  EXPECT_GE(all[0].first_byte, 5ms);
  EXPECT_EQ(all[0].total, 9ms);
}

TEST_F(JournalTest, TheListenerCountsTimesAndBytesToo) {
  auto client = begin();
  auto server = accept_one(listening_);
  clock_.advance(3ms);
  answer(server, client, "abc");
  decltype(listener_.connect_duration)::Reading connect;
  connect.add(listener_.connect_duration);
  decltype(listener_.first_byte)::Reading first_byte;
  first_byte.add(listener_.first_byte);
  EXPECT_EQ(std::accumulate(connect.counts.begin(), connect.counts.end(), std::uint64_t{0}), 1U);
  EXPECT_EQ(first_byte.sum, 3ms);
  EXPECT_EQ(listener_.bytes_to_client.value(), 3U);
  EXPECT_EQ(listener_.redispatches.value(), 0U);
  end(std::move(client), std::move(server));
}

TEST_F(JournalTest, NotesASessionThatGotNoBackend) {
  set_backends({support::free_address(), support::free_address()});
  const auto client = begin();
  turn_until(loop_, [&] { return session_ == nullptr; });
  const auto all = records();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].cause, "connect_failed");
  EXPECT_EQ(all[0].backend.text(), "");
  EXPECT_EQ(all[0].tries, 2);
  EXPECT_FALSE(all[0].connected);
  EXPECT_FALSE(all[0].first_byte);
}

TEST_F(JournalTest, NotesThatASessionIsConnectedWhereThatIsAsked) {
  use({.connected = true});
  auto client = begin();
  auto server = accept_one(listening_);
  const auto connected = records();
  ASSERT_EQ(connected.size(), 1U);
  EXPECT_EQ(connected[0].event, Event::kConnected);
  EXPECT_EQ(connected[0].backend.text(), support::local_address(listening_).to_string());
  EXPECT_EQ(connected[0].cause, "");
  end(std::move(client), std::move(server));
  EXPECT_EQ(records().size(), 1U);
}

TEST_F(JournalTest, NotesWhatStaysOpenAgainAndAgain) {
  use({.every = 100ms});
  auto client = begin();
  auto server = accept_one(listening_);
  answer(server, client, "abc");
  clock_.advance(99ms);
  std::vector<Record> all;
  const auto come = [&] {
    for (const Record& record : records()) all.push_back(record);
    return !all.empty();
  };
  EXPECT_FALSE(come());
  clock_.advance(1ms);
  turn_until(loop_, come);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].event, Event::kOpen);
  EXPECT_EQ(all[0].to_client, 3U);
  EXPECT_EQ(all[0].total, 100ms);
  all.clear();
  clock_.advance(100ms);
  turn_until(loop_, come);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].total, 200ms);
  end(std::move(client), std::move(server));
  EXPECT_EQ(records().size(), 1U);
}

TEST_F(JournalTest, KnowsTheTriesOfASessionThatStands) {
  const auto client = begin();
  const auto server = accept_one(listening_);
  EXPECT_EQ(session_->race(), nullptr);
  EXPECT_EQ(journal_.tries(*session_), 1U);
}

}  // namespace
}  // namespace lb::proxy
