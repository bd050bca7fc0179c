// What keepstate-lb does when it is asked: each command takes the parsed options and gives the exit code. What is wrong
// with the input is told on standard error, with its place.
#pragma once

#include "lb/options.h"

namespace lb {

[[nodiscard]] int run_command(const Options& options);

}  // namespace lb
