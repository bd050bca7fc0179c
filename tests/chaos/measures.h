// Measures: what a run came to, out of what clients saw and what was done to the servers; and the bounds that a
// balancer has to keep. Pure functions and values; any thread.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/chaos/footprint.h"
#include "tests/chaos/records.h"

namespace tests::chaos {

using std::chrono::microseconds;

struct Measures {
  // New connections, those of kept sessions included.
  std::size_t tried = 0;
  std::size_t failed_unheard = 0;
  std::size_t failed_heard = 0;
  std::size_t failed_heard_without_fault = 0;   // of these
  std::map<std::string, std::size_t> failures;  // "during ...: why" -> how many
  microseconds p50{0};                          // of those that were answered, as all below
  microseconds p99{0};
  microseconds slowest{0};
  // While a server was stopped, and of those that were under way when a server went silent (which is the same to them).
  microseconds slowest_stopped{0};

  // Kept sessions.
  std::size_t lines = 0;
  std::size_t wrong_bytes = 0;
  std::size_t ended_by_fault = 0;
  std::size_t ended_without_fault = 0;
  std::string first_end_without_fault;
  std::size_t dead = 0;      // were on a server when it died or went silent
  microseconds hang_p50{0};  // from there to their end, or until the server spoke again
  microseconds hang_longest{0};

  Footprint before;
  Footprint after;
};

[[nodiscard]] Measures measure(const Records& records, const std::vector<Fault>& faults);

struct Bounds {
  std::optional<microseconds> slowest = std::chrono::seconds{1};
  std::optional<microseconds> slowest_stopped = std::chrono::seconds{2};
  microseconds hang = std::chrono::seconds{10};
  std::size_t rss_kib = 4096;  // more than before
};

// A sentence for each bound that is broken.
[[nodiscard]] std::vector<std::string> broken_bounds(const Measures& measures, const Bounds& bounds);

// "12.3 ms", "1.25 s"
[[nodiscard]] std::string in_words(microseconds time);

}  // namespace tests::chaos
