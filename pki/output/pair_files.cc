#include "pki/output/pair_files.h"

#include <utility>

#include "pki/crypto/issue.h"

namespace pki::output {
namespace {

base::Result<void> make_key(const plan::CertificateSpec& spec, Contents& contents, PairFiles& files) {
  auto key = crypto::Key::generate();
  if (!key) return base::Failure(key.error());
  auto pem = key->to_pem();
  if (!pem) return base::Failure(pem.error());
  files.new_key = std::move(*pem);
  contents.keys.emplace(spec.name, std::move(*key));
  return {};
}

base::Result<crypto::Certificate> issue_one(const plan::CertificateSpec& spec, const std::string& authority,
                                            const Contents& contents, std::chrono::sys_seconds now) {
  const crypto::Key& key = contents.keys.at(spec.name);
  if (spec.name == authority) return crypto::issue_authority(spec, key, now);
  return crypto::issue(spec, key, contents.certificates.at(authority), contents.keys.at(authority), now);
}

base::Result<void> make_certificate(const plan::CertificateSpec& spec, const std::string& authority, Contents& contents,
                                    std::chrono::sys_seconds now, PairFiles& files) {
  auto certificate = issue_one(spec, authority, contents, now);
  if (!certificate) return base::Failure(certificate.error());
  auto pem = certificate->to_pem();
  if (!pem) return base::Failure(pem.error());
  files.new_certificate = std::move(*pem);
  contents.certificates.emplace(spec.name, std::move(*certificate));
  return {};
}

base::Result<PairFiles> make_one(const plan::InitStep& step, const std::string& authority, Contents& contents,
                                 std::chrono::sys_seconds now) {
  PairFiles files;
  files.spec = step.spec;
  if (step.key == plan::Action::kMake) {
    if (auto made = make_key(step.spec, contents, files); !made) return base::Failure(made.error());
  }
  if (step.certificate == plan::Action::kMake) {
    auto made = make_certificate(step.spec, authority, contents, now, files);
    if (!made) return base::Failure(made.error());
  }
  auto described = contents.certificates.at(step.spec.name).describe();
  if (!described) return base::Failure(described.error());
  files.certificate = std::move(*described);
  files.key_algorithm = contents.keys.at(step.spec.name).algorithm();
  return files;
}

}  // namespace

base::Result<std::vector<PairFiles>> make_pair_files(const std::vector<plan::InitStep>& steps, Contents& contents,
                                                     std::chrono::sys_seconds now) {
  std::vector<PairFiles> all;
  for (const auto& step : steps) {
    auto files = make_one(step, steps.front().spec.name, contents, now);
    if (!files) return base::Failure(files.error());
    all.push_back(std::move(*files));
  }
  return all;
}

}  // namespace pki::output
