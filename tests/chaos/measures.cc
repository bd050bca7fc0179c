#include "tests/chaos/measures.h"

#include <fmt/format.h>

#include <algorithm>

namespace tests::chaos {
namespace {

using How = Interruption::How;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

// A fault's last effects come after its end: a reset for what was sent meanwhile, a check that was under way.
constexpr milliseconds kAftermath{3000};
// Between the words "it begins" and a begun fault lie a few system calls, or a program that is started.
constexpr milliseconds kForetime{100};

bool strikes(const Fault& fault, std::size_t server) {
  return fault.server == server || fault.server == kAllServers;
}

bool overlaps(const Attempt& attempt, const Fault& fault) {
  return attempt.begin <= fault.end && attempt.end >= fault.begin;
}

std::string circumstances_of(const Attempt& attempt, const std::vector<Fault>& faults) {
  const char* const when = attempt.outcome == Outcome::kFailedHeard ? "after a word of the server" : "before a word";
  for (const Fault& fault : faults) {
    if (overlaps(attempt, fault)) return fmt::format("during {}, {}: {}", name_of(fault.kind), when, attempt.error);
  }
  return fmt::format("without a fault, {}: {}", when, attempt.error);
}

bool is_explained(const Attempt& attempt, const std::vector<Fault>& faults) {
  return std::ranges::any_of(faults, [&](const Fault& f) { return may_cut(f.kind) && overlaps(attempt, f); });
}

// To such an attempt a server may have been as one that is stopped: accepted, and then silent.
bool met_silence(const Attempt& attempt, const std::vector<Fault>& faults) {
  return std::ranges::any_of(faults, [&](const Fault& f) {
    if (f.kind == FaultKind::kStop) return overlaps(attempt, f);
    return is_silent(f.kind) && attempt.begin <= f.begin + kForetime && attempt.end >= f.begin;
  });
}

microseconds percentile(std::vector<microseconds>& times, double part) {
  if (times.empty()) return microseconds{0};
  const auto at = static_cast<std::ptrdiff_t>(part * static_cast<double>(times.size() - 1));
  std::ranges::nth_element(times, times.begin() + at);
  return times[static_cast<std::size_t>(at)];
}

void measure_attempts(const Records& records, const std::vector<Fault>& faults, Measures& measures) {
  std::vector<microseconds> times;
  for (const Attempt& attempt : records.attempts) {
    ++measures.tried;
    if (attempt.outcome == Outcome::kAnswered) {
      const auto took = duration_cast<microseconds>(attempt.end - attempt.begin);
      times.push_back(took);
      auto& slowest = met_silence(attempt, faults) ? measures.slowest_stopped : measures.slowest;
      slowest = std::max(slowest, took);
      continue;
    }
    const bool heard = attempt.outcome == Outcome::kFailedHeard;
    const bool explained = heard && is_explained(attempt, faults);
    ++(heard ? measures.failed_heard : measures.failed_unheard);
    if (heard && !explained) ++measures.failed_heard_without_fault;
    ++measures.failures[circumstances_of(attempt, faults)];
  }
  measures.p50 = percentile(times, 0.5);
  measures.p99 = percentile(times, 0.99);
}

// The fault that interrupted a session; nothing when there was none that may have.
const Fault* cause_of(const Interruption& interruption, const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    if (!may_cut(fault.kind) || !strikes(fault, interruption.server)) continue;
    if (interruption.end >= fault.begin && interruption.last_line <= fault.end + kAftermath) return &fault;
  }
  return nullptr;
}

void measure_interruptions(const Records& records, const std::vector<Fault>& faults, Measures& measures) {
  std::vector<microseconds> hangs;
  for (const Interruption& interruption : records.interruptions) {
    const Fault* const cause = cause_of(interruption, faults);
    if (interruption.how == How::kEnded) {
      ++(cause ? measures.ended_by_fault : measures.ended_without_fault);
      if (!cause && measures.first_end_without_fault.empty()) measures.first_end_without_fault = interruption.error;
    }
    if (cause && is_deadly(cause->kind)) hangs.push_back(duration_cast<microseconds>(interruption.end - cause->begin));
  }
  measures.dead = hangs.size();
  measures.hang_p50 = percentile(hangs, 0.5);
  measures.hang_longest = percentile(hangs, 1);
}

}  // namespace

Measures measure(const Records& records, const std::vector<Fault>& faults) {
  Measures measures;
  measures.lines = records.lines;
  measures.wrong_bytes = records.wrong_bytes;
  measure_attempts(records, faults, measures);
  measure_interruptions(records, faults, measures);
  return measures;
}

std::vector<std::string> broken_bounds(const Measures& m, const Bounds& bounds) {
  std::vector<std::string> broken;
  const auto check = [&](bool holds, std::string sentence) {
    if (!holds) broken.push_back(std::move(sentence));
  };
  check(m.tried > 0 && m.lines > 0, "the clients did nothing: a run that proves nothing");
  check(m.failed_unheard == 0,
        fmt::format("{} new connections failed before the server had said a word", m.failed_unheard));
  check(m.failed_heard_without_fault == 0,
        fmt::format("{} new connections failed while no server was ill", m.failed_heard_without_fault));
  check(!bounds.slowest || m.slowest < *bounds.slowest,
        fmt::format("the slowest new connection took {}", in_words(m.slowest)));
  check(!bounds.slowest_stopped || m.slowest_stopped < *bounds.slowest_stopped,
        fmt::format("with a server stopped, the slowest new connection took {}", in_words(m.slowest_stopped)));
  check(m.wrong_bytes == 0, fmt::format("{} lines or answers were not what the server sent", m.wrong_bytes));
  check(m.ended_without_fault == 0, fmt::format("{} kept sessions ended while their server was well; the first: {}",
                                                m.ended_without_fault, m.first_end_without_fault));
  check(m.hang_longest <= bounds.hang, fmt::format("a session on a dead server hung for {}", in_words(m.hang_longest)));
  check(m.after.rss_kib <= m.before.rss_kib + bounds.rss_kib,
        fmt::format("memory went from {} to {} KiB", m.before.rss_kib, m.after.rss_kib));
  check(m.after.in_use() == m.before.in_use(),
        fmt::format("descriptors went from {} to {}", m.before.in_use(), m.after.in_use()));
  return broken;
}

std::string in_words(microseconds time) {
  const auto ms = static_cast<double>(time.count()) / 1000;
  return ms < 1000 ? fmt::format("{:.1f} ms", ms) : fmt::format("{:.2f} s", ms / 1000);
}

}  // namespace tests::chaos
