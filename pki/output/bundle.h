// Bundle: just what one machine needs of a PKI, where each file goes there, and the script that puts it there. Pure;
// any thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "pki/crypto/secret_text.h"

namespace pki::output {

struct BundleFile {
  std::string file;    // in the PKI's folder: "worker-0-key.pem"
  std::string target;  // on the machine, absolute: "/var/lib/kubelet/worker-0-key.pem"
  mode_t mode = 0600;
  std::vector<std::string> units;  // what reads it there, and has to be restarted

  friend bool operator==(const BundleFile&, const BundleFile&) = default;
};

// Where Kubernetes the Hard Way puts a file on a machine, once for each place; `machine` because a kubelet's kubeconfig
// loses its name there. The units are those that read it: each place gets those of its folder.
[[nodiscard]] std::vector<BundleFile> places_for(const std::string& file, const std::string& machine,
                                                 const std::vector<std::string>& units);

// The tar: a folder MACHINE-pki with the files under their places and, last, so that a tar that was cut has none,
// install.sh. `contents`: by BundleFile::file, each that is named.
[[nodiscard]] base::Result<crypto::SecretText> bundle_tar(const std::string& machine,
                                                          const std::vector<BundleFile>& files,
                                                          const std::map<std::string, crypto::SecretText>& contents,
                                                          std::chrono::sys_seconds time);

}  // namespace pki::output
