#include "pki/plan/problem.h"

#include <fmt/format.h>

#include <algorithm>

namespace pki::plan {
namespace {

std::string remedy_of(const Assessment& assessment, const Reason& reason) {
  if (reason.weight != Weight::kBroken) return "";
  return fmt::format("; `keepstate-pki renew {}` mends that", assessment.name);
}

void add_grave(const Assessment& assessment, Problems& problems) {
  for (const Reason& reason : assessment.reasons) {
    if (reason.weight < Weight::kBroken) continue;
    problems.push_back({assessment.file, reason.text + remedy_of(assessment, reason)});
  }
}

bool new_key_mends(const Reason& reason) {
  return reason.cause == Cause::kNoKey || reason.cause == Cause::kKeyMismatch || reason.cause == Cause::kLost;
}

void add_operators(const Assessment& assessment, KeyWish key, Problems& problems) {
  for (const auto& reason : assessment.reasons) {
    if (reason.weight != Weight::kOperator) continue;
    if (key == KeyWish::kNew && new_key_mends(reason)) continue;
    problems.push_back({assessment.file, reason.text});
  }
}

}  // namespace

bool has(const Assessment& assessment, Weight weight) {
  return std::any_of(assessment.reasons.begin(), assessment.reasons.end(),
                     [&](const Reason& reason) { return reason.weight == weight; });
}

bool needs_renewal(const Assessment& assessment) {
  return has(assessment, Weight::kDue) || has(assessment, Weight::kBroken);
}

const Assessment* find_assessment(const std::vector<Assessment>& all, const std::string& name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Assessment& assessment) { return assessment.name == name; });
  return found == all.end() ? nullptr : &*found;
}

Problems problems_of_making(const std::vector<Assessment>& all) {
  Problems problems;
  if (const auto* authority = find_assessment(all, std::string(kAuthority))) add_grave(*authority, problems);
  if (!problems.empty()) return problems;
  for (const auto& assessment : all) {
    if (assessment.name != kAuthority) add_grave(assessment, problems);
  }
  return problems;
}

Problems problems_of_issuing(const std::vector<Assessment>& all, const std::vector<std::string>& certificates,
                             KeyWish key) {
  Problems problems;
  const auto* const authority = find_assessment(all, std::string(kAuthority));
  if (authority != nullptr) add_operators(*authority, KeyWish::kKeep, problems);
  if (!problems.empty()) return problems;
  for (const auto& name : certificates) {
    const auto* const assessment = name == kAuthority ? nullptr : find_assessment(all, name);
    if (assessment != nullptr) add_operators(*assessment, key, problems);
  }
  return problems;
}

}  // namespace pki::plan
