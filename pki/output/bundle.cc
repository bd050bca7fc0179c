#include "pki/output/bundle.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>

#include "lib/base/archive.h"
#include "pki/output/install_script.h"

namespace pki::output {
namespace {

using std::string_view;

constexpr mode_t kPublic = 0644;
constexpr mode_t kSecret = 0600;

constexpr string_view kEtcdFolder = "/etc/etcd/";
constexpr string_view kKubernetesFolder = "/var/lib/kubernetes/";
constexpr string_view kKubeletFolder = "/var/lib/kubelet/";
constexpr string_view kProxyKubeconfig = "/var/lib/kube-proxy/kubeconfig";
constexpr string_view kEtcd = "etcd";

bool is_certificate(string_view file) {
  return file.ends_with(".pem") && !file.ends_with("-key.pem");
}

// "MACHINE-pki/files/var/", "MACHINE-pki/files/var/lib/", ...: each folder above the path that is new.
void add_folders(const std::string& path, std::set<std::string>& known, std::vector<base::ArchiveEntry>& entries) {
  for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1)) {
    const std::string folder = path.substr(0, at + 1);
    if (known.insert(folder).second) entries.push_back({folder, 0700, {}});
  }
}

base::Result<void> measure(const std::vector<base::ArchiveEntry>& entries, std::chrono::sys_seconds time,
                           std::size_t& size) {
  return base::write_tar(entries, time, [&size](string_view bytes) {
    size += bytes.size();
    return base::Result<void>();
  });
}

// Twice the same bytes: once to know how many, once into a buffer that need not grow and is wiped.
base::Result<crypto::SecretText> secret_tar(const std::vector<base::ArchiveEntry>& entries,
                                            std::chrono::sys_seconds time) {
  std::size_t size = 0;
  if (auto measured = measure(entries, time, size); !measured) return base::Failure(measured.error());
  crypto::SecretText tar(size);
  char* out = tar.data();
  const auto written = base::write_tar(entries, time, [&out](string_view bytes) {
    out = std::copy(bytes.begin(), bytes.end(), out);
    return base::Result<void>();
  });
  if (!written) return base::Failure(written.error());
  tar.set_size(size);
  return tar;
}

}  // namespace

std::vector<BundleFile> places_for(const std::string& file, const std::string& machine,
                                   const std::vector<std::string>& units) {
  const mode_t mode = is_certificate(file) ? kPublic : kSecret;
  if (file == machine + ".kubeconfig") return {{file, std::string(kKubeletFolder) + "kubeconfig", mode, units}};
  if (file == machine + ".pem" || file == machine + "-key.pem") {
    return {{file, std::string(kKubeletFolder) + file, mode, units}};
  }
  if (file == "kube-proxy.kubeconfig") return {{file, std::string(kProxyKubeconfig), mode, units}};
  // etcd reads a copy of its own (lab 07), the others what lies in /var/lib/kubernetes (lab 08).
  std::vector<BundleFile> places;
  std::vector<std::string> others;
  std::copy_if(units.begin(), units.end(), std::back_inserter(others), [](const auto& unit) { return unit != kEtcd; });
  if (others.size() != units.size()) {
    places.push_back({file, std::string(kEtcdFolder) + file, mode, {std::string(kEtcd)}});
  }
  if (!others.empty() || units.empty()) {
    places.push_back({file, std::string(kKubernetesFolder) + file, mode, std::move(others)});
  }
  return places;
}

base::Result<crypto::SecretText> bundle_tar(const std::string& machine, const std::vector<BundleFile>& files,
                                            const std::map<std::string, crypto::SecretText>& contents,
                                            std::chrono::sys_seconds time) {
  const std::string folder = machine + "-pki/";
  const std::string script = install_script(machine, files);
  std::vector<base::ArchiveEntry> entries;
  std::set<std::string> known;
  for (const auto& file : files) {
    const std::string path = folder + "files" + file.target;
    add_folders(path, known, entries);
    entries.push_back({path, file.mode, contents.at(file.file).view()});
  }
  entries.push_back({folder + "install.sh", 0755, script});
  return secret_tar(entries, time);
}

}  // namespace pki::output
