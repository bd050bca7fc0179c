// Balancer: the one under test, keepstate-lb or HAProxy, and the files that it is started with. Owns the process. One
// thread, which must outlive this: the process dies with it.
#pragma once

#include <filesystem>
#include <string>

#include "lib/base/result.h"
#include "lib/base/subprocess.h"
#include "tests/support/programs.h"

namespace tests::chaos {

enum class Subject {
  kKubeApiserver,  // keepstate-lb, `profile: kube-apiserver`
  kPlain,          // keepstate-lb with TCP checks and without hedges
  kHaproxy,        // with kubeadm's settings
};

struct Candidate {
  Subject subject = Subject::kKubeApiserver;
  // Of keepstate-lb. The profile's least-connections gives all new clients to the server that has just come back, and
  // then a fault of another meets nobody; by turns each fault meets a third of them.
  std::string policy = "round-robin";
};

[[nodiscard]] std::string name_of(const Candidate& candidate);

// The cluster.yaml that keepstate-lb runs with; that of `kPlain` also tells keepstate-pki what to make.
[[nodiscard]] std::string cluster_yaml(const Candidate& candidate, const std::filesystem::path& folder);
// kubernetes/kubeadm, docs/ha-considerations.md.
[[nodiscard]] std::string haproxy_cfg();

class Balancer {
 public:
  // In the network of the calling thread. Its files and its log are in `folder`, where also the certificates are.
  [[nodiscard]] static base::Result<Balancer> start(const support::Programs& programs, const Candidate& candidate,
                                                    const std::filesystem::path& folder);

  [[nodiscard]] pid_t pid() const noexcept { return process_.pid(); }
  [[nodiscard]] bool is_running() { return process_.is_running(); }
  [[nodiscard]] std::string last_words() const { return support::last_lines(log_); }

 private:
  Balancer(base::Subprocess process, std::filesystem::path log) noexcept
      : process_(std::move(process)), log_(std::move(log)) {}
  [[nodiscard]] static base::Result<base::Subprocess> start_haproxy(const std::filesystem::path& folder,
                                                                    const std::filesystem::path& log);

  base::Subprocess process_;
  std::filesystem::path log_;
};

// Below the folder of a run.
[[nodiscard]] inline support::CertificateFiles certificates_in(const std::filesystem::path& folder) {
  return {folder / "pki"};
}

}  // namespace tests::chaos
