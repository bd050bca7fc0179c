// NetworkState: what there is of HostNetwork on the host. A value; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "provisioner/network/host_network.h"
#include "provisioner/step/file_group.h"

namespace provisioner::network {

// Kinds of the ledger, and of changes.
inline constexpr const char* kBridgeKind = "bridge";
inline constexpr const char* kAddressKind = "address";   // "10.10.0.254/24"; the detail is the bridge
inline constexpr const char* kRouteKind = "route";       // "10.100.0.0/24"; the detail is "10.10.0.21 bridge1"
inline constexpr const char* kSettingKind = "setting";   // of the kernel; the detail is its value before
inline constexpr const char* kRulesKind = "nat";         // the ruleset's name; the detail is its seal (load_rules.h)
inline constexpr const char* kVariableKind = "rc.conf";  // a variable that is ours alone
inline constexpr const char* kWordKind =
    "rc.conf word";  // "cloned_interfaces bridge1": a list and a word of ours in it
inline constexpr std::array<std::string_view, 7> kKinds{kBridgeKind, kAddressKind,  kRouteKind, kSettingKind,
                                                        kRulesKind,  kVariableKind, kWordKind};

// Whose bridge it is.
enum class BridgeOwner { kOurs, kOthers };

struct NetworkState {
  // Ours too where it is still to be made.
  [[nodiscard]] BridgeOwner owner() const { return exists && !is_ours ? BridgeOwner::kOthers : BridgeOwner::kOurs; }
  // Of the ledger; null: there is none.
  [[nodiscard]] const step::LedgerEntry* find_entry(std::string_view kind, std::string_view name) const {
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const step::LedgerEntry& entry) {
      return entry.kind == kind && entry.name == name;
    });
    return found == entries.end() ? nullptr : &*found;
  }

  // The bridge.
  bool exists = false;
  bool is_ours = false;     // it bears our mark; or none at all, and the ledger has it
  bool lacks_mark = false;  // the latter: broken off right after it was made, or brought back by the system
  bool is_up = false;
  std::vector<HostAddress> addresses;                // of the bridge
  std::map<base::IpAddress, std::string> elsewhere;  // of other interfaces, by address
  std::vector<HostRoute> routes;                     // through the bridge, by our mark or to where we want one

  std::map<std::string, std::string> settings;  // of the kernel, by name
  bool others_forward = false;                  // another cluster of ours wants packets forwarded too
  bool has_firewall = true;                     // the kernel's packet filter that the rules are for is there
  std::string loaded_rules;                     // what it lists under our name; "": nothing
  step::FileGroupState files;
  std::map<std::string, std::string> variables;  // of rc.conf, by name; FreeBSD
  bool has_systemd = false;                      // it is PID 1
  bool has_networkd = false;                     // it runs
  bool keeps_rules = false;                      // their unit, or script, is enabled
  std::vector<step::LedgerEntry> entries;
};

}  // namespace provisioner::network
