#include "pki/plan/names.h"

#include <fmt/ranges.h>

#include <vector>

#include "lib/cluster/spelling.h"

namespace pki::plan {
namespace {

base::Failure unknown_name(const PkiSpec& spec, std::string_view name) {
  std::vector<std::string> files = spec.files();
  std::vector<std::string_view> known(files.begin(), files.end());
  for (const auto& certificate : spec.certificates) known.push_back(certificate.name);
  if (const auto guess = cluster::did_you_mean(name, known); !guess.empty()) {
    return base::fail("'{}' is nothing that this cluster.yaml asks for{}", name, guess);
  }
  const std::vector<std::string_view> names(known.begin() + static_cast<std::ptrdiff_t>(files.size()), known.end());
  return base::fail("'{}' is nothing that this cluster.yaml asks for; the names are {}", name, fmt::join(names, ", "));
}

}  // namespace

base::Result<Target> resolve(const PkiSpec& spec, std::string_view name) {
  const std::string_view last = name.substr(name.rfind('/') + 1);
  if (last == kEncryptionConfigFile || last == kEncryptionConfigFile.substr(0, kEncryptionConfigFile.rfind('.'))) {
    return Target{TargetKind::kEncryptionConfig, std::string(kEncryptionConfigFile),
                  std::string(kEncryptionConfigFile)};
  }
  if (const auto* kubeconfig = spec.find_kubeconfig(last)) {
    return Target{TargetKind::kKubeconfig, kubeconfig->certificate, kubeconfig->file};
  }
  for (const auto& certificate : spec.certificates) {
    if (last == certificate.name || last == certificate_file(certificate) || last == key_file(certificate)) {
      return Target{TargetKind::kCertificate, certificate.name, certificate_file(certificate)};
    }
  }
  return unknown_name(spec, name);
}

}  // namespace pki::plan
