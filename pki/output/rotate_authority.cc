#include "pki/output/rotate_authority.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "pki/crypto/issue.h"

namespace pki::output {
namespace {

using plan::Action;

enum class Signing { kKeep, kSignAnew };

// What is there is made anew; what is missing is left to init.
plan::Steps steps_for(const plan::PkiSpec& spec, const Contents& contents, Signing signing) {
  plan::Steps steps = plan::keep_all(spec);
  for (auto& step : steps.kubeconfigs) {
    const std::string& certificate = step.spec.certificate;
    const bool is_whole = contents.certificates.contains(certificate) && contents.keys.contains(certificate);
    if (is_whole && contents.inventory.kubeconfigs.contains(step.spec.file)) step.file = Action::kReplace;
  }
  if (signing == Signing::kKeep) return steps;
  for (auto& step : steps.certificates) {
    const bool is_leaf = step.spec.kind != plan::CertificateKind::kAuthority;
    const bool is_whole = contents.certificates.contains(step.spec.name) && contents.keys.contains(step.spec.name);
    if (is_leaf && is_whole) step.certificate = Action::kReplace;
  }
  return steps;
}

// The files of the succession with all that follows from them.
base::Result<MadeFiles> with_dependents(std::vector<NewFile> files, const plan::Steps& steps, Contents& contents,
                                        const MakeOptions& options) {
  auto made = make_files(steps, contents, options);
  if (!made) return made;
  note_files(files, "authority", *made);
  std::move(files.begin(), files.end(), std::back_inserter(made->files));
  return made;
}

base::Result<Successor> make_successor(const plan::CertificateSpec& spec, const MakeOptions& options) {
  const auto key = crypto::Key::generate(spec.algorithm);
  if (!key) return base::Failure(key.error());
  auto certificate = crypto::issue_authority(spec, *key, options.now);
  if (!certificate) return base::Failure(certificate.error());
  auto pem =
      options.authority_passphrase == nullptr ? key->to_pem() : key->to_pem(options.authority_passphrase->view());
  if (!pem) return base::Failure(pem.error());
  return Successor{std::move(*certificate), std::move(*pem)};
}

// What kubeconfigs embed from now on.
base::Result<void> trust_all(const Succession& succession, Contents& contents) {
  auto text = bundle_of(succession);
  if (!text) return base::Failure(text.error());
  contents.authority_text = std::move(*text);
  return {};
}

}  // namespace

base::Result<MadeFiles> add_authority(const plan::PkiSpec& spec, Contents& contents, Succession& succession,
                                      const MakeOptions& options) {
  auto next = make_successor(spec.authority(), options);
  if (!next) return base::Failure(next.error());
  auto files = add_successor(succession, std::move(*next));
  if (!files) return base::Failure(files.error());
  if (auto trusted = trust_all(succession, contents); !trusted) return base::Failure(trusted.error());
  return with_dependents(std::move(*files), steps_for(spec, contents, Signing::kKeep), contents, options);
}

base::Result<MadeFiles> switch_authority(const plan::PkiSpec& spec, Contents& contents, Succession& succession,
                                         crypto::Key key, const MakeOptions& options) {
  const std::string authority(plan::kAuthority);
  auto files = switch_to_successor(succession);
  if (!files) return base::Failure(files.error());
  if (auto trusted = trust_all(succession, contents); !trusted) return base::Failure(trusted.error());
  contents.keys.insert_or_assign(authority, std::move(key));
  contents.locked_authority_key.reset();
  contents.certificates.insert_or_assign(authority, std::move(succession.next->certificate));
  succession.next.reset();
  return with_dependents(std::move(*files), steps_for(spec, contents, Signing::kSignAnew), contents, options);
}

base::Result<MadeFiles> keep_one_authority(const plan::PkiSpec& spec, Contents& contents, Succession& succession,
                                           const MakeOptions& options) {
  auto files = drop_unused(succession);
  if (!files) return base::Failure(files.error());
  if (auto trusted = trust_all(succession, contents); !trusted) return base::Failure(trusted.error());
  return with_dependents(std::move(*files), steps_for(spec, contents, Signing::kKeep), contents, options);
}

}  // namespace pki::output
