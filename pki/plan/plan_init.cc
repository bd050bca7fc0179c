#include "pki/plan/plan_init.h"

#include <algorithm>

namespace pki::plan {
namespace {

bool is_written(const Steps& steps, const std::string& kubeconfig) {
  return std::any_of(steps.kubeconfigs.begin(), steps.kubeconfigs.end(), [&](const KubeconfigStep& step) {
    return step.spec.file == kubeconfig && step.file != Action::kKeep;
  });
}

void make_kubeconfigs(const Inventory& inventory, Steps& steps) {
  for (auto& step : steps.kubeconfigs) {
    if (!inventory.kubeconfigs.contains(step.spec.file)) step.file = Action::kMake;
  }
}

// One that is lost is a problem, or stays as it is.
void make_encryption(const Inventory& inventory, Steps& steps) {
  if (!inventory.encryption && !has_been_made(inventory)) steps.encryption = Action::kMake;
}

void mend(const Assessment& assessment, const Inventory& inventory, CertificateStep& step) {
  if (has(assessment, Weight::kOperator)) return;
  make_missing(inventory, step);
  const bool is_authority = step.spec.kind == CertificateKind::kAuthority;
  if (!is_authority && needs_renewal(assessment)) renew(inventory, KeyWish::kKeep, step);
}

}  // namespace

PlannedSteps plan_init(const PkiSpec& spec, const Inventory& inventory, const Moment& moment) {
  Steps steps = keep_all(spec);
  for (auto& step : steps.certificates) make_missing(inventory, step);
  follow_changes(inventory, steps);
  make_kubeconfigs(inventory, steps);
  make_encryption(inventory, steps);
  std::vector<Assessment> standing;  // a kubeconfig that is written anyway is no problem
  for (auto& assessment : assess(spec, inventory, moment)) {
    if (!is_written(steps, assessment.name)) standing.push_back(std::move(assessment));
  }
  if (auto problems = problems_of_making(standing); !problems.empty()) return tl::unexpected(std::move(problems));
  return steps;
}

Steps plan_all(const PkiSpec& spec, const Inventory& inventory, const Moment& moment) {
  const auto all = assess(spec, inventory, moment);
  Steps steps = keep_all(spec);
  for (auto& step : steps.certificates) {
    if (const auto* const assessment = find_assessment(all, step.spec.name)) mend(*assessment, inventory, step);
  }
  for (auto& step : steps.kubeconfigs) {
    if (const auto* const assessment = find_assessment(all, step.spec.file); assessment != nullptr) {
      if (needs_renewal(*assessment)) write_kubeconfig(inventory, step);
    }
  }
  follow_changes(inventory, steps);
  make_kubeconfigs(inventory, steps);
  make_encryption(inventory, steps);
  return steps;
}

}  // namespace pki::plan
