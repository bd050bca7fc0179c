#include "lib/base/process_usage.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

#if defined(__FreeBSD__)
#include <sys/types.h>
// after sys/types.h
#include <sys/sysctl.h>
#include <sys/user.h>

#include <array>
#endif

namespace base {
namespace {

std::chrono::microseconds time_of(const timeval& time) noexcept {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

#if defined(__linux__)
// proc(5): the fields behind the name, which stands in parentheses and may hold anything.
std::optional<std::chrono::system_clock::time_point> started() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const auto end_of_name = line.rfind(')');
  if (end_of_name == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(end_of_name + 1));
  constexpr int kFieldsBefore = 19;  // from the state, field 3, up to starttime, field 22
  std::string skipped;
  for (int i = 0; i < kFieldsBefore; ++i) fields >> skipped;
  double ticks = 0;
  double uptime = 0;
  std::ifstream since_boot("/proc/uptime");
  if (!(fields >> ticks) || !(since_boot >> uptime)) return std::nullopt;
  const std::chrono::duration<double> age(uptime - ticks / static_cast<double>(::sysconf(_SC_CLK_TCK)));
  return std::chrono::system_clock::now() - std::chrono::duration_cast<std::chrono::system_clock::duration>(age);
}

void ask_system(ProcessUsage& usage) {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all_pages = 0;
  std::uint64_t resident_pages = 0;
  if (file >> all_pages >> resident_pages) {
    usage.resident_bytes = resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  }
  // It never changes, but for what the two clocks differ.
  static const auto since = started();
  usage.started = since;
}
#elif defined(__FreeBSD__)
void ask_system(ProcessUsage& usage) {
  std::array<int, 4> name{CTL_KERN, KERN_PROC, KERN_PROC_PID, ::getpid()};
  kinfo_proc process{};
  std::size_t size = sizeof process;
  if (::sysctl(name.data(), name.size(), &process, &size, nullptr, 0) == 0) {
    usage.resident_bytes = static_cast<std::uint64_t>(process.ki_rssize) * static_cast<std::uint64_t>(::getpagesize());
    usage.started = std::chrono::system_clock::time_point(time_of(process.ki_start));
  }
}
#else
void ask_system(ProcessUsage&) {}
#endif

#if !defined(KERN_PROC_NFDS)
// Entries of the folder; what looks is one of them.
std::optional<std::uint64_t> count_entries(const char* folder) noexcept {
  DIR* const entries = ::opendir(folder);
  if (entries == nullptr) return std::nullopt;
  std::uint64_t count = 0;
  while (::readdir(entries) != nullptr) ++count;
  ::closedir(entries);
  constexpr std::uint64_t kOthers = 3;  // ".", ".." and the one that looked
  return count > kOthers ? std::optional(count - kOthers) : std::nullopt;
}
#endif

}  // namespace

std::optional<std::uint64_t> DescriptorCount::value(SteadyTime now) {
#if defined(KERN_PROC_NFDS)
  std::array<int, 4> name{CTL_KERN, KERN_PROC, KERN_PROC_NFDS, 0};
  int count = 0;
  std::size_t size = sizeof count;
  if (::sysctl(name.data(), name.size(), &count, &size, nullptr, 0) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(count);
#else
  // Linux 6.2 tells the number as the folder's size; before, that is 0.
  struct stat status {};
  if (::stat(folder_.c_str(), &status) != 0) return std::nullopt;
  if (status.st_size > 0) return static_cast<std::uint64_t>(status.st_size);
  if (!counted_ || now - counted_at_ >= kKept) {
    counted_ = count_entries(folder_.c_str());
    counted_at_ = now;
  }
  return counted_;
#endif
}

ProcessUsage process_usage(DescriptorCount& descriptors, SteadyTime now) {
  ProcessUsage usage;
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0) usage.cpu = time_of(used.ru_utime) + time_of(used.ru_stime);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) usage.most_descriptors = limit.rlim_cur;
  usage.open_descriptors = descriptors.value(now);
  ask_system(usage);
  return usage;
}

}  // namespace base
