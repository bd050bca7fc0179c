#include "pki/plan/init_plan.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <string_view>

namespace pki::plan {
namespace {

using std::chrono::sys_seconds;
using Problems = std::vector<Problem>;

constexpr std::string_view kReissue = "move it away and run init again: a new one is issued for the same key";
constexpr std::string_view kStartAnew = "move the whole folder away to start with a new authority";

PresentPair pair_of(const CertificateSpec& spec, const Inventory& inventory) {
  const auto found = inventory.find(spec.name);
  return found == inventory.end() ? PresentPair{} : found->second;
}

// As pki/crypto writes it: RFC 2253 puts the last part, CN, first.
std::string distinguished_name(const Subject& subject) {
  if (subject.organisation.empty()) return "CN=" + subject.common_name;
  return "CN=" + subject.common_name + ",O=" + subject.organisation;
}

std::string moment(sys_seconds time) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC",
                     fmt::gmtime(static_cast<std::time_t>(time.time_since_epoch().count())));
}

std::optional<std::string> wrong_time(const PresentCertificate& certificate, sys_seconds now, std::string_view remedy) {
  if (now < certificate.not_before) {
    return fmt::format("it is valid from {} on, but this machine's clock says {}; set the clock",
                       moment(certificate.not_before), moment(now));
  }
  if (now > certificate.not_after) {
    return fmt::format("it ended on {} (this machine's clock says {}); {}", moment(certificate.not_after), moment(now),
                       remedy);
  }
  return std::nullopt;
}

std::optional<std::string> wrong_subject(const Subject& wanted, const PresentCertificate& present) {
  const bool same_user = wanted.common_name == present.subject.common_name;
  const bool same_group = wanted.organisation.empty() || wanted.organisation == present.subject.organisation;
  if (same_user && same_group) return std::nullopt;
  return fmt::format("its subject is {}, but Kubernetes needs {}; {}", present.subject_text, distinguished_name(wanted),
                     kReissue);
}

std::optional<std::string> wrong_use(CertificateKind kind, const PresentCertificate& present) {
  if (kind == CertificateKind::kServerAndClient && !present.serves) {
    return fmt::format("it is not for servers (extended key usage serverAuth is missing); {}", kReissue);
  }
  if (!present.calls) {
    return fmt::format("it is not for clients (extended key usage clientAuth is missing); {}", kReissue);
  }
  return std::nullopt;
}

// More names than needed do no harm here; a missing one breaks the clients that use it.
std::optional<std::string> missing_names(const AlternativeNames& wanted, const AlternativeNames& present) {
  std::string missing;
  const auto note = [&](std::string_view name) { missing.append(missing.empty() ? "" : ", ").append(name); };
  for (const auto& name : wanted.dns) {
    if (std::find(present.dns.begin(), present.dns.end(), name) == present.dns.end()) note(name);
  }
  for (const auto& address : wanted.addresses) {
    if (std::find(present.addresses.begin(), present.addresses.end(), address) == present.addresses.end()) {
      note(address.to_string());
    }
  }
  if (missing.empty()) return std::nullopt;
  return fmt::format("it does not name {}, which the configuration asks for; {}", missing, kReissue);
}

std::string not_its_key(const CertificateSpec& spec) {
  return fmt::format("it is not for the key in {}; put back the one that belongs to the other, or {}", key_file(spec),
                     spec.kind == CertificateKind::kAuthority ? kStartAnew : kReissue);
}

std::vector<std::string> signed_files(const std::vector<CertificateSpec>& specs, const Inventory& inventory) {
  std::vector<std::string> files;
  for (const auto& spec : specs) {
    if (spec.kind != CertificateKind::kAuthority && pair_of(spec, inventory).certificate) {
      files.push_back(certificate_file(spec));
    }
  }
  return files;
}

std::optional<Problem> authority_problem(const CertificateSpec& spec, const PresentPair& pair,
                                         const std::vector<std::string>& signed_already, sys_seconds now) {
  if (!pair.has_key && pair.certificate) {
    return Problem{key_file(spec), fmt::format("it is missing while {} is there, and nothing can be signed without it; "
                                               "put it back from where you keep it, or {}",
                                               certificate_file(spec), kStartAnew)};
  }
  if (!pair.has_key && !signed_already.empty()) {
    return Problem{
        key_file(spec),
        fmt::format("it is missing while certificates are there that an authority has signed ({}); put {} and "
                    "{} back from where you keep them, or {}",
                    fmt::join(signed_already, ", "), key_file(spec), certificate_file(spec), kStartAnew)};
  }
  if (!pair.certificate) return std::nullopt;
  const std::string file = certificate_file(spec);
  if (!pair.key_matches) return Problem{file, not_its_key(spec)};
  if (!pair.certificate->is_authority) {
    return Problem{file, fmt::format("it is not an authority's certificate (basicConstraints CA:TRUE with the usage "
                                     "keyCertSign), so nothing that it signs would be trusted; {}",
                                     kStartAnew)};
  }
  if (auto why = wrong_time(*pair.certificate, now, kStartAnew)) return Problem{file, std::move(*why)};
  return std::nullopt;
}

std::optional<Problem> signed_problem(const CertificateSpec& spec, const PresentPair& pair,
                                      const std::string& authority_name, sys_seconds now) {
  if (!pair.certificate) return std::nullopt;
  if (!pair.has_key) {
    return Problem{key_file(spec), fmt::format("it is missing while {} is there, which is of no use without it; put it "
                                               "back, or move {} away and run init again: both are made anew",
                                               certificate_file(spec), certificate_file(spec))};
  }
  const std::string file = certificate_file(spec);
  if (!pair.key_matches) return Problem{file, not_its_key(spec)};
  const PresentCertificate& present = *pair.certificate;
  if (!pair.signed_by_authority || present.issuer_text != authority_name) {
    return Problem{file, fmt::format("it was signed by another authority ({}) than the one in this folder ({}); {}",
                                     present.issuer_text, authority_name, kReissue)};
  }
  for (auto why : {wrong_time(present, now, kReissue), wrong_subject(spec.subject, present),
                   wrong_use(spec.kind, present), missing_names(spec.names, present.names)}) {
    if (why) return Problem{file, std::move(*why)};
  }
  return std::nullopt;
}

InitStep step_for(const CertificateSpec& spec, const PresentPair& pair) {
  return {spec, pair.has_key ? Action::kKeep : Action::kMake, pair.certificate ? Action::kKeep : Action::kMake};
}

}  // namespace

tl::expected<std::vector<InitStep>, std::vector<Problem>> plan_init(const std::vector<CertificateSpec>& specs,
                                                                    const Inventory& inventory, sys_seconds now) {
  const CertificateSpec& authority = specs.front();
  const PresentPair authority_pair = pair_of(authority, inventory);
  if (auto problem = authority_problem(authority, authority_pair, signed_files(specs, inventory), now)) {
    return tl::unexpected(Problems{std::move(*problem)});
  }
  const std::string authority_name =
      authority_pair.certificate ? authority_pair.certificate->subject_text : distinguished_name(authority.subject);
  Problems problems;
  std::vector<InitStep> steps;
  for (const auto& spec : specs) {
    const PresentPair pair = pair_of(spec, inventory);
    if (spec.kind != CertificateKind::kAuthority) {
      if (auto problem = signed_problem(spec, pair, authority_name, now)) problems.push_back(std::move(*problem));
    }
    steps.push_back(step_for(spec, pair));
  }
  if (!problems.empty()) return tl::unexpected(std::move(problems));
  return steps;
}

}  // namespace pki::plan
