#include "tests/chaos/footprint.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

namespace tests::chaos {
namespace {

using base::fail;

constexpr std::string_view kSocket = "socket:[";

std::size_t rss_of(const std::string& proc) {
  std::ifstream status(proc + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(line.find_first_of("0123456789")));
  }
  return 0;
}

// The inodes of all sockets that the tables of its network tell of, in whatever column: the formats differ, and a
// number that is none of a socket's does no harm. A TCP socket that is in state CLOSE is in no table.
std::set<std::string> known_inodes(const std::string& proc) {
  std::set<std::string> numbers;
  for (const char* table : {"tcp", "tcp6", "udp", "udp6", "unix", "netlink", "packet", "raw", "raw6"}) {
    std::ifstream file(proc + "/net/" + table);
    for (std::string word; file >> word;) numbers.insert(word);
  }
  return numbers;
}

}  // namespace

base::Result<Footprint> footprint_of(pid_t pid) {
  const std::string proc = "/proc/" + std::to_string(pid);
  Footprint footprint;
  footprint.rss_kib = rss_of(proc);
  const auto known = known_inodes(proc);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(proc + "/fd", error)) {
    std::error_code gone;
    const std::string target = std::filesystem::read_symlink(entry.path(), gone).string();
    if (gone) continue;
    ++footprint.descriptors;
    if (!target.starts_with(kSocket)) continue;
    const std::string inode = target.substr(kSocket.size(), target.size() - kSocket.size() - 1);
    if (!known.contains(inode)) ++footprint.idle_sockets;
  }
  if (error) return fail("cannot look at the balancer's descriptors in {}/fd: {}", proc, error.message());
  return footprint;
}

}  // namespace tests::chaos
