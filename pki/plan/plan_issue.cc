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

PlannedSteps issue_encryption_config(const PkiSpec& spec, const Inventory& inventory, const Moment& moment,
                                     const Target& target, Loss loss) {
  if (inventory.encryption) return refuse(target.file, "it is there already; rotate-encryption-key changes its keys");
  const auto all = assess(spec, inventory, moment);
  const Assessment& why = *find_assessment(all, target.name);
  if (has(why, Weight::kOperator) && loss == Loss::kRefuse) return refuse(target.file, why.reasons.front().text);
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

bool is_whole(const PresentPair& pair) {
  return pair.certificate && pair.has_key && pair.key_matches;
}

// What is left of a pair whose other half is lost goes too.
void make_anew(const PresentPair& pair, CertificateStep& step) {
  step.key = pair.has_key ? Action::kReplace : Action::kMake;
  step.certificate = pair.certificate ? Action::kReplace : Action::kMake;
}

PlannedSteps issue_certificate(const PkiSpec& spec, const Inventory& inventory, const Moment& moment,
                               const Target& target, Loss loss) {
  const PresentPair pair = inventory.pair(target.name);
  const bool is_anew = loss == Loss::kAccept && !is_whole(pair);
  const auto all = assess(spec, inventory, moment);
  if (pair.certificate && !is_anew) {
    const auto halves = problems_of_issuing(all, {target.name}, KeyWish::kKeep);
    if (halves.empty() || is_whole(pair)) return refuse_present(target, target.name);
    return tl::unexpected(halves);
  }
  const PresentPair authority = inventory.pair(std::string(kAuthority));
  if (target.name != kAuthority && (!authority.certificate || !authority.has_key)) {
    return refuse("ca.pem", "the authority that shall sign is not whole; run init, which makes it, or put it back");
  }
  auto problems = problems_of_issuing(all, {target.name}, is_anew ? KeyWish::kNew : KeyWish::kKeep);
  if (!problems.empty()) return tl::unexpected(std::move(problems));
  Steps steps = keep_all(spec);
  CertificateStep& step = *find_step(steps, target.name);
  is_anew ? make_anew(pair, step) : make_missing(inventory, step);
  if (target.name != kAuthority) follow_changes(inventory, steps);
  return steps;
}

}  // namespace

bool can_be_lost(const Target& target) {
  return target.kind == TargetKind::kEncryptionConfig ||
         (target.kind == TargetKind::kCertificate && target.name == kServiceAccount);
}

PlannedSteps plan_issue(const PkiSpec& spec, const Inventory& inventory, const Moment& moment, const Target& target,
                        Loss loss) {
  switch (target.kind) {
    case TargetKind::kCertificate:
      return issue_certificate(spec, inventory, moment, target, can_be_lost(target) ? loss : Loss::kRefuse);
    case TargetKind::kKubeconfig:
      return issue_kubeconfig(spec, inventory, target);
    case TargetKind::kEncryptionConfig:
      return issue_encryption_config(spec, inventory, moment, target, loss);
  }
  return keep_all(spec);
}

}  // namespace pki::plan
