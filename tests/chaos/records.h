// What clients saw. Each client writes Records of its own; they are put together when all have left. Values; any
// thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/chaos/fault.h"

namespace tests::chaos {

enum class Outcome {
  kAnswered,
  kFailedUnheard,  // before the server had said anything in TLS
  kFailedHeard,    // after: no balancer can give such a client to another server
};

// One new connection: TCP, TLS and one GET. Never tried again.
struct Attempt {
  Moment begin;
  Moment end;
  Outcome outcome = Outcome::kAnswered;
  std::string error;
};

// A kept session fell silent or ended.
struct Interruption {
  enum class How { kResumed, kEnded, kStillSilent };

  std::size_t server;
  Moment last_line;
  Moment end;  // its next line, its end, or when we stopped looking
  How how = How::kEnded;
  std::string error;
};

struct Records {
  std::vector<Attempt> attempts;
  std::vector<Interruption> interruptions;
  std::size_t lines = 0;        // of kept sessions
  std::size_t wrong_bytes = 0;  // lines or bodies that are not what the server sent

  void add(Records&& other) {
    for (auto& each : other.attempts) attempts.push_back(std::move(each));
    for (auto& each : other.interruptions) interruptions.push_back(std::move(each));
    lines += other.lines;
    wrong_bytes += other.wrong_bytes;
  }
};

}  // namespace tests::chaos
