#include "pki/output/read_pair.h"

#include <sys/stat.h>

#include <cerrno>

#include "lib/base/file_system.h"
#include "pki/crypto/pem.h"
#include "pki/output/kubeconfig.h"
#include "pki/output/secret_file.h"

namespace pki::output {
namespace {

namespace fs = std::filesystem;

// Whether there is anything of that name, a dangling link included: it would be in the way of a new file.
base::Result<bool> is_there(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) return true;
  if (errno == ENOENT) return false;
  return base::fail("cannot look at {}: {}", path.string(), base::errno_text(errno));
}

base::Failure unusable(const fs::path& path, const base::Error& why) {
  return base::fail("{}: {}; put back a good copy, or move the file away and run init again", path.string(),
                    why.message);
}

base::Result<void> read_key(const fs::path& path, const plan::CertificateSpec& spec, Contents& contents) {
  auto text = read_secret_file(path);
  if (!text) return base::Failure(text.error());
  const bool is_authority = spec.kind == plan::CertificateKind::kAuthority;
  if (is_authority && crypto::has_passphrase(text->view())) {
    contents.locked_authority_key = std::move(*text);
    return {};
  }
  auto key = crypto::Key::from_pem(text->view());
  if (!key) return unusable(path, key.error());
  contents.inventory.pairs[spec.name].algorithm = key->known_algorithm();
  contents.keys.emplace(spec.name, std::move(*key));
  return {};
}

// The first one signs, the others are only trusted.
base::Result<crypto::Certificate> read_authority(const fs::path& path, Contents& contents) {
  auto text = base::read_file(path);
  if (!text) return base::Failure(text.error());
  auto all = crypto::Certificate::all_from_pem(*text);
  if (!all) return unusable(path, all.error());
  for (std::size_t i = 1; i < all->size(); ++i) {
    auto described = (*all)[i].describe();
    if (!described) return unusable(path, described.error());
    contents.inventory.also_trusted.push_back(std::move(*described));
  }
  contents.authority_text = std::move(*text);
  return std::move(all->front());
}

// The first one is for the key that signs tokens, the others for keys whose tokens are accepted too.
base::Result<crypto::Certificate> read_token_signer(const fs::path& path, Contents& contents) {
  const auto text = base::read_file(path);
  if (!text) return base::Failure(text.error());
  auto all = crypto::Certificate::all_from_pem(*text);
  if (!all) return unusable(path, all.error());
  for (std::size_t i = 1; i < all->size(); ++i) {
    const auto pem = (*all)[i].to_pem();
    if (!pem) return base::Failure(pem.error());
    contents.further_signers += *pem;
  }
  return std::move(all->front());
}

base::Result<crypto::Certificate> read_leaf(const fs::path& path) {
  const auto text = base::read_file(path);
  if (!text) return base::Failure(text.error());
  auto certificate = crypto::Certificate::from_pem(*text);
  if (!certificate) return unusable(path, certificate.error());
  return certificate;
}

// By the authority's certificate, or by its key where that is all there is.
bool is_signed(const crypto::Certificate& certificate, const Contents& contents) {
  const std::string authority(plan::kAuthority);
  const auto signer = contents.certificates.find(authority);
  if (signer != contents.certificates.end()) return certificate.is_signed_by(signer->second);
  const auto key = contents.keys.find(authority);
  return key != contents.keys.end() && certificate.is_signed_by(key->second);
}

base::Result<void> read_certificate_of(const fs::path& path, const plan::CertificateSpec& spec, Contents& contents) {
  const bool is_authority = spec.kind == plan::CertificateKind::kAuthority;
  const bool signs_tokens = spec.kind == plan::CertificateKind::kTokenSigner;
  auto certificate = is_authority   ? read_authority(path, contents)
                     : signs_tokens ? read_token_signer(path, contents)
                                    : read_leaf(path);
  if (!certificate) return base::Failure(certificate.error());
  auto described = certificate->describe();
  if (!described) return unusable(path, described.error());
  plan::PresentPair& pair = contents.inventory.pairs[spec.name];
  pair.certificate = std::move(*described);
  const auto key = contents.keys.find(spec.name);
  pair.key_matches = pair.has_key && (key == contents.keys.end() || certificate->is_for(key->second));
  pair.signed_by_authority = is_authority || is_signed(*certificate, contents);
  contents.certificates.emplace(spec.name, std::move(*certificate));
  return {};
}

bool are_same(const std::vector<crypto::Certificate>& some, const std::vector<crypto::Certificate>& others) {
  return std::equal(some.begin(), some.end(), others.begin(), others.end(),
                    [](const auto& a, const auto& b) { return a.is_same_as(b); });
}

bool trusts_the_same(const Kubeconfig& kubeconfig, const Contents& contents) {
  if (contents.authority_text.empty()) return false;
  const auto ours = crypto::Certificate::all_from_pem(contents.authority_text);
  const auto theirs = crypto::Certificate::all_from_pem(kubeconfig.ca_pem);
  return ours && theirs && are_same(*ours, *theirs);
}

base::Result<plan::PresentKubeconfig> judge(const Kubeconfig& kubeconfig, const plan::KubeconfigSpec& spec,
                                            const Contents& contents) {
  plan::PresentKubeconfig present{kubeconfig.server};
  const auto certificate = crypto::Certificate::from_pem(kubeconfig.certificate_pem);
  if (!certificate) return base::fail("its client certificate: {}", certificate.error().message);
  const auto key = crypto::Key::from_pem(kubeconfig.key_pem.view());
  if (!key) return base::fail("its client key: {}", key.error().message);
  auto described = certificate->describe();
  if (!described) return base::Failure(described.error());
  present.certificate = std::move(*described);
  present.same_authority = trusts_the_same(kubeconfig, contents);
  const auto wanted = contents.certificates.find(spec.certificate);
  const auto wanted_key = contents.keys.find(spec.certificate);
  present.same_certificate = wanted != contents.certificates.end() && certificate->is_same_as(wanted->second);
  present.same_key = wanted_key != contents.keys.end() && key->is_same_as(wanted_key->second);
  return present;
}

}  // namespace

base::Result<void> read_pair(const fs::path& folder, const plan::CertificateSpec& spec, Contents& contents) {
  const fs::path key_path = folder / plan::key_file(spec);
  const fs::path certificate_path = folder / plan::certificate_file(spec);
  const auto has_key = is_there(key_path);
  const auto has_certificate = is_there(certificate_path);
  if (!has_key) return base::Failure(has_key.error());
  if (!has_certificate) return base::Failure(has_certificate.error());
  contents.inventory.pairs[spec.name].has_key = *has_key;
  if (*has_key) {
    if (auto read = read_key(key_path, spec, contents); !read) return read;
  }
  return *has_certificate ? read_certificate_of(certificate_path, spec, contents) : base::Result<void>();
}

base::Result<void> read_kubeconfig_file(const fs::path& folder, const plan::KubeconfigSpec& spec, Contents& contents) {
  const fs::path path = folder / spec.file;
  const auto there = is_there(path);
  if (!there) return base::Failure(there.error());
  if (!*there) return {};
  const auto text = read_secret_file(path);
  if (!text) return base::Failure(text.error());
  const auto kubeconfig = read_kubeconfig(text->view());
  if (!kubeconfig) return unusable(path, kubeconfig.error());
  auto present = judge(*kubeconfig, spec, contents);
  if (!present) return unusable(path, present.error());
  contents.inventory.kubeconfigs[spec.file] = std::move(*present);
  return {};
}

base::Result<void> read_encryption_file(const fs::path& folder, Contents& contents) {
  const fs::path path = folder / plan::kEncryptionConfigFile;
  const auto there = is_there(path);
  if (!there) return base::Failure(there.error());
  if (!*there) return {};
  const auto text = read_secret_file(path);
  if (!text) return base::Failure(text.error());
  auto config = read_encryption_config(text->view());
  if (!config) {
    return base::fail(
        "{}: {}; put back a good copy: without its keys what is in etcd cannot be read (where that is given up, move "
        "the "
        "file away and run `keepstate-pki issue encryption-config --anew`)",
        path.string(), config.error().message);
  }
  plan::PresentEncryptionConfig present{config->keys.front().provider, {}};
  for (const auto& key : config->keys) present.keys.push_back(key.name);
  contents.inventory.encryption = std::move(present);
  contents.encryption = std::move(*config);
  return {};
}

}  // namespace pki::output
