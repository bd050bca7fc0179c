#include "provisioner/plan/plan_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "provisioner/step/one_line.h"

namespace provisioner::plan {
namespace {

using step::Action;
using step::Change;

std::string_view name_of(Action action) noexcept {
  switch (action) {
    case Action::kSame:
      return "same";
    case Action::kCreate:
      return "create";
    case Action::kChange:
      return "change";
    case Action::kRemove:
      return "remove";
  }
  return "";
}

// Whose changes come together: "" is the host, then machines in the order in which the plan names them.
std::vector<std::string> owners(const step::Plan& plan) {
  std::vector<std::string> names;
  for (const Change& change : plan) {
    if (std::find(names.begin(), names.end(), change.machine) == names.end()) names.push_back(change.machine);
  }
  std::stable_partition(names.begin(), names.end(), [](const std::string& name) { return name.empty(); });
  return names;
}

struct Widths {
  std::size_t kind = 0;
  std::size_t name = 0;
};

Widths widths_of(const step::Plan& plan) {
  Widths widths;
  for (const Change& change : plan) {
    widths.kind = std::max(widths.kind, change.kind.size());
    widths.name = std::max(widths.name, change.name.size());
  }
  widths.name = std::min<std::size_t>(widths.name, 40);  // a long path does not push all the others away
  return widths;
}

std::string line_of(const Change& change, const Widths& widths) {
  std::string line = fmt::format("  {} {:<{}}  {:<{}}  {}", sign_of(change.action), change.kind, widths.kind,
                                 change.name, widths.name, change.why);
  while (line.ends_with(' ')) line.pop_back();
  return line + "\n";
}

std::string block_of(const step::Plan& plan, const std::string& owner, const Widths& widths, Telling telling) {
  std::string block;
  for (const Change& change : plan) {
    if (change.machine != owner || (telling == Telling::kDifferences && change.action == Action::kSame)) continue;
    block += line_of(change, widths);
  }
  return block.empty() ? "" : (owner.empty() ? "host" : owner) + "\n" + block;
}

std::string sum_of(const Count& sum) {
  const auto things = [](unsigned number) {
    return fmt::format("{} {}", number, number == 1 ? "thing is" : "things are");
  };
  if (sum.nothing_to_do()) return fmt::format("nothing to do: {} as wanted\n", things(sum.same));
  return fmt::format("{} to create, {} to change, {} to remove; {} as wanted\n", sum.create, sum.change, sum.remove,
                     things(sum.same));
}

}  // namespace

std::string_view sign_of(Action action) noexcept {
  switch (action) {
    case Action::kSame:
      return "=";
    case Action::kCreate:
      return "+";
    case Action::kChange:
      return "~";
    case Action::kRemove:
      return "-";
  }
  return "";
}

Count count(const step::Plan& plan) {
  Count sum;
  for (const Change& change : plan) {
    switch (change.action) {
      case Action::kSame:
        ++sum.same;
        break;
      case Action::kCreate:
        ++sum.create;
        break;
      case Action::kChange:
        ++sum.change;
        break;
      case Action::kRemove:
        ++sum.remove;
        break;
    }
  }
  return sum;
}

std::string to_text(const step::Plan& plan, Telling telling) {
  const Widths widths = widths_of(plan);
  std::string text;
  for (const std::string& owner : owners(plan)) text += block_of(plan, owner, widths, telling);
  return text + sum_of(count(plan));
}

std::string to_json(const step::Plan& plan) {
  using nlohmann::ordered_json;
  const Count sum = count(plan);
  ordered_json changes = ordered_json::array();
  for (const Change& change : plan) {
    changes.push_back({{"action", name_of(change.action)},
                       {"kind", change.kind},
                       {"name", change.name},
                       {"machine", change.machine},
                       {"why", change.why}});
  }
  const ordered_json all{{"create", sum.create},
                         {"change", sum.change},
                         {"remove", sum.remove},
                         {"same", sum.same},
                         {"changes", std::move(changes)}};
  return all.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string to_script(const step::Plan& plan) {
  std::string script = "#!/bin/sh\n# What would be done, in its order. Nothing was changed.\nset -eu\n";
  for (const step::Phase phase : {step::Phase::kHost, step::Phase::kMachine, step::Phase::kLast}) {
    for (const Change& change : plan) {
      if (change.phase != phase || change.steps.empty()) continue;
      const std::string why = change.why.empty() ? "" : ": " + change.why;
      const std::string title = fmt::format("{} {} {}{}", sign_of(change.action), change.kind, change.name, why);
      script += fmt::format("\n# {}\n", step::one_line(title));
      for (const auto& one : change.steps) script += one->print() + "\n";
    }
  }
  return script;
}

}  // namespace provisioner::plan
