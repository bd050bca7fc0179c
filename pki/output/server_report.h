// ServerReport: what a live server shows, held against what the folder says that it should. Pure; any thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "pki/crypto/tls_probe.h"
#include "pki/output/contents.h"
#include "pki/plan/pki_spec.h"

namespace pki::output {

struct ServerFinding {
  bool sound = true;
  std::string text;  // what is so; where it is not sound, also what to do
};

struct ServerReport {
  std::vector<std::string> shown;  // lines for people: subject, issuer, serial, validity, names
  std::vector<ServerFinding> findings;

  [[nodiscard]] bool sound() const;
};

struct ServerExpectation {
  std::string name;  // by which clients reach it: a DNS name or an address
  std::chrono::sys_seconds now{};
  std::chrono::hours within{30 * 24};  // what ends so soon is told
};

// Whether clients of this folder's authorities trust it, whether it is the folder's own certificate and not one from
// before, whether it has every name that cluster.yaml asks for, and when it ends.
[[nodiscard]] base::Result<ServerReport> judge_server(const crypto::TlsAnswer& answer, const plan::PkiSpec& spec,
                                                      const Contents& contents, const ServerExpectation& expectation);

}  // namespace pki::output
