#include "pki/plan/plan_renew.h"

#include <fmt/format.h>

#include <optional>

namespace pki::plan {
namespace {

// Why a certificate may not be renewed by its name, and which command is for that.
std::optional<std::string> certificate_fault(const std::string& name, const Inventory& inventory, KeyWish key) {
  if (name == kAuthority) {
    return "the authority is never replaced at once, as nobody would trust what it has signed; rotate-ca changes it in "
           "stages";
  }
  if (name == kServiceAccount && key == KeyWish::kNew) {
    return "a new key at once would make every service-account token worthless; rotate-service-account-key changes it "
           "in stages";
  }
  const PresentPair pair = inventory.pair(name);
  if (pair.certificate || pair.has_key) return std::nullopt;
  return fmt::format("it is missing, so there is nothing to renew; `keepstate-pki issue {}` makes it", name);
}

std::optional<std::string> kubeconfig_fault(const std::string& certificate, const Inventory& inventory) {
  const PresentPair pair = inventory.pair(certificate);
  if (pair.certificate && pair.has_key && inventory.pair(std::string(kAuthority)).certificate) return std::nullopt;
  return fmt::format("what it embeds is not there (ca.pem, {}.pem and its key); run init", certificate);
}

std::optional<std::string> fault_of(const Target& target, const Inventory& inventory, KeyWish key) {
  switch (target.kind) {
    case TargetKind::kCertificate:
      return certificate_fault(target.name, inventory, key);
    case TargetKind::kKubeconfig:
      return kubeconfig_fault(target.name, inventory);
    case TargetKind::kEncryptionConfig:
      return "its keys are never replaced at once, as what they encrypted would be lost; rotate-encryption-key changes "
             "them in stages";
  }
  return std::nullopt;
}

Problems faults_of(const RenewRequest& request, const Inventory& inventory) {
  Problems problems;
  for (const auto& target : request.targets) {
    if (auto fault = fault_of(target, inventory, request.key)) problems.push_back({target.file, std::move(*fault)});
  }
  return problems;
}

std::vector<std::string> asked_certificates(const RenewRequest& request) {
  std::vector<std::string> names;
  for (const auto& target : request.targets) {
    if (target.kind == TargetKind::kCertificate) names.push_back(target.name);
  }
  return names;
}

// Those that need the operator are among them, so that nobody takes them for sound.
std::vector<std::string> due_certificates(const PkiSpec& spec, const std::vector<Assessment>& all) {
  std::vector<std::string> names;
  for (const auto& certificate : spec.certificates) {
    const auto* const assessment = find_assessment(all, certificate.name);
    if (assessment == nullptr || certificate.kind == CertificateKind::kAuthority) continue;
    if (needs_renewal(*assessment) || has(*assessment, Weight::kOperator)) names.push_back(certificate.name);
  }
  return names;
}

void refresh_stale(const std::vector<Assessment>& all, const Inventory& inventory, Steps& steps) {
  for (auto& step : steps.kubeconfigs) {
    const auto* const assessment = find_assessment(all, step.spec.file);
    if (assessment == nullptr || !needs_renewal(*assessment)) continue;
    if (!kubeconfig_fault(step.spec.certificate, inventory)) write_kubeconfig(inventory, step);
  }
}

void refresh_asked(const RenewRequest& request, const Inventory& inventory, Steps& steps) {
  for (const auto& target : request.targets) {
    for (auto& step : steps.kubeconfigs) {
      if (target.kind == TargetKind::kKubeconfig && step.spec.file == target.file) write_kubeconfig(inventory, step);
    }
  }
}

}  // namespace

PlannedSteps plan_renew(const PkiSpec& spec, const Inventory& inventory, const Moment& moment,
                        const RenewRequest& request) {
  const bool is_all = request.targets.empty();
  const auto all = assess(spec, inventory, moment);
  Problems problems = faults_of(request, inventory);
  const auto certificates = is_all ? due_certificates(spec, all) : asked_certificates(request);
  if (!certificates.empty()) {  // a lone kubeconfig is put together from what is there; nothing is signed
    const auto grave = problems_of_issuing(all, certificates, is_all ? KeyWish::kKeep : request.key);
    problems.insert(problems.end(), grave.begin(), grave.end());
  }
  if (!problems.empty()) return tl::unexpected(std::move(problems));

  Steps steps = keep_all(spec);
  for (const auto& name : certificates) renew(inventory, request.key, *find_step(steps, name));
  is_all ? refresh_stale(all, inventory, steps) : refresh_asked(request, inventory, steps);
  follow_changes(inventory, steps);
  return steps;
}

}  // namespace pki::plan
