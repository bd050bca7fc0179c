// Reading what another process knew, which may be of another version: what is missing, or not what it should be, is
// passed over. Any thread.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

#include "lb/control/controller.h"

namespace lb::control {

// What is missing, or is of another type, is unset.
template <class Value>
[[nodiscard]] std::optional<Value> value_of(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::nullopt;
  if constexpr (std::is_same_v<Value, std::string>) {
    if (!found->is_string()) return std::nullopt;
  } else if constexpr (std::is_same_v<Value, bool>) {
    if (!found->is_boolean()) return std::nullopt;
  } else {
    if (!found->is_number()) return std::nullopt;
  }
  return found->get<Value>();
}

// Without a copy; empty where there is none.
[[nodiscard]] inline std::string_view text_of(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return {};
  return found->get_ref<const std::string&>();
}

[[nodiscard]] inline const nlohmann::json& part_of(const nlohmann::json& object, const char* key) {
  static const nlohmann::json nothing = nlohmann::json::object();
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

// A list of listeners or backends, to be looked at by name and address. Refers to the list.
class KnownList {
 public:
  explicit KnownList(const nlohmann::json& list) {
    for (const nlohmann::json& one : list) {
      const auto name = value_of<std::string>(one, "name");
      const auto address = value_of<std::string>(one, "address");
      if (name && address) by_key_.emplace(key_of(*name, *address), &one);
    }
  }

  // Null: it is not there.
  [[nodiscard]] const nlohmann::json* find(const std::string& name, const std::string& address) const {
    const auto found = by_key_.find(key_of(name, address));
    return found == by_key_.end() ? nullptr : found->second;
  }
  // The one with the same name and address as that of another list; empty where there is none.
  [[nodiscard]] const nlohmann::json& same_as(const nlohmann::json& other) const {
    static const nlohmann::json nothing = nlohmann::json::object();
    const nlohmann::json* const same =
        find(value_of<std::string>(other, "name").value_or(""), value_of<std::string>(other, "address").value_or(""));
    return same == nullptr ? nothing : *same;
  }

 private:
  static std::string key_of(const std::string& name, const std::string& address) { return address + ' ' + name; }
  std::unordered_map<std::string, const nlohmann::json*> by_key_;
};

// Calls act(listener, its JSON) for those that both know.
template <class Act>
void for_each_listener(const nlohmann::json& list, const Controller& controller, Act act) {
  const KnownList known(list);
  for (std::size_t i = 0; i < controller.listeners().size(); ++i) {
    const cluster::Listener& config = controller.listeners()[i].config;
    if (const nlohmann::json* const one = known.find(config.name, config.address.to_string())) act(i, *one);
  }
}

template <class Act>
void for_each_backend(const nlohmann::json& list, const Controller& controller, std::size_t listener, Act act) {
  const KnownList known(list);
  const auto& backends = controller.listeners()[listener].backends;
  for (std::size_t i = 0; i < backends.size(); ++i) {
    const std::string address = backends[i].state->address().to_string();
    if (const nlohmann::json* const one = known.find(backends[i].state->name(), address)) {
      act(BackendId{listener, i}, *one);
    }
  }
}

}  // namespace lb::control
