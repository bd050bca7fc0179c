#include "tests/demo/report.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <sstream>

namespace tests::demo {
namespace {

constexpr double kWidthOfAll = 40;  // of a bar that stands for every request
constexpr std::array<std::string_view, 4> kTelling{"keepstate_lb_connections_total{", "keepstate_lb_retries_total{",
                                                   "keepstate_lb_backend_up{", "keepstate_lb_backend_sessions_total{"};

double share(const Places& places, const Member& member, std::string_view gone) {
  unsigned sum = 0;
  for (const Member& each : places.members) sum += each.name == gone ? 0 : each.weight;
  return member.name == gone ? 0.0 : static_cast<double>(member.weight) / sum;
}

std::string bar(double part) {
  std::string blocks = part > 0 ? "  " : "";
  for (long width = std::lround(part * kWidthOfAll); width > 0; --width) blocks += "█";
  return blocks;
}

}  // namespace

std::string split_table(const Places& places, const Tally& tally, std::string_view gone) {
  std::string table;
  for (const Member& member : places.members) {
    const unsigned observed = tally.answered_by(member.name);
    const double expected = share(places, member, gone) * tally.requests();
    const std::string weight = member.name == gone ? "killed  " : fmt::format("weight {}", member.weight);
    table += fmt::format("     {}  {}  expected {:>3.0f}  observed {:>3}{}\n", member.name, weight, expected, observed,
                         bar(static_cast<double>(observed) / tally.requests()));
  }
  return table;
}

std::string summary(const Tally& tally) {
  return fmt::format("{} requests, {} failed, slowest {:.1f} ms", tally.requests(), tally.failed,
                     static_cast<double>(tally.slowest.count()) / 1000);
}

double chi_squared(const Places& places, const Tally& tally, std::string_view gone) {
  double sum = 0;
  for (const Member& member : places.members) {
    const double expected = share(places, member, gone) * tally.requests();
    if (expected <= 0) continue;
    const double off = tally.answered_by(member.name) - expected;
    sum += off * off / expected;
  }
  return sum;
}

bool tells_of_a_backend_down(const std::string& metrics) {
  std::istringstream lines(metrics);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("keepstate_lb_backend_up{") && line.ends_with(" 0")) return true;
  }
  return false;
}

std::string telling_lines(const std::string& metrics) {
  std::string told;
  std::istringstream lines(metrics);
  for (std::string line; std::getline(lines, line);) {
    for (const std::string_view name : kTelling) {
      if (line.starts_with(name)) told += "     " + line + "\n";
    }
  }
  return told;
}

}  // namespace tests::demo
