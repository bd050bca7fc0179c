#include "pki/plan/steps.h"

#include <algorithm>

namespace pki::plan {
namespace {

bool is_changed(const CertificateStep& step) {
  return step.key != Action::kKeep || step.certificate != Action::kKeep;
}

}  // namespace

std::vector<std::string> Steps::changed_files() const {
  std::vector<std::string> files;
  for (const auto& step : certificates) {
    if (step.key != Action::kKeep) files.push_back(key_file(step.spec));
    if (step.certificate != Action::kKeep) files.push_back(certificate_file(step.spec));
  }
  for (const auto& step : kubeconfigs) {
    if (step.file != Action::kKeep) files.push_back(step.spec.file);
  }
  if (encryption != Action::kKeep) files.emplace_back(kEncryptionConfigFile);
  return files;
}

bool Steps::signs() const {
  return std::any_of(certificates.begin(), certificates.end(),
                     [](const CertificateStep& step) { return step.certificate != Action::kKeep; });
}

Steps keep_all(const PkiSpec& spec) {
  Steps steps;
  steps.encryption_provider = spec.encryption;
  for (const auto& certificate : spec.certificates) steps.certificates.push_back({certificate});
  for (const auto& kubeconfig : spec.kubeconfigs) steps.kubeconfigs.push_back({kubeconfig});
  return steps;
}

CertificateStep* find_step(Steps& steps, const std::string& name) {
  const auto found = std::find_if(steps.certificates.begin(), steps.certificates.end(),
                                  [&](const CertificateStep& step) { return step.spec.name == name; });
  return found == steps.certificates.end() ? nullptr : &*found;
}

void make_missing(const Inventory& inventory, CertificateStep& step) {
  const PresentPair pair = inventory.pair(step.spec.name);
  if (pair.certificate) return;
  if (!pair.has_key) step.key = Action::kMake;
  step.certificate = Action::kMake;
}

void renew(const Inventory& inventory, KeyWish key, CertificateStep& step) {
  const PresentPair pair = inventory.pair(step.spec.name);
  step.certificate = pair.certificate ? Action::kReplace : Action::kMake;
  if (!pair.has_key) step.key = Action::kMake;
  const bool may_have_new = step.spec.kind != CertificateKind::kTokenSigner;
  if (pair.has_key && key == KeyWish::kNew && may_have_new) step.key = Action::kReplace;
}

void write_kubeconfig(const Inventory& inventory, KubeconfigStep& step) {
  step.file = inventory.kubeconfigs.contains(step.spec.file) ? Action::kReplace : Action::kMake;
}

void follow_changes(const Inventory& inventory, Steps& steps) {
  const bool all = is_changed(steps.certificates.front());
  for (auto& kubeconfig : steps.kubeconfigs) {
    const CertificateStep* const step = find_step(steps, kubeconfig.spec.certificate);
    if (all || (step != nullptr && is_changed(*step))) write_kubeconfig(inventory, kubeconfig);
  }
}

}  // namespace pki::plan
