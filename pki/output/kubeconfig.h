// Kubeconfig: how one user reaches one cluster, as kubectl and Kubernetes' components read it. It owns a copy of the
// private key, which is wiped with it. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "pki/crypto/secret_text.h"

namespace pki::output {

struct Kubeconfig {
  std::string cluster = "kubernetes";  // only a name inside the file
  std::string context = "default";     // likewise
  std::string server;                  // "https://10.10.0.1:6443"
  std::string user;                    // only a name inside the file: what counts is the certificate's CN
  std::string ca_pem;                  // one certificate, or several while authorities change
  std::string certificate_pem;
  crypto::SecretText key_pem;
};

// As `kubectl config set-... --embed-certs=true` writes it: YAML with its keys sorted, the PEM texts in base64.
[[nodiscard]] crypto::SecretText write_kubeconfig(const Kubeconfig& kubeconfig);

// What write_kubeconfig or kubectl wrote: one cluster, one user, one context, all embedded. Whatever else stands there
// would be lost when the file is written anew, so it is an error: "line N: cause; remedy", without a byte of the key.
[[nodiscard]] base::Result<Kubeconfig> read_kubeconfig(std::string_view text);

}  // namespace pki::output
