#include "provisioner/network/plan_network.h"

#include <fmt/format.h>

#include <algorithm>

#include "provisioner/network/host_commands.h"
#include "provisioner/network/load_rules.h"
#include "provisioner/network/observe_network.h"
#include "provisioner/network/persistence.h"
#include "provisioner/step/steps.h"

namespace provisioner::network {
namespace {

using step::Action;
using step::Change;
using step::LedgerEntry;
using step::Phase;
using step::System;

void add(step::Steps& steps, const Commands& commands) {
  for (const step::Command& command : commands) steps.push_back(std::make_unique<step::RunCommand>(command));
}

void claim(step::Steps& steps, LedgerEntry entry) {
  steps.push_back(std::make_unique<step::Claim>(std::move(entry)));
}

std::string via_text(const HostRoute& route, const std::string& bridge) {
  return fmt::format("{} {}", route.via.to_string(), bridge);
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    if (end > begin) words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

// "10.10.0.254/24" of the ledger, among those that are there.
const HostAddress* find_address(const std::string& text, const NetworkState& state) {
  const auto found = std::find_if(state.addresses.begin(), state.addresses.end(),
                                  [&](const HostAddress& address) { return address.to_string() == text; });
  return found == state.addresses.end() ? nullptr : &*found;
}

// A unit that is enabled has a link in a folder of systemd's, which has to go before the unit does.
Change plan_files(const HostNetwork& wanted, const NetworkState& state, System system) {
  Change files = step::plan_group(network_file_group(wanted, state, system), state.files);
  if (files.action == Action::kSame || wanted.rules || !state.keeps_rules) return files;
  files.steps.insert(files.steps.begin(), std::make_unique<step::RunCommand>(step::Command{
                                              {"systemctl", "disable", rules_service(wanted.cluster, system)}}));
  return files;
}

// What should be there, one Change a thing.
class Wanted {
 public:
  Wanted(const HostNetwork& wanted, const NetworkState& state, System system)
      : wanted_(wanted), state_(state), system_(system), commands_(commands_of(system)) {}

  std::vector<Change> changes() && {
    if (wanted_.bridge.empty()) return {};
    add_bridge();
    for (const HostAddress& address : wanted_.addresses) add_address(address);
    if (wanted_.forwards4) add_setting(commands_.forwards4);
    if (wanted_.forwards6) add_setting(commands_.forwards6);
    for (const HostRoute& route : wanted_.routes) add_route(route);
    changes_.push_back(plan_files(wanted_, state_, system_));
    if (wanted_.rules) add_rules();
    if (system_ == System::kFreebsd) add_rc_conf();
    return std::move(changes_);
  }

 private:
  Change& begin(std::string kind, std::string name, bool is_there, std::string why) {
    changes_.push_back({.action = is_there ? Action::kSame : Action::kCreate,
                        .kind = std::move(kind),
                        .name = std::move(name),
                        .why = std::move(why)});
    return changes_.back();
  }

  void add_bridge() {
    if (!state_.exists) {
      Change& change = begin(kBridgeKind, wanted_.bridge, false, "is not there");
      claim(change.steps, {kBridgeKind, wanted_.bridge});
      add(change.steps, commands_.make_bridge(wanted_.bridge, wanted_.alias()));
      add(change.steps, commands_.raise_bridge(wanted_.bridge));
      return;
    }
    const bool is_claimed = state_.find_entry(kBridgeKind, wanted_.bridge) != nullptr;
    const bool lacks_mark = state_.lacks_mark;
    Change& change = begin(kBridgeKind, wanted_.bridge, true,
                           state_.is_ours || is_claimed ? "" : "is somebody else's, and stays so");
    if (state_.is_up && !lacks_mark) return;
    change.action = Action::kChange;
    change.why = lacks_mark ? "has lost our mark" : "is down";
    if (lacks_mark)
      change.steps.push_back(
          std::make_unique<step::RunCommand>(commands_.make_bridge(wanted_.bridge, wanted_.alias()).back()));
    add(change.steps, commands_.raise_bridge(wanted_.bridge));
  }

  void add_address(const HostAddress& address) {
    const auto found = std::find_if(state_.addresses.begin(), state_.addresses.end(),
                                    [&](const HostAddress& one) { return one.address == address.address; });
    const auto elsewhere = state_.elsewhere.find(address.address);
    const bool is_elsewhere = found == state_.addresses.end() && elsewhere != state_.elsewhere.end();
    const bool is_right = found != state_.addresses.end() && *found == address;
    Change& change = begin(kAddressKind, address.to_string(), is_right || is_elsewhere,
                           is_elsewhere ? "is on " + elsewhere->second + " already" : "");
    if (change.action == Action::kSame) return;
    change.why = "is not on " + wanted_.bridge;
    claim(change.steps, {kAddressKind, address.to_string(), wanted_.bridge});
    if (found != state_.addresses.end()) {
      change.action = Action::kChange;
      change.why = fmt::format("is {} on {}", found->to_string(), wanted_.bridge);
      add(change.steps, commands_.remove_address(wanted_.bridge, *found));
    }
    add(change.steps, commands_.add_address(wanted_.bridge, address));
  }

  void add_setting(const std::string& name) {
    const auto value = state_.settings.find(name);
    const std::string now = value == state_.settings.end() ? "" : value->second;
    Change& change = begin(kSettingKind, name, now == "1", "");
    if (now == "1") return;
    change.action = Action::kChange;
    change.why = fmt::format("is {}, and packets go from one interface to another only with 1", now);
    if (state_.find_entry(kSettingKind, name) == nullptr) claim(change.steps, {kSettingKind, name, now});
    add(change.steps, commands_.set_setting(name, "1"));
  }

  void add_route(const HostRoute& route) {
    const auto found = std::find_if(state_.routes.begin(), state_.routes.end(),
                                    [&](const HostRoute& one) { return one.to == route.to; });
    const bool is_there = found != state_.routes.end();
    Change& change = begin(kRouteKind, route.to.to_string(), is_there && *found == route, "");
    if (change.action == Action::kSame) return;
    change.why = is_there ? fmt::format("goes via {} instead of {}", found->via.to_string(), route.via.to_string())
                          : fmt::format("via {} is not there", route.via.to_string());
    if (is_there) change.action = Action::kChange;
    claim(change.steps, {kRouteKind, route.to.to_string(), via_text(route, wanted_.bridge)});
    add(change.steps, commands_.set_route(wanted_.bridge, route));
  }

  void add_rules() {
    const firewall::Ruleset& rules = *wanted_.rules;
    const std::filesystem::path file = rules_file(wanted_.cluster, system_);
    const std::string text = text_of(file);
    const LedgerEntry* const entry = state_.find_entry(kRulesKind, rules.name);
    const bool is_loaded = !state_.loaded_rules.empty();
    const bool is_same = is_loaded && entry != nullptr && entry->detail == seal_of(text, state_.loaded_rules);
    const bool is_kept = !state_.has_systemd || state_.keeps_rules;
    Change& change = begin(kRulesKind, rules.masquerades.front().uplink, is_same && is_kept, "");
    if (change.action == Action::kSame) return;
    if (!is_same) {
      if (is_loaded) change.action = Action::kChange;
      change.why = is_loaded ? "differs from what was loaded" : "is not loaded";
      change.steps.push_back(std::make_unique<LoadRules>(rules, text, file, system_));
    } else {
      change.action = Action::kChange;
      change.why = "would not come back after a reboot";
    }
    if (!is_kept) add(change.steps, {{{"systemctl", "enable", rules_service(wanted_.cluster, system_)}}});
  }

  // Of the file that the group of files has put there by then.
  [[nodiscard]] std::string text_of(const std::filesystem::path& path) const {
    for (const step::RenderedFile& file : network_file_group(wanted_, state_, system_).wanted) {
      if (file.path == path) return file.file.content;
    }
    return "";
  }

  void add_rc_conf() {
    const RcConf rc = rc_conf_of(wanted_, state_.owner());
    for (const auto& [name, value] : rc.variables) {
      const auto found = state_.variables.find(name);
      const bool is_there = found != state_.variables.end();
      Change& change = begin(kVariableKind, name, is_there && found->second == value, "");
      if (change.action == Action::kSame) continue;
      change.why = is_there ? fmt::format("is \"{}\" instead of \"{}\"", found->second, value) : "is not there";
      if (is_there) change.action = Action::kChange;
      if (!is_there) claim(change.steps, {kVariableKind, name});
      add(change.steps, {{{"sysrc", fmt::format("{}={}", name, value)}}});
    }
    for (const auto& [list, word] : rc.words) {
      const auto found = state_.variables.find(list);
      const auto words = found == state_.variables.end() ? std::vector<std::string>{} : words_of(found->second);
      const bool is_there = std::find(words.begin(), words.end(), word) != words.end();
      const std::string name = fmt::format("{} {}", list, word);
      Change& change = begin(kWordKind, name, is_there, "");
      if (is_there) continue;
      change.why = "is not there";
      claim(change.steps, {kWordKind, name});
      add(change.steps, {{{"sysrc", fmt::format("{}+={}", list, word)}}});
    }
  }

  const HostNetwork& wanted_;
  const NetworkState& state_;
  const System system_;
  const HostCommands& commands_;
  std::vector<Change> changes_;
};

bool is_wanted(const HostNetwork& wanted, const NetworkState& state, System system, const LedgerEntry& entry) {
  if (wanted.bridge.empty()) return false;
  if (entry.kind == kBridgeKind) return entry.name == wanted.bridge;
  if (entry.kind == kAddressKind) {
    return entry.detail == wanted.bridge &&
           std::any_of(wanted.addresses.begin(), wanted.addresses.end(),
                       [&](const HostAddress& address) { return address.to_string() == entry.name; });
  }
  if (entry.kind == kRouteKind) {
    return std::any_of(wanted.routes.begin(), wanted.routes.end(),
                       [&](const HostRoute& route) { return route.to.to_string() == entry.name; });
  }
  if (entry.kind == kSettingKind) {
    const HostCommands& commands = commands_of(system);
    return (wanted.forwards4 && entry.name == commands.forwards4) ||
           (wanted.forwards6 && entry.name == commands.forwards6);
  }
  if (entry.kind == kRulesKind) return wanted.rules && wanted.rules->name == entry.name;
  const RcConf rc = rc_conf_of(wanted, state.owner());
  const auto names = [&](const auto& pair) { return entry.kind == kVariableKind && pair.first == entry.name; };
  const auto words = [&](const auto& pair) {
    return entry.kind == kWordKind && pair.first + " " + pair.second == entry.name;
  };
  return std::any_of(rc.variables.begin(), rc.variables.end(), names) ||
         std::any_of(rc.words.begin(), rc.words.end(), words);
}

// A bridge that the ledger has and that is somebody's: with another mark, or without one and with addresses that are
// not ours (a host that has rebooted, and makes one of that name itself).
bool is_taken_over(const NetworkState& state) {
  if (!state.is_ours) return true;
  if (!state.lacks_mark) return false;
  return std::any_of(state.addresses.begin(), state.addresses.end(), [&](const HostAddress& address) {
    return state.find_entry(kAddressKind, address.to_string()) == nullptr;
  });
}

// The bridge goes last, as all others are on it; its addresses and routes go with it.
Change removal_of(const LedgerEntry& entry, const NetworkState& state, System system) {
  const HostCommands& commands = commands_of(system);
  Change change{.action = Action::kRemove,
                .kind = entry.kind,
                .name = entry.name,
                .why = "is wanted no more",
                .phase = Phase::kLast};
  const auto details = words_of(entry.detail);
  if (entry.kind == kBridgeKind && state.exists) {
    if (is_taken_over(state)) {
      change.why = "is somebody else's by now, and stays";
    } else {
      add(change.steps, commands.remove_bridge(entry.name));
    }
  }
  if (const HostAddress* const address = find_address(entry.name, state); entry.kind == kAddressKind && address) {
    add(change.steps, commands.remove_address(entry.detail, *address));
  }
  if (entry.kind == kRouteKind && details.size() == 2) {
    for (const HostRoute& route : state.routes) {
      if (route.to.to_string() == entry.name) add(change.steps, commands.remove_route(details[1], route));
    }
  }
  if (entry.kind == kSettingKind && !entry.detail.empty()) {
    change.why =
        state.others_forward ? "another cluster needs it, so it stays" : fmt::format("was {} before", entry.detail);
    if (!state.others_forward) add(change.steps, commands.set_setting(entry.name, entry.detail));
  }
  if (entry.kind == kVariableKind && state.variables.contains(entry.name)) {
    add(change.steps, {{{"sysrc", "-x", entry.name}}});
  }
  if (entry.kind == kWordKind) {
    const auto words = words_of(entry.name);
    if (words.size() == 2) add(change.steps, {{{"sysrc", fmt::format("{}-={}", words[0], words[1])}}});
  }
  if (entry.kind == kRulesKind) {
    change.steps.push_back(std::make_unique<RemoveRules>(entry.name, system));
  } else {
    change.steps.push_back(std::make_unique<step::Release>(entry.kind, entry.name));
  }
  return change;
}

void add_removals(const HostNetwork& wanted, const NetworkState& state, System system, std::vector<Change>& changes) {
  constexpr std::array kOrder{kRouteKind,    kAddressKind, kRulesKind, kSettingKind,
                              kVariableKind, kWordKind,    kBridgeKind};
  for (const std::string_view kind : kOrder) {
    for (const LedgerEntry& entry : state.entries) {
      if (entry.kind == kind && !is_wanted(wanted, state, system, entry)) {
        changes.push_back(removal_of(entry, state, system));
      }
    }
  }
}

}  // namespace

std::vector<Change> plan_network(const HostNetwork& wanted, const NetworkState& state, System system) {
  std::vector<Change> changes = Wanted(wanted, state, system).changes();
  if (Change files = plan_files(wanted, state, system); wanted.bridge.empty() && files.action != Action::kSame) {
    files.phase = Phase::kLast;
    changes.push_back(std::move(files));
  }
  add_removals(wanted, state, system, changes);
  return changes;
}

}  // namespace provisioner::network
