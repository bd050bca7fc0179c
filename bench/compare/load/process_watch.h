// What processes have used, as Linux tells it under /proc. Any thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <vector>

namespace bench::load {

// CPU time of all threads of all these processes, to the nanosecond (schedstat). A process that is gone counts nothing.
[[nodiscard]] std::chrono::nanoseconds cpu_time(const std::vector<pid_t>& processes);

// Their memory, shared pages by share (PSS), bytes.
[[nodiscard]] std::uint64_t proportional_memory(const std::vector<pid_t>& processes);

}  // namespace bench::load
