#include "provisioner/step/executor.h"

#include <gmock/gmock.h>

#include <mutex>

#include "provisioner/step/steps.h"
#include "tests/unit/provisioner/fake_host.h"

namespace provisioner::step {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// Keeps what it is told.
class Notes final : public Watcher {
 public:
  void begins(const Change& change) override { note("begins " + change.name); }
  void does(const Change& change, std::string_view what) override { note(change.name + ": " + std::string(what)); }
  void has_moved(const Change& /*change*/, std::uint64_t /*bytes*/, std::uint64_t /*total*/) override {}
  void ends(const Change& change, const base::Result<void>& result) override {
    note((result ? "did " : "failed ") + change.name);
  }
  [[nodiscard]] std::vector<std::string> lines() const { return lines_; }

 private:
  void note(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }

  std::mutex mutex_;  // guards lines_
  std::vector<std::string> lines_;
};

class ExecutorTest : public ::testing::Test {
 protected:
  Change& add(std::string name, Phase phase, std::string machine = "") {
    plan_.push_back({.action = Action::kCreate,
                     .kind = "thing",
                     .name = std::move(name),
                     .phase = phase,
                     .machine = std::move(machine)});
    return plan_.back();
  }
  static void run(Change& change, std::string word, std::string undo = "") {
    std::optional<Command> opposite;
    if (!undo.empty()) opposite = Command{{std::move(undo)}};
    change.steps.push_back(std::make_unique<RunCommand>(Command{{std::move(word)}}, std::move(opposite)));
  }
  Outcome carry_out_plan() { return carry_out(plan_, {host_, *ledger_, notes_, interrupted_, 2}); }

  FakeHost host_;
  std::unique_ptr<Ledger> ledger_ = std::move(Ledger::open(host_, "/made.json").value());
  Notes notes_;
  std::atomic<bool> interrupted_{false};
  Plan plan_;
};

TEST_F(ExecutorTest, GoesPhaseByPhase) {
  run(add("late", Phase::kLast), "c");
  run(add("one", Phase::kMachine, "m"), "b");
  run(add("early", Phase::kHost), "a");
  const Outcome outcome = carry_out_plan();
  EXPECT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.done, 3U);
  EXPECT_THAT(host_.calls(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(notes_.lines(),
              ElementsAre("begins early", "did early", "begins one", "did one", "begins late", "did late"));
}

TEST_F(ExecutorTest, LeavesAloneWhatIsTheSame) {
  add("same", Phase::kHost).action = Action::kSame;
  const Outcome outcome = carry_out_plan();
  EXPECT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.done, 0U);
  EXPECT_THAT(notes_.lines(), IsEmpty());
}

TEST_F(ExecutorTest, LetsOtherMachinesGoOn) {
  host_.answer("bad", "broken disk", 1);
  run(add("disk", Phase::kMachine, "m1"), "bad");
  run(add("boot", Phase::kMachine, "m1"), "boot-m1");
  run(add("boot", Phase::kMachine, "m2"), "boot-m2");
  run(add("late", Phase::kLast), "late");
  const Outcome outcome = carry_out_plan();
  ASSERT_EQ(outcome.failures.size(), 1U);
  EXPECT_EQ(outcome.failures[0].name, "disk");
  EXPECT_EQ(outcome.failures[0].machine, "m1");
  EXPECT_THAT(outcome.failures[0].error.message, HasSubstr("broken disk"));
  EXPECT_EQ(outcome.done, 1U);
  EXPECT_EQ(outcome.left, 2U);
  EXPECT_THAT(host_.calls(), UnorderedElementsAre("bad", "boot-m2"));
}

TEST_F(ExecutorTest, StopsBeforeTheMachinesWhereTheHostFails) {
  host_.answer("bad", "no", 1);
  run(add("bridge", Phase::kHost), "bad");
  run(add("nat", Phase::kHost), "nat");
  run(add("m", Phase::kMachine, "m"), "boot");
  const Outcome outcome = carry_out_plan();
  EXPECT_EQ(outcome.left, 2U);
  EXPECT_THAT(host_.calls(), ElementsAre("bad"));
}

TEST_F(ExecutorTest, KeepsFinishedStepsOrUndoesThem) {
  host_.answer("bad", "no", 1);
  Change& kept = add("kept", Phase::kMachine, "m1");
  run(kept, "k1", "undo-k1");
  run(kept, "bad");
  EXPECT_FALSE(carry_out_plan().ok());
  EXPECT_THAT(host_.calls(), ElementsAre("k1", "bad"));

  host_.forget_calls();
  plan_.clear();
  Change& undone = add("undone", Phase::kHost);
  undone.on_failure = OnFailure::kUndo;
  run(undone, "u1", "undo-u1");
  run(undone, "u2", "undo-u2");
  run(undone, "bad", "undo-bad");
  run(undone, "never");
  EXPECT_FALSE(carry_out_plan().ok());
  EXPECT_THAT(host_.calls(), ElementsAre("u1", "u2", "bad", "undo-bad", "undo-u2", "undo-u1"));
}

TEST_F(ExecutorTest, TellsWhatCouldNotBeUndone) {
  host_.answer("bad", "no", 1);
  host_.answer("undo", "stuck", 1);
  Change& change = add("x", Phase::kHost);
  change.on_failure = OnFailure::kUndo;
  run(change, "first", "undo");
  run(change, "bad");
  const Outcome outcome = carry_out_plan();
  EXPECT_THAT(outcome.failures.at(0).error.message,
              HasSubstr("and undoing it failed: undo ended with exit code 1: stuck"));
}

TEST_F(ExecutorTest, BeginsNothingOnceItIsInterrupted) {
  host_.react("first", [this](const Command&) {
    interrupted_ = true;
    return base::Output{};
  });
  Change& change = add("x", Phase::kHost);
  run(change, "first");
  run(change, "second");
  run(add("y", Phase::kHost), "third");
  const Outcome outcome = carry_out_plan();
  EXPECT_THAT(host_.calls(), ElementsAre("first"));
  EXPECT_THAT(outcome.failures.at(0).error.message, HasSubstr("interrupted"));
  EXPECT_EQ(outcome.left, 1U);
}

}  // namespace
}  // namespace provisioner::step
