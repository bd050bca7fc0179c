#include "pki/output/make_files.h"

#include <fmt/format.h>

#include <utility>

#include "pki/crypto/issue.h"
#include "pki/output/kubeconfig.h"
#include "pki/plan/moment.h"

namespace pki::output {
namespace {

using plan::Action;

Placing placing_of(Action action) {
  return action == Action::kReplace ? Placing::kReplace : Placing::kCreate;
}

class Maker {
 public:
  Maker(const plan::Steps& steps, Contents& contents, const MakeOptions& options)
      : steps_(steps), contents_(contents), options_(options) {}

  base::Result<MadeFiles> make() && {
    if (auto made = make_keys(); !made) return base::Failure(made.error());
    for (const auto& step : steps_.certificates) {
      if (auto made = make_pair(step); !made) return base::Failure(made.error());
    }
    for (const auto& step : steps_.kubeconfigs) {
      if (auto made = make_kubeconfig(step); !made) return base::Failure(made.error());
    }
    if (auto made = make_encryption_config(); !made) return base::Failure(made.error());
    return std::move(made_);
  }

 private:
  base::Result<void> make_keys() {
    std::vector<cluster::KeyAlgorithm> algorithms;
    std::vector<std::string> names;
    for (const auto& step : steps_.certificates) {
      if (step.key == Action::kKeep) continue;
      algorithms.push_back(step.spec.algorithm);
      names.push_back(step.spec.name);
    }
    auto keys = crypto::generate_keys(algorithms, options_.threads, options_.progress);
    if (!keys) return base::Failure(keys.error());
    for (std::size_t i = 0; i < names.size(); ++i) contents_.keys.insert_or_assign(names[i], std::move((*keys)[i]));
    return {};
  }

  base::Result<void> make_pair(const plan::CertificateStep& step) {
    if (step.key != Action::kKeep) {
      if (auto added = add_key(step); !added) return added;
    }
    if (step.certificate != Action::kKeep) {
      if (auto issued = issue(step); !issued) return issued;
    }
    return note_pair(step);
  }

  base::Result<void> add_key(const plan::CertificateStep& step) {
    const crypto::Key& key = contents_.keys.at(step.spec.name);
    const bool locked = step.spec.kind == plan::CertificateKind::kAuthority && options_.authority_passphrase != nullptr;
    auto pem = locked ? key.to_pem(options_.authority_passphrase->view()) : key.to_pem();
    if (!pem) return base::Failure(pem.error());
    made_.files.push_back({plan::key_file(step.spec), std::move(*pem), kKeyMode, placing_of(step.key)});
    return {};
  }

  base::Result<crypto::Certificate> sign(const plan::CertificateSpec& spec) const {
    const std::string authority(plan::kAuthority);
    const crypto::Key& key = contents_.keys.at(spec.name);
    if (spec.kind == plan::CertificateKind::kAuthority) return crypto::issue_authority(spec, key, options_.now);
    const auto signer = contents_.keys.find(authority);
    if (signer == contents_.keys.end()) {
      return base::fail("cannot issue {}: the authority's key is not open", plan::certificate_file(spec));
    }
    return crypto::issue(spec, key, contents_.certificates.at(authority), signer->second, options_.now);
  }

  base::Result<void> issue(const plan::CertificateStep& step) {
    auto certificate = sign(step.spec);
    if (!certificate) return base::Failure(certificate.error());
    auto pem = certificate->to_pem();
    if (!pem) return base::Failure(pem.error());
    if (step.spec.kind == plan::CertificateKind::kAuthority) contents_.authority_text = *pem;
    const bool signs_tokens = step.spec.kind == plan::CertificateKind::kTokenSigner;
    const std::string text = signs_tokens ? *pem + contents_.further_signers : *pem;
    made_.files.push_back(
        {plan::certificate_file(step.spec), crypto::SecretText(text), kCertificateMode, placing_of(step.certificate)});
    contents_.certificates.insert_or_assign(step.spec.name, std::move(*certificate));
    return {};
  }

  base::Result<void> note_pair(const plan::CertificateStep& step) {
    const std::string file = plan::certificate_file(step.spec);
    const auto key = contents_.keys.find(step.spec.name);
    const bool is_locked = step.spec.kind == plan::CertificateKind::kAuthority && contents_.locked_authority_key;
    if (key != contents_.keys.end() || is_locked) {
      made_.notes.push_back(
          {plan::key_file(step.spec), step.key,
           fmt::format("private key of {}, {}", file, is_locked ? "under a passphrase" : key->second.algorithm())});
    }
    const auto certificate = contents_.certificates.find(step.spec.name);
    if (certificate == contents_.certificates.end()) return {};
    const auto described = certificate->second.describe();
    if (!described) return base::Failure(described.error());
    std::string what = fmt::format("{}, valid to {}", step.spec.purpose, plan::date_text(described->not_after));
    if (const auto names = described->names.size(); names > 0) what += fmt::format(", {} names and addresses", names);
    made_.notes.push_back({file, step.certificate, std::move(what)});
    return {};
  }

  base::Result<void> make_kubeconfig(const plan::KubeconfigStep& step) {
    const plan::KubeconfigSpec& spec = step.spec;
    const bool is_there = contents_.inventory.kubeconfigs.contains(spec.file);
    if (step.file != Action::kKeep) {
      auto text = kubeconfig_text(spec);
      if (!text) return base::Failure(text.error());
      made_.files.push_back({spec.file, std::move(*text), kKeyMode, placing_of(step.file)});
    }
    if (step.file == Action::kKeep && !is_there) return {};
    made_.notes.push_back({spec.file, step.file, fmt::format("{}, to {}", spec.purpose, spec.server)});
    return {};
  }

  base::Result<crypto::SecretText> kubeconfig_text(const plan::KubeconfigSpec& spec) const {
    auto certificate = contents_.certificates.at(spec.certificate).to_pem();
    if (!certificate) return base::Failure(certificate.error());
    auto key = contents_.keys.at(spec.certificate).to_pem();
    if (!key) return base::Failure(key.error());
    Kubeconfig kubeconfig;
    kubeconfig.cluster = spec.cluster;
    kubeconfig.server = spec.server;
    kubeconfig.user = spec.user;
    kubeconfig.ca_pem = contents_.authority_text;
    kubeconfig.certificate_pem = std::move(*certificate);
    kubeconfig.key_pem = std::move(*key);
    return write_kubeconfig(kubeconfig);
  }

  base::Result<void> make_encryption_config() {
    const std::string file(plan::kEncryptionConfigFile);
    if (steps_.encryption != Action::kKeep) {
      auto key = new_encryption_key(steps_.encryption_provider, "key1");
      if (!key) return base::Failure(key.error());
      EncryptionConfig config;
      config.keys.push_back(std::move(*key));
      made_.files.push_back({file, write_encryption_config(config), kKeyMode, placing_of(steps_.encryption)});
      contents_.encryption = std::move(config);
    }
    if (!contents_.encryption) return {};
    const auto& first = contents_.encryption->keys.front();
    made_.notes.push_back(
        {file, steps_.encryption,
         fmt::format("encryption of secrets in etcd, {} {}", cluster::name_of(first.provider), first.name)});
    return {};
  }

  const plan::Steps& steps_;
  Contents& contents_;
  const MakeOptions& options_;
  MadeFiles made_;
};

}  // namespace

base::Result<MadeFiles> make_files(const plan::Steps& steps, Contents& contents, const MakeOptions& options) {
  return Maker(steps, contents, options).make();
}

}  // namespace pki::output
