#include "pki/output/left_overs.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "lib/cluster/machine_files.h"
#include "pki/output/kubeconfig.h"
#include "pki/output/secret_file.h"
#include "pki/plan/rotation.h"

namespace pki::output {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

Names known_files(const plan::PkiSpec& spec) {
  Names known = spec.files();
  for (auto& file : plan::rotation_files()) known.push_back(std::move(file));
  known.emplace_back(cluster::kSigningFile);
  return known;
}

bool is_kubeconfig(std::string_view name) {
  return name.ends_with(".kubeconfig");
}

bool may_hold_certificate(std::string_view name) {
  return is_kubeconfig(name) || (name.ends_with(".pem") && !name.ends_with("-key.pem"));
}

Names strange_files(const fs::path& folder, const plan::PkiSpec& spec) {
  const Names known = known_files(spec);
  Names strange;
  std::error_code error;
  for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code ignored;  // nothing else than a file is opened: a pipe would keep us waiting
    if (!may_hold_certificate(name) || !at->is_regular_file(ignored)) continue;
    if (std::find(known.begin(), known.end(), name) == known.end()) strange.push_back(name);
  }
  // Certificates before the kubeconfigs that embed them.
  std::sort(strange.begin(), strange.end(), [](const std::string& a, const std::string& b) {
    return std::pair(is_kubeconfig(a), std::string_view(a)) < std::pair(is_kubeconfig(b), std::string_view(b));
  });
  return strange;
}

std::optional<crypto::Certificate> read_certificate(std::string_view pem) {
  auto certificate = crypto::Certificate::from_pem(pem);
  return certificate ? std::optional(std::move(*certificate)) : std::nullopt;
}

std::optional<crypto::Certificate> certificate_in(const fs::path& path) {
  const auto text = read_secret_file(path);
  if (!text) return std::nullopt;
  if (!is_kubeconfig(path.filename().string())) return read_certificate(text->view());
  const auto kubeconfig = read_kubeconfig(text->view());
  return kubeconfig ? read_certificate(kubeconfig->certificate_pem) : std::nullopt;
}

bool is_signed_by_one(const crypto::Certificate& certificate, const std::vector<crypto::Certificate>& authorities) {
  return std::any_of(authorities.begin(), authorities.end(),
                     [&](const crypto::Certificate& authority) { return certificate.is_signed_by(authority); });
}

bool is_asked_for(const plan::Subject& subject, const plan::PkiSpec& spec) {
  return std::any_of(spec.certificates.begin(), spec.certificates.end(),
                     [&](const plan::CertificateSpec& one) { return one.subject == subject; });
}

}  // namespace

std::vector<plan::LeftOver> find_left_overs(const fs::path& folder, const plan::PkiSpec& spec,
                                            const Contents& contents) {
  const auto authorities = crypto::Certificate::all_from_pem(contents.authority_text);
  if (!authorities) return {};
  std::vector<plan::LeftOver> found;
  for (const auto& file : strange_files(folder, spec)) {
    const auto certificate = certificate_in(folder / file);
    if (!certificate || !is_signed_by_one(*certificate, *authorities)) continue;
    auto said = certificate->describe();
    if (!said || said->is_authority || is_asked_for(said->subject, spec)) continue;
    const bool is_told = std::any_of(found.begin(), found.end(),
                                     [&](const auto& other) { return other.certificate.serial == said->serial; });
    if (!is_told) found.push_back({file, std::move(*said)});
  }
  return found;
}

}  // namespace pki::output
