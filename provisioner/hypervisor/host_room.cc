#include "provisioner/hypervisor/host_room.h"

#include <array>
#include <charconv>
#include <sstream>

namespace provisioner::hypervisor {
namespace {

// The largest unit that leaves a number of sense: "7.5 GiB".
std::string amount(std::uint64_t bytes) {
  static constexpr std::array<const char*, 4> kUnits{"MiB", "GiB", "TiB", "PiB"};
  double value = static_cast<double>(bytes) / (1 << 20);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

// "MemAvailable:   12345 kB"
base::Result<std::uint64_t> memory_of(const std::string& meminfo, const std::string& key) {
  const auto at = ("\n" + meminfo).find("\n" + key + ":");
  std::uint64_t kibibytes = 0;
  if (at != std::string::npos) std::istringstream(meminfo.substr(at + key.size() + 1)) >> kibibytes;
  if (kibibytes == 0) return base::fail("/proc/meminfo does not tell {}", key);
  return kibibytes << 10;
}

base::Result<std::uint64_t> free_disk(step::Host& host, std::filesystem::path folder) {
  while (!host.exists(folder) && folder.has_relative_path()) folder = folder.parent_path();
  const auto text = step::output_of(host, {{"df", "-Pk", folder.string()}});
  if (!text) return base::Failure(text.error());
  std::istringstream lines(*text);
  std::string line, device;
  std::uint64_t size = 0, used = 0, available = 0;
  std::getline(lines, line);
  if (!(lines >> device >> size >> used >> available)) return base::fail("df -Pk {} answers no table", folder.string());
  return available << 10;
}

std::string count(std::size_t machines) {
  return machines == 1 ? "1 machine" : fmt::format("{} machines", machines);
}

}  // namespace

base::Result<HostRoom> observe_room(step::Host& host, const std::filesystem::path& folder) {
  const auto meminfo = host.read("/proc/meminfo");
  if (!meminfo) return base::Failure(meminfo.error());
  const std::string text = *meminfo ? (*meminfo)->content : "";
  const auto memory = memory_of(text, "MemTotal");
  if (!memory) return base::Failure(memory.error());
  const auto available = memory_of(text, "MemAvailable");
  if (!available) return base::Failure(available.error());
  const auto disk = free_disk(host, folder);
  if (!disk) return base::Failure(disk.error());
  return HostRoom{*memory, *available, *disk};
}

base::Result<void> check_room(const HostRoom& room, const std::vector<Demand>& demands) {
  std::uint64_t memory = 0, disk = 0;
  std::size_t starting = 0, growing = 0;
  for (const Demand& demand : demands) {
    memory += demand.memory;
    disk += demand.disk;
    starting += demand.memory == 0 ? 0 : 1;
    growing += demand.disk == 0 ? 0 : 1;
  }
  if (memory > room.free_memory) {
    return base::fail(
        "{} would need {} of memory, and this host has {} free of {}; lower memory in spec.machineDefaults or "
        "spec.machines, or have fewer machines",
        count(starting), amount(memory), amount(room.free_memory), amount(room.memory));
  }
  if (disk > room.free_disk) {
    return base::fail(
        "the disks of {} may come to need {} more, and the host has {} free for them; lower disk in "
        "spec.machineDefaults or spec.machines, or give spec.hypervisor.folder more room",
        count(growing), amount(disk), amount(room.free_disk));
  }
  return {};
}

}  // namespace provisioner::hypervisor
