// Programs: our own programs, started and watched over as the demo and the tests need them. What it starts belongs to
// the caller as a Subprocess, so nothing outlives its owner. One thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/socket_address.h"
#include "lib/base/subprocess.h"

namespace tests::support {

// Files that `keepstate-pki init` writes.
struct CertificateFiles {
  std::filesystem::path folder;
  [[nodiscard]] std::filesystem::path ca() const { return folder / "ca.pem"; }
  [[nodiscard]] std::filesystem::path server() const { return folder / "kubernetes.pem"; }
  [[nodiscard]] std::filesystem::path server_key() const { return folder / "kubernetes-key.pem"; }
  [[nodiscard]] std::filesystem::path admin() const { return folder / "admin.pem"; }
  [[nodiscard]] std::filesystem::path admin_key() const { return folder / "admin-key.pem"; }
};

struct RunningServer {
  base::Subprocess process;
  base::SocketAddress address;  // where it listens
};

// SIGTERM to keepstate-lb, which has no sessions any more; it must end with 0 (so also a sanitizer must have found
// nothing). An error quotes its log.
[[nodiscard]] base::Result<void> end_balancer(base::Subprocess& balancer, const std::filesystem::path& log);

// The end of a log, for an error message.
[[nodiscard]] std::string last_lines(const std::filesystem::path& file);

class Programs {
 public:
  // `bin`: the folder of our programs. Each that is missing is an error that names it.
  [[nodiscard]] static base::Result<Programs> in(std::filesystem::path bin);

  // keepstate-pki init.
  [[nodiscard]] base::Result<CertificateFiles> make_certificates(const std::filesystem::path& cluster_file,
                                                                 const std::filesystem::path& folder) const;
  // The stand-in for kube-apiserver; returns once it listens. Port 0: a free one. `arguments`: further ones.
  [[nodiscard]] base::Result<RunningServer> start_api_server(const std::string& name,
                                                             const base::SocketAddress& address,
                                                             const CertificateFiles& files,
                                                             const std::vector<std::string>& arguments = {}) const;
  // keepstate-lb run ARGUMENTS; returns once /readyz of `admin` answers 200. Its log goes to `log`; when it does not
  // come up, the log's last lines are in the error.
  [[nodiscard]] base::Result<base::Subprocess> start_balancer(const std::vector<std::string>& arguments,
                                                              const base::SocketAddress& admin,
                                                              const std::filesystem::path& log) const;

 private:
  explicit Programs(std::filesystem::path bin) : bin_(std::move(bin)) {}
  [[nodiscard]] std::string path_of(const char* name) const { return (bin_ / name).string(); }

  std::filesystem::path bin_;
};

}  // namespace tests::support
