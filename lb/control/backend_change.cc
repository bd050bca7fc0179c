#include "lb/control/backend_change.h"

#include <algorithm>
#include <array>
#include <vector>

#include "lb/control/json_answer.h"
#include "lib/cluster/spelling.h"

namespace lb::control {
namespace {

using backend::Condition;

constexpr const char* kAllowed =
    R"(allowed: "weight" (0 to 65535, or null for the file's), "state" ("drain", "maintenance" or "up"), "reason")";
constexpr std::array<std::string_view, 3> kKeys{"weight", "state", "reason"};
constexpr std::array<std::string_view, 3> kStates{"drain", "maintenance", "up"};
constexpr std::uint64_t kLargestWeight = 65535;
constexpr std::size_t kLongestReason = 200;

base::Failure wrong(std::string_view what) {
  return base::fail("{}; {}", what, kAllowed);
}

base::Result<std::optional<std::uint32_t>> parse_weight(const Json& value) {
  if (value.is_null()) return std::nullopt;
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kLargestWeight) {
    return wrong(fmt::format("weight: {} is no whole number from 0 to {}", value.dump(), kLargestWeight));
  }
  return value.get<std::uint32_t>();
}

base::Result<std::optional<Condition>> parse_state(const Json& value) {
  if (!value.is_string()) return wrong("state: this is no text");
  const auto& name = value.get_ref<const std::string&>();
  if (name == "drain") return Condition::kDraining;
  if (name == "maintenance") return Condition::kMaintenance;
  if (name == "up") return std::nullopt;
  return wrong(fmt::format("state: '{}' is unknown{}", name, cluster::did_you_mean(name, kStates)));
}

base::Result<std::string> parse_reason(const Json& value) {
  if (!value.is_string()) return wrong("reason: this is no text");
  const auto& reason = value.get_ref<const std::string&>();
  // It becomes part of a line of the log.
  const bool is_plain = std::ranges::none_of(reason, [](char c) { return static_cast<unsigned char>(c) < ' '; });
  if (reason.size() <= kLongestReason && is_plain) return reason;
  return wrong(fmt::format("reason: write one line of at most {} bytes", kLongestReason));
}

base::Result<void> read_key(const std::string& key, const Json& value, BackendChange& change) {
  if (key == "weight") {
    auto weight = parse_weight(value);
    if (!weight) return base::Failure(weight.error());
    change.weight = *weight;
  } else if (key == "state") {
    auto state = parse_state(value);
    if (!state) return base::Failure(state.error());
    change.state = *state;
  } else if (key == "reason") {
    auto reason = parse_reason(value);
    if (!reason) return base::Failure(reason.error());
    change.reason = *reason;
  } else {
    return wrong(fmt::format("unknown key '{}'{}", key, cluster::did_you_mean(key, kKeys)));
  }
  return {};
}

std::string reason_of(const BackendChange& change) {
  if (!change.reason.empty()) return change.reason;
  return change.state && *change.state ? "asked for by an operator" : "an operator has ended it";
}

}  // namespace

base::Result<BackendChange> parse_backend_change(std::string_view body) {
  const Json value = Json::parse(body, nullptr, false);
  if (value.is_discarded()) return wrong(R"(the body is no JSON; write for example {"state": "drain"})");
  if (!value.is_object()) return wrong(R"(the body is no JSON object; write for example {"state": "drain"})");
  BackendChange change;
  for (const auto& [key, one] : value.items()) {
    if (auto read = read_key(key, one, change); !read) return base::Failure(read.error());
  }
  if (!change.reason.empty() && !change.state) return wrong("a reason goes with a state");
  if (!change.weight && !change.state) return wrong("nothing is to be changed");
  return change;
}

void apply(Controller& controller, BackendId id, const BackendChange& change) {
  if (change.state) controller.set_operator_state(id, *change.state, reason_of(change));
  if (change.weight) controller.set_weight(id, *change.weight);
}

}  // namespace lb::control
