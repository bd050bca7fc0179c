#include "pki/output/rotate_service_account.h"

#include <utility>

#include "pki/crypto/issue.h"
#include "pki/plan/pki_spec.h"

namespace pki::output {
namespace {

base::Result<MadeFiles> told(base::Result<std::vector<NewFile>> files) {
  if (!files) return base::Failure(files.error());
  MadeFiles made;
  note_files(*files, "service-account key", made);
  made.files = std::move(*files);
  return made;
}

}  // namespace

base::Result<MadeFiles> add_token_signer(const plan::CertificateSpec& spec, const Contents& contents,
                                         Succession& succession, const MakeOptions& options) {
  const std::string authority(plan::kAuthority);
  const auto key = crypto::Key::generate(spec.algorithm);
  if (!key) return base::Failure(key.error());
  auto certificate =
      crypto::issue(spec, *key, contents.certificates.at(authority), contents.keys.at(authority), options.now);
  if (!certificate) return base::Failure(certificate.error());
  auto pem = key->to_pem();
  if (!pem) return base::Failure(pem.error());
  return told(add_successor(succession, {std::move(*certificate), std::move(*pem)}));
}

base::Result<MadeFiles> switch_token_signer(Succession& succession) {
  return told(switch_to_successor(succession));
}

base::Result<MadeFiles> keep_one_token_signer(Succession& succession) {
  return told(drop_unused(succession));
}

}  // namespace pki::output
