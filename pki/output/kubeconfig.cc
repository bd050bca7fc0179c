#include "pki/output/kubeconfig.h"

#include <algorithm>
#include <array>
#include <vector>

#include "pki/crypto/base64.h"
#include "pki/output/yaml_leaves.h"

namespace pki::output {
namespace {

using Leaves = std::vector<YamlLeaf>;

constexpr std::string_view kEmbed =
    "`kubectl config view --raw --flatten --minify --kubeconfig FILE` writes the form that is read here";

constexpr std::string_view kServer = "/clusters/0/cluster/server";
constexpr std::string_view kAuthorityData = "/clusters/0/cluster/certificate-authority-data";
constexpr std::string_view kClusterName = "/clusters/0/name";
constexpr std::string_view kContextCluster = "/contexts/0/context/cluster";
constexpr std::string_view kContextUser = "/contexts/0/context/user";
constexpr std::string_view kContextName = "/contexts/0/name";
constexpr std::string_view kCurrent = "/current-context";
constexpr std::string_view kUserName = "/users/0/name";
constexpr std::string_view kCertificateData = "/users/0/user/client-certificate-data";
constexpr std::string_view kKeyData = "/users/0/user/client-key-data";
constexpr std::string_view kKind = "/kind";
constexpr std::string_view kVersion = "/apiVersion";

constexpr std::array kNeeded{kVersion,     kKind,        kServer,  kAuthorityData, kClusterName,     kContextCluster,
                             kContextUser, kContextName, kCurrent, kUserName,      kCertificateData, kKeyData};

base::Result<void> check_leaf(const YamlLeaf& leaf) {
  if (std::find(kNeeded.begin(), kNeeded.end(), leaf.path) != kNeeded.end()) return {};
  if (leaf.path == "/preferences" && (leaf.value == "{}" || leaf.value.empty())) return {};
  return base::fail("line {}: '{}' is not known here and would be lost when the file is renewed; {}", leaf.line,
                    leaf.path.substr(1), kEmbed);
}

base::Result<void> check_whole(const Leaves& leaves) {
  for (const auto& leaf : leaves) {
    if (auto known = check_leaf(leaf); !known) return known;
  }
  for (const auto path : kNeeded) {
    const YamlLeaf* const leaf = find_leaf(leaves, path);
    if (leaf == nullptr || leaf->value.empty()) {
      return base::fail("line {}: '{}' is missing; {}", leaf == nullptr ? 1 : leaf->line, path.substr(1), kEmbed);
    }
  }
  return {};
}

// Whether two places name the same thing.
base::Result<void> check_same(const Leaves& leaves, std::string_view one, std::string_view other) {
  const YamlLeaf& reference = *find_leaf(leaves, one);
  if (reference.value == find_leaf(leaves, other)->value) return {};
  return base::fail("line {}: '{}' names '{}', which is not what '{}' says; {}", reference.line, one.substr(1),
                    reference.value, other.substr(1), kEmbed);
}

base::Result<void> check_value(const Leaves& leaves, std::string_view path, std::string_view wanted) {
  const YamlLeaf& leaf = *find_leaf(leaves, path);
  if (leaf.value == wanted) return {};
  return base::fail("line {}: '{}' is '{}' and not '{}', so this is no kubeconfig; give the right file", leaf.line,
                    path.substr(1), leaf.value, wanted);
}

base::Result<void> check_sense(const Leaves& leaves) {
  for (const auto& result :
       {check_value(leaves, kKind, "Config"), check_value(leaves, kVersion, "v1"),
        check_same(leaves, kCurrent, kContextName), check_same(leaves, kContextCluster, kClusterName),
        check_same(leaves, kContextUser, kUserName)}) {
    if (!result) return result;
  }
  return {};
}

base::Result<crypto::SecretText> decoded(const Leaves& leaves, std::string_view path) {
  const YamlLeaf& leaf = *find_leaf(leaves, path);
  auto bytes = crypto::decode_base64(leaf.value);
  if (bytes) return bytes;
  return base::fail("line {}: '{}': {}; put back a good copy, or move the file away and have a new one made", leaf.line,
                    path.substr(1), bytes.error().message);
}

std::string text_of(const Leaves& leaves, std::string_view path) {
  return std::string(find_leaf(leaves, path)->value);
}

}  // namespace

crypto::SecretText write_kubeconfig(const Kubeconfig& kubeconfig) {
  const std::string cluster = yaml_text(kubeconfig.cluster);
  const std::string context = yaml_text(kubeconfig.context);
  const std::string user = yaml_text(kubeconfig.user);
  const std::string server = yaml_text(kubeconfig.server);
  const auto authority = crypto::encode_base64(kubeconfig.ca_pem);
  const auto certificate = crypto::encode_base64(kubeconfig.certificate_pem);
  const auto key = crypto::encode_base64(kubeconfig.key_pem.view());
  return crypto::join({"apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: ",
                       authority.view(),
                       "\n    server: ",
                       server,
                       "\n  name: ",
                       cluster,
                       "\ncontexts:\n- context:\n    cluster: ",
                       cluster,
                       "\n    user: ",
                       user,
                       "\n  name: ",
                       context,
                       "\ncurrent-context: ",
                       context,
                       "\nkind: Config\npreferences: {}\nusers:\n- name: ",
                       user,
                       "\n  user:\n    client-certificate-data: ",
                       certificate.view(),
                       "\n    client-key-data: ",
                       key.view(),
                       "\n"});
}

base::Result<Kubeconfig> read_kubeconfig(std::string_view text) {
  const auto leaves = read_yaml_leaves(text);
  if (!leaves) return base::Failure(leaves.error());
  if (auto whole = check_whole(*leaves); !whole) return base::Failure(whole.error());
  if (auto sense = check_sense(*leaves); !sense) return base::Failure(sense.error());
  const auto authority = decoded(*leaves, kAuthorityData);
  const auto certificate = decoded(*leaves, kCertificateData);
  auto key = decoded(*leaves, kKeyData);
  if (!authority) return base::Failure(authority.error());
  if (!certificate) return base::Failure(certificate.error());
  if (!key) return base::Failure(key.error());
  return Kubeconfig{text_of(*leaves, kClusterName),
                    text_of(*leaves, kContextName),
                    text_of(*leaves, kServer),
                    text_of(*leaves, kUserName),
                    std::string(authority->view()),
                    std::string(certificate->view()),
                    std::move(*key)};
}

}  // namespace pki::output
