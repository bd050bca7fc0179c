#include "pki/plan/roll_out.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace pki::plan {
namespace {

using Names = std::vector<std::string>;

std::string restart_lines(const std::vector<Restart>& restarts) {
  if (restarts.empty()) return "";
  std::size_t width = 0;
  for (const auto& restart : restarts) width = std::max(width, restart.machine.size());
  std::string text = "bring the files to their machines, then restart there:\n";
  for (const auto& restart : restarts) {
    text += fmt::format("  {:<{}}  {}\n", restart.machine, width, fmt::join(restart.units, ", "));
  }
  return text;
}

bool is_read_anew(const std::string& file, const std::vector<Placement>& placements) {
  return std::none_of(placements.begin(), placements.end(),
                      [&](const Placement& placement) { return placement.file == file && !placement.units.empty(); });
}

}  // namespace

std::string roll_out_text(const Names& files, const PkiSpec& spec) {
  std::string text = restart_lines(restarts_for(files, spec.placements));
  Names handed_out;
  for (const auto& file : files) {
    const Names machines = carriers_of({file}, spec.placements);
    if (machines.empty() && file.ends_with(".kubeconfig")) handed_out.push_back(file);
    if (machines.empty() || !is_read_anew(file, spec.placements)) continue;
    text += fmt::format("bring {} to {}, where nothing is to be restarted for it\n", file, fmt::join(machines, ", "));
  }
  if (!handed_out.empty()) text += fmt::format("hand out where it is used: {}\n", fmt::join(handed_out, ", "));
  return text;
}

}  // namespace pki::plan
