#include "provisioner/dns/verify_names.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace provisioner::dns {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kOneAnswer{1500};
constexpr milliseconds kBetweenTries{200};

std::optional<QueryType> type_of(const Record& record) {
  if (record.type == "A") return QueryType::kA;
  if (record.type == "AAAA") return QueryType::kAaaa;
  if (record.type == "PTR") return QueryType::kPtr;
  if (record.type == "SRV") return QueryType::kSrv;
  return std::nullopt;
}

std::string_view name_of(QueryType type) {
  switch (type) {
    case QueryType::kA:
      return "A";
    case QueryType::kAaaa:
      return "AAAA";
    case QueryType::kPtr:
      return "PTR";
    case QueryType::kSrv:
      return "SRV";
  }
  return "";
}

}  // namespace

std::vector<Expected> expectations(const ClusterNames& names) {
  std::vector<Expected> expected;
  for (const Zone& zone : names.zones) {
    for (const Record& record : zone.records) {
      const auto type = type_of(record);
      if (!type) continue;
      const auto found = std::find_if(expected.begin(), expected.end(), [&](const Expected& one) {
        return one.name == record.name && one.type == *type;
      });
      if (found == expected.end()) {
        expected.push_back({record.name, *type, {record.value}});
      } else {
        found->values.insert(std::upper_bound(found->values.begin(), found->values.end(), record.value), record.value);
      }
    }
  }
  return expected;
}

base::Result<void> look_for(const base::SocketAddress& resolver, const Expected& expected, milliseconds patience) {
  auto answer = ask(resolver, expected.name, expected.type, patience);
  if (!answer) return base::Failure(answer.error());
  std::sort(answer->begin(), answer->end());
  if (*answer == expected.values) return {};
  return base::fail("asked for {}, {} says [{}] instead of [{}]", expected.name, resolver.to_string(),
                    fmt::join(*answer, ", "), fmt::join(expected.values, ", "));
}

std::string VerifyNames::print() const {
  std::string text = "# each of these has to answer as it says:";
  for (const Expected& one : expected_) {
    text += fmt::format("\n#   drill -p {} @{} {} {}    {}", resolver_.port(), resolver_.ip().to_string(), one.name,
                        name_of(one.type), fmt::join(one.values, ", "));
  }
  return text;
}

base::Result<void> VerifyNames::carry_out(step::Workplace& place) {
  const auto deadline = place.host().now() + patience_;
  for (const Expected& one : expected_) {
    place.tell("asks for " + one.name);
    auto seen = look_for(resolver_, one, kOneAnswer);
    while (!seen && place.host().now() < deadline && !place.is_interrupted()) {
      place.host().rest(kBetweenTries);
      if (!forget_.argv.empty()) static_cast<void>(place.host().run(forget_));  // what it says is told by the answers
      seen = look_for(resolver_, one, kOneAnswer);
    }
    if (!seen) return seen;
  }
  return {};
}

}  // namespace provisioner::dns
