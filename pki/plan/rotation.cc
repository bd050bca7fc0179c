#include "pki/plan/rotation.h"

#include <fmt/format.h>

#include "lib/cluster/machine_files.h"
#include "pki/plan/names.h"

namespace pki::plan {
namespace {

using Files = std::vector<std::string>;

constexpr const char* kAuthorityFile = "ca.pem";
constexpr const char* kAuthorityKeyFile = "ca-key.pem";
constexpr const char* kSignerFile = "service-account.pem";
constexpr const char* kSignerKeyFile = "service-account-key.pem";

// setCA() of kubernetes pkg/controller/certificates/signer/ca_provider.go
constexpr const char* kOneCertificate =
    "kube-controller-manager ends where the file of its --cluster-signing-cert-file holds two certificates, as ca.pem "
    "does from now on to the end: before its restart let that flag name ca-signing.pem, which bundles put beside "
    "ca.pem";

struct Wording {
  const char* command;
  const char* added;
  const char* switched;
  const char* ended;
  const char* to_switch;  // what --continue 2 does
  const char* to_end;
};

constexpr Wording wording_of(RotationKind kind) {
  switch (kind) {
    case RotationKind::kCa:
      return {"rotate-ca",
              "both authorities are trusted, and the old one signs",
              "the new authority has signed everything anew, and the old one is still trusted",
              "only the new authority is trusted",
              "signs every certificate anew by the new authority, for the keys that are there",
              "takes the old authority out of ca.pem and of the kubeconfigs"};
    case RotationKind::kServiceAccountKey:
      return {"rotate-service-account-key",
              "tokens by both keys are accepted, and the old one signs",
              "the new key signs, and tokens by the old one are still accepted",
              "only tokens by the new key are accepted",
              "lets the new key sign",
              "takes the old key out of service-account.pem: tokens by it end at once"};
    case RotationKind::kEncryptionKey:
      return {"rotate-encryption-key",
              "both keys decrypt, and the old one encrypts",
              "the new key encrypts, and the old one still decrypts",
              "only the new key is there",
              "lets the new key encrypt",
              "takes the old key away: what it has encrypted can never be read again"};
  }
  return {};
}

// `certificates`: all that the authority signs, too.
Files authority_files(const PkiSpec& spec, const Files& more) {
  Files files{kAuthorityFile};
  files.insert(files.end(), more.begin(), more.end());
  for (const auto& kubeconfig : spec.kubeconfigs) files.push_back(kubeconfig.file);
  return files;
}

Files signed_files(const PkiSpec& spec) {
  Files files{kAuthorityKeyFile};
  for (const auto& certificate : spec.certificates) {
    if (certificate.kind != CertificateKind::kAuthority) files.push_back(certificate_file(certificate));
  }
  return files;
}

Files files_of(RotationKind kind, RotationStage stage, const PkiSpec& spec) {
  const bool switched = stage == RotationStage::kSwitched;
  switch (kind) {
    case RotationKind::kCa:
      return authority_files(spec, switched ? signed_files(spec) : Files{});
    case RotationKind::kServiceAccountKey:
      return switched ? Files{kSignerFile, kSignerKeyFile} : Files{kSignerFile};
    case RotationKind::kEncryptionKey:
      return {std::string(kEncryptionConfigFile)};
  }
  return {};
}

Files afterwards(RotationKind kind, RotationStage stage) {
  if (kind == RotationKind::kCa && stage == RotationStage::kAdded) return {kOneCertificate};
  if (stage != RotationStage::kSwitched) return {};
  switch (kind) {
    case RotationKind::kCa:
      return {
          "what else trusts ca.pem gets it too: pods that read their token's ca.crt only once, CI, people's "
          "kubeconfigs"};
    case RotationKind::kServiceAccountKey:
      return {
          "wait until the tokens by the old key have ended: those that pods mount are replaced within an hour, "
          "but count a year where kube-apiserver extends them (--service-account-extend-token-expiration)",
          "tokens in Secrets of type kubernetes.io/service-account-token never end: delete these Secrets, and they "
          "are made anew by the new key"};
    case RotationKind::kEncryptionKey:
      return {"when every kube-apiserver runs with it, encrypt anew what the old key has encrypted:",
              "  kubectl get secrets --all-namespaces -o json | kubectl replace -f -"};
  }
  return {};
}

// Whether what is wrong with this file would be carried into the next stage.
bool hinders(RotationKind kind, RotationStage now, const Assessment& assessment, Cause cause) {
  const bool is_end = now == RotationStage::kSwitched;
  if (kind == RotationKind::kEncryptionKey) return false;
  if (kind == RotationKind::kServiceAccountKey && assessment.name != kAuthority && assessment.name != kServiceAccount) {
    return false;
  }
  if (cause == Cause::kEnded) {  // nothing that it signs now would be good for anything
    return kind == RotationKind::kServiceAccountKey && now == RotationStage::kNone && assessment.name == kAuthority;
  }
  switch (cause) {
    case Cause::kNoKey:
    case Cause::kKeyMismatch:
    case Cause::kNotYetValid:
    case Cause::kNotAuthority:
      return true;
    case Cause::kOtherAuthority:
    case Cause::kStale:
      return is_end && kind == RotationKind::kCa;
    default:
      return false;  // the rest is due, remarked, or mended by signing anew
  }
}

// What a rotation changes: "authority".
std::string_view changed_by(RotationKind kind) {
  return kind == RotationKind::kCa ? "authority" : "service-account key";
}

std::string explain_next(RotationKind kind, std::string_view name, std::string_view of) {
  const bool is_key = name == next_key_file(of);
  return fmt::format(
      "{}, {} the {} that follows\n  It is there while {} is in its first stage: {}.pem holds the new certificate "
      "behind the old one already, and\n  `{} --continue 2` puts this {} into its place. It goes to no machine.\n",
      name, is_key ? "private key of" : "certificate of", changed_by(kind), command_of(kind), of, command_of(kind),
      is_key ? "key" : "certificate");
}

std::string explain_old(RotationKind kind, std::string_view name, std::string_view of) {
  return fmt::format(
      "{}, certificate of the {} that goes\n  It is there while {} is in its second stage, and tells which of the "
      "certificates behind the first in {}.pem\n  `{} --continue 3` takes out. It goes to no machine.\n",
      name, changed_by(kind), command_of(kind), of, command_of(kind));
}

}  // namespace

Problems hindrances(RotationKind kind, RotationStage now, const std::vector<Assessment>& all) {
  Problems problems;
  for (const auto& assessment : all) {
    for (const auto& reason : assessment.reasons) {
      if (hinders(kind, now, assessment, reason.cause)) problems.push_back({assessment.file, reason.text});
    }
  }
  return problems;
}

std::vector<std::string> rotation_files() {
  std::vector<std::string> files;
  for (const auto of : {kAuthority, kServiceAccount}) {
    for (const auto& file : {next_key_file(of), next_certificate_file(of), old_certificate_file(of)})
      files.push_back(file);
  }
  return files;
}

std::optional<std::string> explain_rotation_file(std::string_view file) {
  const std::string_view name = file.substr(file.rfind('/') + 1);
  for (const auto kind : {RotationKind::kCa, RotationKind::kServiceAccountKey}) {
    const std::string_view of = kind == RotationKind::kCa ? kAuthority : kServiceAccount;
    if (name == next_key_file(of) || name == next_certificate_file(of)) return explain_next(kind, name, of);
    if (name == old_certificate_file(of)) return explain_old(kind, name, of);
  }
  if (name != cluster::kSigningFile) return std::nullopt;
  return fmt::format(
      "{}, the authority that signs\n  The first certificate of ca.pem, alone. Bundles put it beside ca.pem on "
      "machines "
      "that run kube-controller-manager,\n  for its --cluster-signing-cert-file: that file may hold one certificate "
      "only, "
      "and ca.pem holds two while\n  rotate-ca is under way. It is not kept here.\n",
      name);
}

std::string_view command_of(RotationKind kind) noexcept {
  return wording_of(kind).command;
}

StageReport report_of(RotationKind kind, RotationStage stage, const PkiSpec& spec) {
  const Wording wording = wording_of(kind);
  switch (stage) {
    case RotationStage::kNone:
      return {"nothing is under way", {}, {}, ""};
    case RotationStage::kAdded:
      return {std::string("stage 1 of 3: ") + wording.added, files_of(kind, stage, spec), afterwards(kind, stage),
              wording.to_switch, "--continue 2"};
    case RotationStage::kSwitched:
      return {std::string("stage 2 of 3: ") + wording.switched, files_of(kind, stage, spec), afterwards(kind, stage),
              wording.to_end,
              kind == RotationKind::kEncryptionKey ? "--continue 3 --all-is-encrypted-anew" : "--continue 3"};
  }
  return {};
}

StageReport report_of_end(RotationKind kind, const PkiSpec& spec) {
  return {std::string("stage 3 of 3, the last: ") + wording_of(kind).ended,
          files_of(kind, RotationStage::kNone, spec),
          {},
          ""};
}

std::string next_certificate_file(std::string_view name) {
  return std::string(name) + "-next.pem";
}

std::string old_certificate_file(std::string_view name) {
  return std::string(name) + "-old.pem";
}

std::string next_key_file(std::string_view name) {
  return std::string(name) + "-next-key.pem";
}

}  // namespace pki::plan
