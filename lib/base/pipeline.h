// run_pipeline: one program's output as another one's input, as a shell's `a | b`: what passes between them is in no
// file and not in our memory. Safe in a program with threads.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "lib/base/subprocess.h"

namespace base {

struct PipelineOutput {
  ExitStatus from;
  std::string from_err;
  Output to;
};

// Runs both to their ends; in the options, `to`'s input and where outputs go are not looked at. The first one ends by
// SIGPIPE when the second one ends early. Past `timeout` both are killed and that is an error. One that ends with
// another code than 0 is a value.
[[nodiscard]] Result<PipelineOutput> run_pipeline(const std::vector<std::string>& from,
                                                  const std::vector<std::string>& to, const SubprocessOptions& options,
                                                  std::chrono::milliseconds timeout);

}  // namespace base
