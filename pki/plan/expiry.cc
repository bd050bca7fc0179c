#include "pki/plan/expiry.h"

namespace pki::plan {
namespace {

ExpiryState state_of(const PresentCertificate& present, std::chrono::sys_seconds now, std::chrono::seconds within) {
  if (now < present.not_before) return ExpiryState::kNotYetValid;
  if (now > present.not_after) return ExpiryState::kEnded;
  return present.not_after - now <= within ? ExpiryState::kEnding : ExpiryState::kValid;
}

}  // namespace

const char* name_of(ExpiryState state) noexcept {
  switch (state) {
    case ExpiryState::kValid:
      return "valid";
    case ExpiryState::kEnding:
      return "ending";
    case ExpiryState::kEnded:
      return "ended";
    case ExpiryState::kNotYetValid:
      return "not yet valid";
    case ExpiryState::kMissing:
      return "missing";
    case ExpiryState::kLeftOver:
      return "left over";
  }
  return "";
}

std::vector<Expiry> expiries(const PkiSpec& spec, const Inventory& inventory, std::chrono::sys_seconds now,
                             std::chrono::seconds within) {
  std::vector<Expiry> all;
  const auto add = [&](const std::string& file, const std::string& purpose,
                       const std::optional<PresentCertificate>& present) {
    Expiry row{file, purpose, "", ExpiryState::kMissing, {}, {}};
    if (present) {
      row.subject = present->subject_text;
      row.state = state_of(*present, now, within);
      row.not_before = present->not_before;
      row.not_after = present->not_after;
    }
    all.push_back(std::move(row));
  };
  for (const auto& certificate : spec.certificates) {
    add(certificate_file(certificate), certificate.purpose, inventory.pair(certificate.name).certificate);
    if (certificate.kind != CertificateKind::kAuthority) continue;
    for (const auto& other : inventory.also_trusted) add(certificate_file(certificate), "also trusted", other);
  }
  for (const auto& kubeconfig : spec.kubeconfigs) {
    const auto found = inventory.kubeconfigs.find(kubeconfig.file);
    add(kubeconfig.file, kubeconfig.purpose,
        found == inventory.kubeconfigs.end() ? std::optional<PresentCertificate>() : found->second.certificate);
  }
  for (const auto& left_over : inventory.left_overs) {
    if (now > left_over.certificate.not_after) continue;
    add(left_over.file, "nobody in cluster.yaml", left_over.certificate);
    all.back().state = ExpiryState::kLeftOver;
  }
  return all;
}

}  // namespace pki::plan
