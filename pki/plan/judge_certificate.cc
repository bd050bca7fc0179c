#include "pki/plan/judge_certificate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "pki/plan/moment.h"

namespace pki::plan {
namespace {

using Reasons = std::vector<Reason>;

constexpr std::string_view kStartAnew = "move the whole folder away to start with a new authority";

// How grave an end is, and what helps.
struct Ending {
  Weight ended;
  Weight ending;
  std::string_view remedy;  // of the latter
};

constexpr Ending kOfLeaf{Weight::kBroken, Weight::kDue, ""};
constexpr Ending kOfAuthority{Weight::kOperator, Weight::kRemark,
                              "; rotate-ca makes another one while the cluster runs"};
// A certificate that the authority would not let live longer if it were renewed.
constexpr Ending kWithAuthority{Weight::kBroken, Weight::kRemark,
                                ", and ca.pem with it, so renew would not help; rotate-ca does"};

void judge_time(const PresentCertificate& present, const Moment& moment, const Ending& end, Reasons& reasons) {
  if (moment.now < present.not_before) {
    reasons.push_back({Cause::kNotYetValid, Weight::kOperator,
                       fmt::format("it is valid from {} on, but this machine's clock says {}; set the clock",
                                   moment_text(present.not_before), moment_text(moment.now))});
  } else if (moment.now > present.not_after) {
    reasons.push_back({Cause::kEnded, end.ended,
                       fmt::format("it ended on {} (this machine's clock says {})", moment_text(present.not_after),
                                   moment_text(moment.now))});
  } else if (present.not_after - moment.now <= moment.within) {
    reasons.push_back({Cause::kEnding, end.ending,
                       fmt::format("it ends on {}, in {}{}", moment_text(present.not_after),
                                   span_text(present.not_after - moment.now), end.remedy)});
  }
}

// Which command makes a pair anew whose key is not to be had. That of tokens is not replaced by the way.
std::string anew(const CertificateSpec& spec) {
  if (spec.kind == CertificateKind::kTokenSigner) {
    return fmt::format("issue {} --anew` make both anew, which ends every token", spec.name);
  }
  return fmt::format("renew --new-key {}` make both anew", spec.name);
}

Reason missing_pair(const CertificateSpec& spec, const PresentPair& pair, const Inventory& inventory) {
  if (pair.has_key) return {Cause::kMissing, Weight::kMake, "it is missing; its key is there and is kept"};
  if (spec.kind != CertificateKind::kTokenSigner || !has_been_made(inventory)) {
    return {Cause::kMissing, Weight::kMake, "it is missing"};
  }
  return {
      Cause::kLost, Weight::kOperator,
      fmt::format("it and {} are missing while other files of the cluster are there, and no other key stands for the "
                  "tokens that this one has signed; put both back from where you keep them, or, where they are lost "
                  "for good, let `keepstate-pki {}",
                  key_file(spec), anew(spec))};
}

bool ends_with_authority(const PresentPair& pair, const Inventory& inventory) {
  const PresentPair authority = inventory.pair(std::string(kAuthority));
  return authority.certificate && pair.signed_by_authority &&
         pair.certificate->not_after >= authority.certificate->not_after;
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
  judge_time(*pair.certificate, moment, kOfAuthority, reasons);
  for (auto& reason : reasons) {
    if (reason.cause != Cause::kEnded) continue;
    reason.text +=
        fmt::format("; rotate-ca puts a new one in its place, for the keys that are there; or {}", kStartAnew);
  }
  judge_constraints(spec.authority(), *pair.certificate, reasons);
  judge_algorithm(spec.authority(), pair, reasons);
  return reasons;
}

Reasons judge_leaf(const CertificateSpec& spec, const Inventory& inventory, const Moment& moment) {
  const PresentPair pair = inventory.pair(spec.name);
  Reasons reasons;
  if (!pair.certificate) {
    reasons.push_back(missing_pair(spec, pair, inventory));
    judge_permission(spec, inventory, reasons);
    return reasons;
  }
  if (!pair.has_key) {
    return {{Cause::kNoKey, Weight::kOperator,
             fmt::format("it is missing while {} is there, which is of no use without it; put it back, or let "
                         "`keepstate-pki {}",
                         certificate_file(spec), anew(spec))}};
  }
  if (!pair.key_matches) {
    reasons.push_back({Cause::kKeyMismatch, Weight::kOperator,
                       fmt::format("it is not for the key in {}; put back the one that belongs to the other, or let "
                                   "`keepstate-pki {}",
                                   key_file(spec), anew(spec))});
  }
  judge_signature(pair, inventory, reasons);
  judge_permission(spec, inventory, reasons);
  judge_time(*pair.certificate, moment, ends_with_authority(pair, inventory) ? kWithAuthority : kOfLeaf, reasons);
  judge_subject(spec, *pair.certificate, reasons);
  judge_usages(spec.kind, *pair.certificate, reasons);
  judge_names(spec.names, pair.certificate->names, reasons);
  judge_algorithm(spec, pair, reasons);
  return reasons;
}

}  // namespace pki::plan
