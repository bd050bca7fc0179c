#include "pki/output/contents.h"

#include "pki/plan/pki_spec.h"

namespace pki::output {

base::Result<void> unlock_authority(Contents& contents, std::string_view passphrase) {
  auto key = crypto::Key::from_pem(contents.locked_authority_key->view(), passphrase);
  if (!key) {
    return base::fail(
        "ca-key.pem: {}; give the passphrase that it was made with, by --ca-passphrase-file FILE or on the "
        "terminal",
        key.error().message);
  }
  const std::string name(plan::kAuthority);
  const auto certificate = contents.certificates.find(name);
  if (certificate != contents.certificates.end() && !certificate->second.is_for(*key)) {
    return base::fail("ca.pem: it is not for the key in ca-key.pem; put back the one that belongs to the other");
  }
  contents.inventory.pairs[name].algorithm = key->known_algorithm();
  contents.keys.emplace(name, std::move(*key));
  contents.locked_authority_key.reset();
  return {};
}

}  // namespace pki::output
