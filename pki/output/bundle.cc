#include "pki/output/bundle.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "lib/base/archive.h"
#include "lib/cluster/machine_files.h"
#include "pki/output/install_script.h"

namespace pki::output {
namespace {

using std::string_view;

constexpr mode_t kPublic = 0644;
constexpr mode_t kSecret = 0600;

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
  std::vector<BundleFile> places;
  for (auto& place : cluster::places_of({file, units}, machine)) {
    places.push_back({file, std::move(place.path), is_certificate(file) ? kPublic : kSecret, std::move(place.units)});
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
