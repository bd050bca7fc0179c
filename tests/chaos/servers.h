// Servers: the three stand-ins for kube-apiserver, each in its own network. Owns their processes. One thread, which
// must outlive this: the processes die with it.
#pragma once

#include <string>
#include <vector>

#include "tests/chaos/network.h"
#include "tests/support/programs.h"
#include "tests/support/tls_client.h"

namespace tests::chaos {

class Servers {
 public:
  [[nodiscard]] static base::Result<Servers> start(const support::Programs& programs, const Network& network,
                                                   const support::CertificateFiles& files);

  static std::string name_of(std::size_t i) { return "api-" + std::to_string(i); }
  static std::vector<std::string> names();

  [[nodiscard]] base::Result<void> send_signal(std::size_t i, int signal);
  [[nodiscard]] base::Result<void> kill(std::size_t i);
  [[nodiscard]] base::Result<void> start_again(std::size_t i);
  // What /readyz and /healthz of all answer from now on.
  [[nodiscard]] base::Result<void> set_ready_status(int status) const;

 private:
  Servers(const support::Programs& programs, const Network& network, support::CertificateFiles files,
          support::TlsClient admin)
      : programs_(programs), network_(network), files_(std::move(files)), admin_(std::move(admin)) {}
  [[nodiscard]] base::Result<base::Subprocess> start_one(std::size_t i) const;

  const support::Programs& programs_;
  const Network& network_;
  support::CertificateFiles files_;
  support::TlsClient admin_;
  std::vector<base::Subprocess> processes_;
};

}  // namespace tests::chaos
