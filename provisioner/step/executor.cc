#include "provisioner/step/executor.h"

#include <algorithm>
#include <mutex>
#include <thread>

namespace provisioner::step {
namespace {

// What the steps of one change see.
class ChangeWorkplace final : public Workplace {
 public:
  ChangeWorkplace(const Team& team, const Change& change) : team_(team), change_(change) {}

  [[nodiscard]] Host& host() override { return team_.host; }
  [[nodiscard]] Ledger& ledger() override { return team_.ledger; }
  void tell(std::string_view what) override { team_.watcher.does(change_, what); }
  void moved(std::uint64_t bytes, std::uint64_t total) override { team_.watcher.has_moved(change_, bytes, total); }
  [[nodiscard]] bool is_interrupted() const override { return team_.interrupted.load(); }

 private:
  const Team& team_;
  const Change& change_;
};

// From the step that failed back to the first. What cannot be undone is told beside the failure.
base::Error undo(Change& change, std::size_t failed, base::Error error, Workplace& place) {
  if (change.on_failure == OnFailure::kKeep) return error;
  for (std::size_t i = failed + 1; i-- > 0;) {
    if (auto undone = change.steps[i]->undo(place); !undone)
      error.message += "; and undoing it failed: " + undone.error().message;
  }
  return error;
}

base::Result<void> carry_out_steps(Change& change, const Team& team) {
  ChangeWorkplace place(team, change);
  for (std::size_t i = 0; i < change.steps.size(); ++i) {
    auto done = team.interrupted.load() ? base::Result<void>(base::fail("interrupted; the next run goes on from here"))
                                        : change.steps[i]->carry_out(place);
    if (!done) return base::Failure(undo(change, i, std::move(done.error()), place));
  }
  return {};
}

// Carries out changes and keeps what came of them. Threads share it.
class Work {
 public:
  explicit Work(const Team& team) : team_(team) {}

  // False: it failed.
  bool carry_out(Change& change) {
    if (change.action == Action::kSame && change.steps.empty()) return true;
    team_.watcher.begins(change);
    const auto result = carry_out_steps(change, team_);
    team_.watcher.ends(change, result);
    const std::lock_guard lock(mutex_);
    if (result)
      ++outcome_.done;
    else
      outcome_.failures.push_back({change.kind, change.name, change.machine, result.error()});
    return result.has_value();
  }

  // In their order, until one fails.
  void carry_out_row(const std::vector<Change*>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (team_.interrupted.load()) return leave(row, i);
      if (!carry_out(*row[i])) return leave(row, i + 1);
    }
  }

  void leave(const std::vector<Change*>& row, std::size_t from) {
    const std::lock_guard lock(mutex_);
    for (; from < row.size(); ++from) outcome_.left += row[from]->steps.empty() ? 0U : 1U;
  }

  [[nodiscard]] bool went_wrong() const {
    const std::lock_guard lock(mutex_);
    return !outcome_.ok();
  }
  [[nodiscard]] Outcome outcome() const {
    const std::lock_guard lock(mutex_);
    return outcome_;
  }

 private:
  const Team& team_;
  mutable std::mutex mutex_;  // guards outcome_
  Outcome outcome_;
};

using Row = std::vector<Change*>;

// The changes of a phase as rows that may run side by side: one a machine; one for all where no machine is named.
std::vector<Row> rows_of(Plan& plan, Phase phase) {
  std::vector<Row> rows;
  std::vector<std::string> machines;
  for (Change& change : plan) {
    if (change.phase != phase) continue;
    const auto found = std::find(machines.begin(), machines.end(), change.machine);
    const auto index = static_cast<std::size_t>(found - machines.begin());
    if (found == machines.end()) {
      machines.push_back(change.machine);
      rows.emplace_back();
    }
    rows[index].push_back(&change);
  }
  return rows;
}

void carry_out_phase(std::vector<Row>& rows, Work& work, unsigned threads) {
  std::atomic<std::size_t> next{0};
  const auto take_rows = [&] {
    for (std::size_t i = next++; i < rows.size(); i = next++) work.carry_out_row(rows[i]);
  };
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < std::min<std::size_t>(threads, rows.size()); ++i) others.emplace_back(take_rows);
  take_rows();
}

}  // namespace

Outcome carry_out(Plan& plan, const Team& team) {
  Work work(team);
  for (const Phase phase : {Phase::kHost, Phase::kMachine, Phase::kLast}) {
    auto rows = rows_of(plan, phase);
    if (work.went_wrong()) {
      for (const Row& row : rows) work.leave(row, 0);
    } else {
      carry_out_phase(rows, work, team.threads);
    }
  }
  return work.outcome();
}

}  // namespace provisioner::step
