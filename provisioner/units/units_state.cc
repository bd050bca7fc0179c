#include "provisioner/units/units_state.h"

#include <array>
#include <optional>
#include <sstream>
#include <utility>

#include "provisioner/access/ssh.h"
#include "provisioner/units/push_script.h"

namespace provisioner::units {
namespace {

constexpr std::array<std::pair<std::string_view, FileCondition>, 4> kConditions{{{"same", FileCondition::kSame},
                                                                                 {"differs", FileCondition::kDiffers},
                                                                                 {"missing", FileCondition::kMissing},
                                                                                 {"foreign", FileCondition::kForeign}}};
constexpr std::chrono::minutes kLookTimeout{2};

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

bool read_file_line(const std::vector<std::string>& words, UnitsState& state) {
  if (words.size() != 3) return false;
  for (const auto& [name, condition] : kConditions) {
    if (words[1] != name) continue;
    state.files.push_back({words[2], condition});
    return true;
  }
  return false;
}

// False: it is none of ours.
bool read_line(const std::string& line, UnitsState& state) {
  const auto words = words_of(line);
  if (words.size() < 2) return false;
  if (words[0] == "file") return read_file_line(words, state);
  if (words[0] == "program") {
    state.missing_programs.push_back(words[1]);
  } else if (words[0] == "unit" && words.size() == 4) {
    state.units.push_back({words[1], words[2], words[3]});
  } else if (words[0] == "member") {
    state.has_etcd_member = words[1] == "yes";
  } else {
    return false;
  }
  return true;
}

}  // namespace

base::Result<UnitsState> parse_look(std::string_view text) {
  UnitsState state;
  std::istringstream in{std::string(text)};
  std::string last;
  for (std::string line; std::getline(in, line); last = line) {
    if (!read_line(line, state)) return base::fail("cannot understand '{}'", line);
  }
  if (!last.starts_with("member ")) return base::fail("the answer broke off");
  return state;
}

base::Result<UnitsState> observe_units(step::Host& host, const cluster::Cluster& cluster,
                                       const cluster::Machine& machine, const MachineUnits& wanted) {
  const PushScripts scripts(cluster, wanted);
  const auto said = step::output_of(host, access::root_script(cluster, machine, scripts.look(), kLookTimeout));
  if (!said) return base::fail("cannot look at the units of {}: {}", machine.name, said.error().message);
  auto state = parse_look(*said);
  if (!state) return base::fail("cannot look at the units of {}: {}", machine.name, state.error().message);
  return state;
}

}  // namespace provisioner::units
