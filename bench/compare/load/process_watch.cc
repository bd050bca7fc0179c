#include "bench/compare/load/process_watch.h"

#include <filesystem>
#include <fstream>
#include <string>

namespace bench::load {
namespace {

std::filesystem::path folder_of(pid_t process) {
  return std::filesystem::path("/proc") / std::to_string(process);
}

}  // namespace

std::chrono::nanoseconds cpu_time(const std::vector<pid_t>& processes) {
  std::chrono::nanoseconds total{0};
  for (const pid_t process : processes) {
    std::error_code gone;
    for (const auto& thread : std::filesystem::directory_iterator(folder_of(process) / "task", gone)) {
      std::int64_t on_cpu = 0;
      std::ifstream(thread.path() / "schedstat") >> on_cpu;
      total += std::chrono::nanoseconds(on_cpu);
    }
  }
  return total;
}

std::uint64_t proportional_memory(const std::vector<pid_t>& processes) {
  std::uint64_t kibibytes = 0;
  for (const pid_t process : processes) {
    std::ifstream file(folder_of(process) / "smaps_rollup");
    for (std::string word; file >> word;) {
      std::uint64_t value = 0;
      if (word == "Pss:" && file >> value) kibibytes += value;
    }
  }
  return kibibytes * 1024;
}

}  // namespace bench::load
