#include "provisioner/hypervisor/boot_stage.h"

#include <algorithm>
#include <array>
#include <vector>

namespace provisioner::hypervisor {
namespace {

constexpr std::string_view kKernelBegins = "Linux version ";

struct Sign {
  std::string_view words;
  std::string_view stage;
};
// In the order in which a boot goes through them; cloud-init's stages name themselves.
constexpr std::array<Sign, 4> kSigns{{
    {kKernelBegins, "kernel"},
    {"systemd[1]: ", "systemd"},
    {" login: ", "login"},
    {"reboot: ", "shutdown"},
}};
constexpr std::string_view kCloudInit = "Cloud-init v. ";

// After these nothing happens by itself.
constexpr std::array<std::string_view, 5> kEnds{"Kernel panic - not syncing", "You are in emergency mode",
                                                "Dropping to a shell!", "No bootable device",
                                                "Gave up waiting for root"};

std::string printable(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto c = static_cast<unsigned char>(line[i]);
    if (c == 0x1b && i + 1 < line.size() && line[i + 1] == '[') {  // ECMA-48: CSI, parameters, one final byte
      i += 2;
      while (i < line.size() && (line[i] < 0x40 || line[i] > 0x7e)) ++i;
    } else if (c == '\t') {
      text += ' ';
    } else if (c >= 0x20 && c != 0x7f) {
      text += line[i];
    }
  }
  return text;
}

std::string_view line_at(std::string_view log, std::size_t at) {
  const auto before = log.rfind('\n', at);
  const auto begin = before == std::string_view::npos ? 0 : before + 1;
  return log.substr(begin, log.find('\n', at) - begin);
}

// "Cloud-init v. 22.4.2 running 'init-local' at ..." -> "cloud-init: init-local"
std::string cloud_init_stage(std::string_view line) {
  const auto begin = line.find("running '");
  if (begin == std::string_view::npos) return "cloud-init: finished";
  line.remove_prefix(begin + 9);
  return "cloud-init: " + printable(line.substr(0, line.find('\'')));
}

// "[FAILED] Failed to start cloud-init...": without that part of cloud-init the seed is not done. systemd colours the
// words, so they are looked for in what is left without colours.
std::optional<std::string> failed_cloud_init(std::string_view log) {
  constexpr std::string_view kFailed = "Failed to start ";
  for (auto at = log.find(kFailed); at != std::string_view::npos; at = log.find(kFailed, at + 1)) {
    std::string line = printable(line_at(log, at));
    if (line.find("cloud-init") != std::string::npos) return line;
  }
  return std::nullopt;
}

}  // namespace

BootStage boot_stage(std::string_view log) {
  if (const auto kernel = log.rfind(kKernelBegins); kernel != std::string_view::npos) log.remove_prefix(kernel);
  BootStage stage;
  std::size_t furthest = 0;
  const auto reach = [&](std::size_t at, std::string name) {
    if (at == std::string_view::npos || at < furthest) return;
    furthest = at;
    stage.name = std::move(name);
  };
  for (const Sign& sign : kSigns) reach(log.rfind(sign.words), std::string(sign.stage));
  if (const auto at = log.rfind(kCloudInit); at != std::string_view::npos) {
    reach(at, cloud_init_stage(line_at(log, at)));
  }
  for (const std::string_view end : kEnds) {
    if (const auto at = log.find(end); at != std::string_view::npos) stage.failure = printable(line_at(log, at));
  }
  if (!stage.failure) stage.failure = failed_cloud_init(log);
  return stage;
}

std::string last_console_lines(std::string_view log, std::size_t lines) {
  std::vector<std::string> kept;
  while (!log.empty() && kept.size() < lines) {
    const auto end = log.rfind('\n');
    const auto begin = end == std::string_view::npos ? 0 : end + 1;
    if (std::string line = printable(log.substr(begin)); !line.empty()) kept.push_back(std::move(line));
    log = log.substr(0, begin == 0 ? 0 : begin - 1);
  }
  std::string text;
  for (auto line = kept.rbegin(); line != kept.rend(); ++line) text += (text.empty() ? "  " : "\n  ") + *line;
  return text;
}

}  // namespace provisioner::hypervisor
