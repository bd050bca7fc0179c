#include "pki/plan/pki_spec.h"

#include <algorithm>
#include <map>

#include "lib/cluster/machine_files.h"
#include "pki/plan/certificate_plan.h"
#include "pki/plan/rotation.h"

namespace pki::plan {
namespace {

using cluster::Cluster;

constexpr const char* kByVip = "by the VIP, so that any API server that is up answers";
constexpr const char* kByLoopback = "the server on the same machine, so that nothing else can be in the way";

std::string by_vip(const Cluster& cluster) {
  const base::SocketAddress address(cluster.load_balancer->vip, cluster.control_plane_endpoint->port);
  return "https://" + address.to_string();
}

std::string by_loopback(const Cluster& cluster) {
  return fmt::format("https://127.0.0.1:{}", cluster.control_plane_endpoint->port);
}

KubeconfigSpec local(const Cluster& cluster, const char* name, const char* purpose, const char* user) {
  return {std::string(name) + ".kubeconfig", purpose, name, by_loopback(cluster), kByLoopback, cluster.name, user};
}

KubeconfigSpec remote(const Cluster& cluster, std::string file, std::string purpose, std::string certificate,
                      std::string user) {
  return {std::move(file), std::move(purpose), std::move(certificate), by_vip(cluster),
          kByVip,          cluster.name,       std::move(user)};
}

std::vector<KubeconfigSpec> kubeconfigs_for(const Cluster& cluster) {
  std::vector<KubeconfigSpec> all{
      local(cluster, "admin", "kubectl on a controller", "admin"),
      remote(cluster, "admin-remote.kubeconfig", "kubectl from elsewhere", "admin", "admin"),
      local(cluster, "kube-controller-manager", "kube-controller-manager", "system:kube-controller-manager"),
      local(cluster, "kube-scheduler", "kube-scheduler", "system:kube-scheduler"),
      remote(cluster, "kube-proxy.kubeconfig", "kube-proxy", "kube-proxy", "system:kube-proxy"),
  };
  for (const auto& machine : cluster.machines) {
    if (machine.role != cluster::Role::kWorker) continue;
    all.push_back(remote(cluster, machine.name + ".kubeconfig", "kubelet of " + machine.name, machine.name,
                         "system:node:" + machine.name));
  }
  return all;
}

// A worker called "admin", one called "w" beside one called "w-key", or one called "ca-next".
cluster::Diagnostics shared_names(const PkiSpec& spec) {
  cluster::Diagnostics shared;
  std::map<std::string, int> count;
  for (const auto& file : rotation_files()) ++count[file];
  ++count[std::string(cluster::kSigningFile)];
  for (const auto& file : spec.files()) {
    if (++count[file] != 2) continue;
    shared.push_back({0, 0,
                      fmt::format("spec.machines: two certificates or keys would both be the file {}; give the worker "
                                  "another name",
                                  file)});
  }
  return shared;
}

}  // namespace

const CertificateSpec* PkiSpec::find_certificate(std::string_view name) const {
  const auto found = std::find_if(certificates.begin(), certificates.end(),
                                  [&](const CertificateSpec& spec) { return spec.name == name; });
  return found == certificates.end() ? nullptr : &*found;
}

const KubeconfigSpec* PkiSpec::find_kubeconfig(std::string_view file) const {
  const auto found = std::find_if(kubeconfigs.begin(), kubeconfigs.end(),
                                  [&](const KubeconfigSpec& spec) { return spec.file == file; });
  return found == kubeconfigs.end() ? nullptr : &*found;
}

std::vector<std::string> PkiSpec::files() const {
  std::vector<std::string> files;
  for (const auto& spec : certificates) {
    files.push_back(key_file(spec));
    files.push_back(certificate_file(spec));
  }
  for (const auto& spec : kubeconfigs) files.push_back(spec.file);
  files.emplace_back(kEncryptionConfigFile);
  return files;
}

tl::expected<PkiSpec, cluster::Diagnostics> spec_for(const Cluster& cluster) {
  auto certificates = certificates_for(cluster);
  if (!certificates) return tl::unexpected(std::move(certificates.error()));
  PkiSpec spec{std::move(*certificates), kubeconfigs_for(cluster), cluster.pki.encryption, placements_of(cluster)};
  if (auto shared = shared_names(spec); !shared.empty()) return tl::unexpected(std::move(shared));
  return spec;
}

}  // namespace pki::plan
