#include "pki/plan/judge_certificate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "pki/plan/moment.h"

namespace pki::plan {
namespace {

using Reasons = std::vector<Reason>;

constexpr std::string_view kStartAnew = "move the whole folder away to start with a new authority";

void judge_time(const PresentCertificate& present, const Moment& moment, Weight ended, Reasons& reasons) {
  if (moment.now < present.not_before) {
    reasons.push_back({Cause::kNotYetValid, Weight::kOperator,
                       fmt::format("it is valid from {} on, but this machine's clock says {}; set the clock",
                                   moment_text(present.not_before), moment_text(moment.now))});
  } else if (moment.now > present.not_after) {
    reasons.push_back({Cause::kEnded, ended,
                       fmt::format("it ended on {} (this machine's clock says {})", moment_text(present.not_after),
                                   moment_text(moment.now))});
  } else if (present.not_after - moment.now <= moment.within) {
    reasons.push_back({Cause::kEnding, ended == Weight::kOperator ? Weight::kRemark : Weight::kDue,
                       fmt::format("it ends on {}, in {}", moment_text(present.not_after),
                                   span_text(present.not_after - moment.now))});
  }
}

void judge_subject(const CertificateSpec& spec, const PresentCertificate& present, Reasons& reasons) {
  const Subject& wanted = spec.subject;
  const bool same_user = wanted.common_name == present.subject.common_name;
  const bool same_group = wanted.organisation.empty() || wanted.organisation == present.subject.organisation;
  if (same_user && same_group) return;
  reasons.push_back(
      {Cause::kSubject, Weight::kBroken,
       fmt::format("its subject is {}, but Kubernetes needs {}", present.subject_text, distinguished_name(wanted))});
}

void judge_usages(CertificateKind kind, const PresentCertificate& present, Reasons& reasons) {
  const bool must_serve = kind == CertificateKind::kServerAndClient;
  const bool must_call = must_serve || kind == CertificateKind::kClient;
  if (must_serve && !present.serves) {
    reasons.push_back(
        {Cause::kUsages, Weight::kBroken, "it is not for servers (extended key usage serverAuth is missing)"});
  }
  if (must_call && !present.calls) {
    reasons.push_back(
        {Cause::kUsages, Weight::kBroken, "it is not for clients (extended key usage clientAuth is missing)"});
  }
  if (kind == CertificateKind::kClient && present.serves) {
    reasons.push_back({Cause::kSurplusUsages, Weight::kDue, "it may be used by a server, though only a client has it"});
  }
}

void judge_names(const AlternativeNames& wanted, const AlternativeNames& present, Reasons& reasons) {
  if (const auto lacking = names_beyond(wanted, present); !lacking.empty()) {
    reasons.push_back({Cause::kLacksNames, Weight::kBroken,
                       fmt::format("it does not name {}, which cluster.yaml asks for", fmt::join(lacking, ", "))});
  }
  if (const auto surplus = names_beyond(present, wanted); !surplus.empty()) {
    reasons.push_back(
        {Cause::kSurplusNames, Weight::kDue,
         fmt::format("it still names {}, which cluster.yaml no longer asks for", fmt::join(surplus, ", "))});
  }
}

void judge_algorithm(const CertificateSpec& spec, const PresentPair& pair, Reasons& reasons) {
  if (!pair.algorithm || *pair.algorithm == spec.algorithm) return;
  const std::string remedy = spec.kind == CertificateKind::kAuthority     ? "rotate-ca"
                             : spec.kind == CertificateKind::kTokenSigner ? "rotate-service-account-key"
                                                                          : "renew --new-key " + spec.name;
  reasons.push_back({Cause::kAlgorithm, Weight::kRemark,
                     fmt::format("its key is {}, but cluster.yaml says {}; {} changes that",
                                 cluster::name_of(*pair.algorithm), cluster::name_of(spec.algorithm), remedy)});
}

// Where the certificate is missing the name is what it would be made with.
std::string authority_name(const Inventory& inventory) {
  const PresentPair pair = inventory.pair(std::string(kAuthority));
  return pair.certificate ? pair.certificate->subject_text : distinguished_name({"Kubernetes", "Kubernetes"});
}

void judge_signature(const PresentPair& pair, const Inventory& inventory, Reasons& reasons) {
  const PresentPair authority = inventory.pair(std::string(kAuthority));
  const std::string name = authority_name(inventory);
  if (!authority.certificate && !authority.has_key) return;  // said of the authority
  if (!pair.signed_by_authority || pair.certificate->issuer_text != name) {
    reasons.push_back({Cause::kOtherAuthority, Weight::kBroken,
                       fmt::format("it was signed by another authority ({}) than the one in this folder ({})",
                                   pair.certificate->issuer_text, name)});
  }
}

// A certificate that is still to be made is judged too: nobody would take it.
void judge_permission(const CertificateSpec& spec, const Inventory& inventory, Reasons& reasons) {
  const PresentPair authority = inventory.pair(std::string(kAuthority));
  if (!authority.certificate || !authority.certificate->permitted) return;
  const auto forbidden = forbidden_names(spec.names, *authority.certificate->permitted);
  if (forbidden.empty()) return;
  reasons.push_back(
      {Cause::kForbiddenNames, Weight::kOperator,
       fmt::format("the name constraints of ca.pem do not permit {}, so no client would take it; rotate-ca "
                   "makes an authority that permits what cluster.yaml has now",
                   fmt::join(forbidden, ", "))});
}

void judge_constraints(const CertificateSpec& spec, const PresentCertificate& present, Reasons& reasons) {
  if (spec.permitted.has_value() == present.permitted.has_value()) return;
  reasons.push_back({Cause::kConstraints, Weight::kRemark,
                     spec.permitted
                         ? "it has no name constraints, but cluster.yaml asks for them; rotate-ca changes that"
                         : "it has name constraints, but cluster.yaml asks for none; rotate-ca changes that"});
}

std::vector<std::string> signed_files(const PkiSpec& spec, const Inventory& inventory) {
  std::vector<std::string> files;
  for (const auto& certificate : spec.certificates) {
    if (certificate.kind == CertificateKind::kAuthority) continue;
    if (inventory.pair(certificate.name).certificate) files.push_back(certificate_file(certificate));
  }
  return files;
}

Reason missing_authority(const PkiSpec& spec, const Inventory& inventory) {
  const auto orphans = signed_files(spec, inventory);
  if (orphans.empty()) return {Cause::kMissing, Weight::kMake, "it is missing"};
  return {
      Cause::kNoKey, Weight::kOperator,
      fmt::format("it is missing while certificates are there that an authority has signed ({}); put ca-key.pem and "
                  "ca.pem back from where you keep them, or {}",
                  fmt::join(orphans, ", "), kStartAnew)};
}

}  // namespace

std::string distinguished_name(const Subject& subject) {
  if (subject.organisation.empty()) return "CN=" + subject.common_name;
  return "CN=" + subject.common_name + ",O=" + subject.organisation;
}

Reasons judge_authority(const PkiSpec& spec, const Inventory& inventory, const Moment& moment) {
  const PresentPair pair = inventory.pair(spec.authority().name);
  if (!pair.has_key && !pair.certificate) return {missing_authority(spec, inventory)};
  if (!pair.certificate) return {{Cause::kMissing, Weight::kMake, "it is missing; its key is there and is kept"}};
  Reasons reasons;
  if (!pair.has_key) {
    reasons.push_back({Cause::kNoKey, Weight::kOperator,
                       fmt::format("it is missing while ca.pem is there, and nothing can be signed without it; put it "
                                   "back from where you keep it, or {}",
                                   kStartAnew)});
  } else if (!pair.key_matches) {
    reasons.push_back({Cause::kKeyMismatch, Weight::kOperator,
                       fmt::format("it is not for the key in ca-key.pem; put back the one that belongs to the other, "
                                   "or {}",
                                   kStartAnew)});
  }
  if (!pair.certificate->is_authority) {
    reasons.push_back({Cause::kNotAuthority, Weight::kOperator,
                       fmt::format("it is not an authority's certificate (basicConstraints CA:TRUE with the usage "
                                   "keyCertSign), so nothing that it signs would be trusted; {}",
                                   kStartAnew)});
  }
  judge_time(*pair.certificate, moment, Weight::kOperator, reasons);
  for (auto& reason : reasons) {
    if (reason.cause == Cause::kEnded) reason.text += fmt::format("; {}", kStartAnew);
    if (reason.cause == Cause::kEnding) reason.text += "; rotate-ca makes another one while the cluster runs";
  }
  judge_constraints(spec.authority(), *pair.certificate, reasons);
  judge_algorithm(spec.authority(), pair, reasons);
  return reasons;
}

Reasons judge_leaf(const CertificateSpec& spec, const Inventory& inventory, const Moment& moment) {
  const PresentPair pair = inventory.pair(spec.name);
  Reasons reasons;
  if (!pair.certificate) {
    reasons.push_back({Cause::kMissing, Weight::kMake,
                       pair.has_key ? "it is missing; its key is there and is kept" : "it is missing"});
    judge_permission(spec, inventory, reasons);
    return reasons;
  }
  if (!pair.has_key) {
    return {{Cause::kNoKey, Weight::kOperator,
             fmt::format("it is missing while {} is there, which is of no use without it; put it back, or let `renew "
                         "--new-key {}` make both anew",
                         certificate_file(spec), spec.name)}};
  }
  if (!pair.key_matches) {
    reasons.push_back({Cause::kKeyMismatch, Weight::kOperator,
                       fmt::format("it is not for the key in {}; put back the one that belongs to the other, or let "
                                   "`renew --new-key {}` make both anew",
                                   key_file(spec), spec.name)});
  }
  judge_signature(pair, inventory, reasons);
  judge_permission(spec, inventory, reasons);
  judge_time(*pair.certificate, moment, Weight::kBroken, reasons);
  judge_subject(spec, *pair.certificate, reasons);
  judge_usages(spec.kind, *pair.certificate, reasons);
  judge_names(spec.names, pair.certificate->names, reasons);
  judge_algorithm(spec, pair, reasons);
  return reasons;
}

}  // namespace pki::plan
