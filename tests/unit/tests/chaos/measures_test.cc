#include "tests/chaos/measures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tests::chaos {
namespace {

using namespace std::chrono_literals;
using How = Interruption::How;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Moment at(std::chrono::milliseconds time) {
  return Moment{} + 1h + time;
}

Attempt attempt(std::chrono::milliseconds begin, std::chrono::milliseconds took, Outcome outcome = Outcome::kAnswered) {
  return {at(begin), at(begin + took), outcome, outcome == Outcome::kAnswered ? "" : "no answer"};
}

// A run in which all went well.
Records good_records() {
  Records records;
  for (int i = 0; i < 100; ++i) records.attempts.push_back(attempt(i * 100ms, std::chrono::milliseconds{i + 1}));
  records.lines = 1000;
  return records;
}

Fault fault(FaultKind kind, std::chrono::milliseconds begin, std::chrono::milliseconds end, std::size_t server = 0) {
  return {kind, server, at(begin), at(end)};
}

std::vector<std::string> broken(const Records& records, const std::vector<Fault>& faults) {
  return broken_bounds(measure(records, faults), {});
}

TEST(Measures, OfAGoodRunBreakNoBound) {
  const Measures measures = measure(good_records(), {});
  EXPECT_EQ(measures.tried, 100U);
  EXPECT_EQ(measures.p50, 50ms);
  EXPECT_EQ(measures.p99, 99ms);
  EXPECT_EQ(measures.slowest, 100ms);
  EXPECT_THAT(broken_bounds(measures, {}), IsEmpty());
}

TEST(Measures, OfClientsThatDidNothingProveNothing) {
  EXPECT_THAT(broken({}, {}), ElementsAre(HasSubstr("proves nothing")));
}

TEST(Measures, AllowNoFailureBeforeTheServerHasSaidAWord) {
  Records records = good_records();
  records.attempts.push_back(attempt(5s, 5s, Outcome::kFailedUnheard));
  EXPECT_THAT(broken(records, {fault(FaultKind::kKill, 5s, 9s)}),
              ElementsAre(HasSubstr("1 new connections failed before")));
}

TEST(Measures, AllowAFailureBehindAWordOnlyDuringAFaultThatCanCauseIt) {
  Records records = good_records();
  records.attempts.push_back(attempt(5s, 1s, Outcome::kFailedHeard));
  EXPECT_THAT(broken(records, {fault(FaultKind::kKill, 5500ms, 9s)}), IsEmpty());
  EXPECT_EQ(measure(records, {fault(FaultKind::kKill, 5500ms, 9s)}).failed_heard, 1U);
  EXPECT_THAT(broken(records, {fault(FaultKind::kKill, 7s, 9s)}), ElementsAre(HasSubstr("while no server was ill")));
  EXPECT_THAT(broken(records, {fault(FaultKind::kSlow, 5s, 9s)}), ElementsAre(HasSubstr("while no server was ill")));
}

TEST(Measures, GiveAStoppedServersClientsASecondMore) {
  Records records = good_records();
  records.attempts.push_back(attempt(5s, 1500ms));
  EXPECT_THAT(broken(records, {fault(FaultKind::kStop, 6s, 9s)}), IsEmpty());
  EXPECT_EQ(measure(records, {fault(FaultKind::kStop, 6s, 9s)}).slowest_stopped, 1500ms);
  EXPECT_THAT(broken(records, {fault(FaultKind::kReset, 6s, 9s)}), ElementsAre(HasSubstr("took 1.50 s")));
  // A link that goes down is a stopped server to those that are under way, and to nobody else.
  EXPECT_THAT(broken(records, {fault(FaultKind::kLinkDown, 6s, 9s)}), IsEmpty());
  EXPECT_THAT(broken(records, {fault(FaultKind::kLinkDown, 4s, 9s)}), ElementsAre(HasSubstr("took 1.50 s")));
  records.attempts.push_back(attempt(5s, 2500ms));
  EXPECT_THAT(broken(records, {fault(FaultKind::kStop, 6s, 9s)}), ElementsAre(HasSubstr("took 2.50 s")));
}

TEST(Measures, CountTheHangOfADeadServersSessionsFromTheFaultsBegin) {
  Records records = good_records();
  records.interruptions.push_back({0, at(4800ms), at(9s), How::kEnded, "reset"});
  records.interruptions.push_back({0, at(4900ms), at(15500ms), How::kResumed, {}});
  const std::vector<Fault> faults{fault(FaultKind::kDrop, 5s, 17s)};
  const Measures measures = measure(records, faults);
  EXPECT_EQ(measures.dead, 2U);
  EXPECT_EQ(measures.ended_by_fault, 1U);
  EXPECT_EQ(measures.hang_p50, 4s);
  EXPECT_EQ(measures.hang_longest, 10500ms);
  EXPECT_THAT(broken(records, faults), ElementsAre(HasSubstr("hung for 10.50 s")));
}

TEST(Measures, AllowNoSessionToEndWhileItsServerIsWell) {
  Records records = good_records();
  records.interruptions.push_back({1, at(5800ms), at(6s), How::kEnded, "reset by peer"});
  EXPECT_THAT(broken(records, {fault(FaultKind::kKill, 5s, 9s, 1)}), IsEmpty());
  EXPECT_THAT(broken(records, {fault(FaultKind::kKill, 5s, 9s, 0)}),
              ElementsAre(HasSubstr("the first: reset by peer")));
  EXPECT_THAT(broken(records, {fault(FaultKind::kQuorumLost, 5s, 9s, kAllServers)}), ElementsAre(HasSubstr("ended")));
  EXPECT_THAT(broken(records, {fault(FaultKind::kSlow, 5s, 9s, 1)}), ElementsAre(HasSubstr("ended")));
}

TEST(Measures, WantMemoryAndDescriptorsBack) {
  Measures measures = measure(good_records(), {});
  measures.before = {10'000, 40, 5};
  measures.after = {14'096, 50, 15};
  EXPECT_THAT(broken_bounds(measures, {}), IsEmpty());
  measures.after = {14'097, 50, 14};
  EXPECT_THAT(broken_bounds(measures, {}), ElementsAre(HasSubstr("10000 to 14097 KiB"), HasSubstr("from 35 to 36")));
}

TEST(Measures, FindWrongBytes) {
  Records records = good_records();
  records.wrong_bytes = 1;
  EXPECT_THAT(broken(records, {}), ElementsAre(HasSubstr("not what the server sent")));
}

}  // namespace
}  // namespace tests::chaos
