#include "pki/plan/plan_issue.h"

#include <fmt/format.h>

namespace pki::plan {
namespace {

PlannedSteps refuse(std::string file, std::string message) {
  return tl::unexpected(Problems{{std::move(file), std::move(message)}});
}

PlannedSteps refuse_present(const Target& target, std::string_view name) {
  if (name == kAuthority) return refuse(target.file, "it is there already; rotate-ca replaces it in stages");
  return refuse(target.file, fmt::format("it is there already; `keepstate-pki renew {}` replaces it", name));
}

PlannedSteps issue_encryption_config(const PkiSpec& spec, const Inventory& inventory, const Target& target) {
  if (inventory.encryption) return refuse(target.file, "it is there already; rotate-encryption-key changes its keys");
  Steps steps = keep_all(spec);
  steps.encryption = Action::kMake;
  return steps;
}

PlannedSteps issue_kubeconfig(const PkiSpec& spec, const Inventory& inventory, const Target& target) {
  if (inventory.kubeconfigs.contains(target.file)) return refuse_present(target, target.file);
  const PresentPair pair = inventory.pair(target.name);
  if (!pair.certificate || !pair.has_key || !inventory.pair(std::string(kAuthority)).certificate) {
    return refuse(target.file, fmt::format("what it embeds is not there; `keepstate-pki issue {}` makes it and the "
                                           "kubeconfig with it",
                                           target.name));
  }
  Steps steps = keep_all(spec);
  for (auto& step : steps.kubeconfigs) {
    if (step.spec.file == target.file) write_kubeconfig(inventory, step);
  }
  return steps;
}

PlannedSteps issue_certificate(const PkiSpec& spec, const Inventory& inventory, const Moment& moment,
                               const Target& target) {
  if (inventory.pair(target.name).certificate) return refuse_present(target, target.name);
  const PresentPair authority = inventory.pair(std::string(kAuthority));
  if (target.name != kAuthority && (!authority.certificate || !authority.has_key)) {
    return refuse("ca.pem", "the authority that shall sign is not whole; run init, which makes it, or put it back");
  }
  auto problems = problems_of_issuing(assess(spec, inventory, moment), {target.name}, KeyWish::kKeep);
  if (!problems.empty()) return tl::unexpected(std::move(problems));
  Steps steps = keep_all(spec);
  make_missing(inventory, *find_step(steps, target.name));
  if (target.name != kAuthority) follow_changes(inventory, steps);
  return steps;
}

}  // namespace

PlannedSteps plan_issue(const PkiSpec& spec, const Inventory& inventory, const Moment& moment, const Target& target) {
  switch (target.kind) {
    case TargetKind::kCertificate:
      return issue_certificate(spec, inventory, moment, target);
    case TargetKind::kKubeconfig:
      return issue_kubeconfig(spec, inventory, target);
    case TargetKind::kEncryptionConfig:
      return issue_encryption_config(spec, inventory, target);
  }
  return keep_all(spec);
}

}  // namespace pki::plan
