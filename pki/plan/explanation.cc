#include "pki/plan/explanation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace pki::plan {
namespace {

struct Explanation {
  std::string_view name;
  std::string_view what_for;
  std::string_view common_name;
  std::string_view organisation;
  std::string_view lab;
};

constexpr std::array<Explanation, 7> kExplanations{{
    {"ca",
     "Everybody in the cluster believes what it has signed, and nobody else. Its key makes new members; keep it from "
     "all machines but those that run kube-controller-manager, which signs kubelets' requests by it.",
     "only a name, so that people recognise it", "likewise", "lab 04 makes it, labs 07 to 10 install it"},
    {"kubernetes",
     "The API server shows it to all that call it, and calls kubelets and etcd by it; etcd's members show it "
     "to each other.",
     "the user as whom the API server calls kubelets; lab 08 lets that user do so (system:kube-apiserver-to-kubelet)",
     "none is needed", "lab 04 makes it, lab 07 (etcd) and lab 08 (kube-apiserver) install it"},
    {"admin", "The administrator, by kubectl.", "the user's name in logs and audits",
     "the group that may do everything, whatever RBAC says: whoever has this key owns the cluster",
     "lab 04 makes it, lab 05 puts it into admin.kubeconfig, lab 10 into the remote one"},
    {"kube-controller-manager", "kube-controller-manager, when it calls the API server.",
     "the user whom the built-in role system:kube-controller-manager is bound to", "only repeats the user",
     "lab 04 makes it, lab 05 puts it into its kubeconfig, lab 08 installs that"},
    {"kube-scheduler", "kube-scheduler, when it calls the API server.",
     "the user whom the built-in role system:kube-scheduler is bound to", "only repeats the user",
     "lab 04 makes it, lab 05 puts it into its kubeconfig, lab 08 installs that"},
    {"kube-proxy", "kube-proxy, when it calls the API server; all workers share it.",
     "the user whom the built-in role system:node-proxier is bound to",
     "only says what it is: the role goes by the user",
     "lab 04 makes it, lab 05 puts it into its kubeconfig, lab 09 installs that"},
    {"service-account", "kube-controller-manager signs pods' tokens by the key, the API server checks them by this.",
     "only a name: nobody calls anybody by it, and it may be used by neither server nor client", "none is needed",
     "lab 04 makes it, lab 08 installs it"},
}};

constexpr Explanation kKubelet{
    "",
    "The kubelet shows it to the API server when that asks for logs, exec or port-forward, and calls the server by it.",
    "the node's user: the Node authorizer lets system:node:NAME see what its own pods need, and nothing else",
    "the group that the Node authorizer wants (system:nodes)",
    "lab 04 makes it, lab 05 puts it into its kubeconfig, lab 09 installs both"};

const Explanation& explanation_of(const CertificateSpec& spec) {
  const auto* const found = std::find_if(kExplanations.begin(), kExplanations.end(),
                                         [&](const Explanation& one) { return one.name == spec.name; });
  return found == kExplanations.end() ? kKubelet : *found;
}

std::string_view usage_of(CertificateKind kind) {
  switch (kind) {
    case CertificateKind::kAuthority:
      return "signs certificates and nothing else; what it signs may not sign (pathlen 0)";
    case CertificateKind::kServerAndClient:
      return "server and client: it is called, and calls others by the same certificate";
    case CertificateKind::kClient:
      return "client only: nobody may serve by it";
    case CertificateKind::kTokenSigner:
      return "its key signs tokens (JWT), no connection";
  }
  return "";
}

std::string places_text(const std::vector<std::string>& files, const PkiSpec& spec) {
  std::string text;
  for (const auto& file : files) {
    std::vector<std::string> places;
    for (const auto& placement : spec.placements) {
      if (placement.file != file) continue;
      places.push_back(placement.units.empty()
                           ? placement.machine
                           : fmt::format("{} ({})", placement.machine, fmt::join(placement.units, ", ")));
    }
    text += fmt::format("  {} {}\n", file,
                        places.empty() ? "stays here" : fmt::format("goes to {}", fmt::join(places, ", ")));
  }
  return text;
}

std::string certificate_text(const PkiSpec& spec, const CertificateSpec& certificate) {
  const Explanation& why = explanation_of(certificate);
  std::string text = fmt::format("{}, {}\n  {}\n  Kubernetes the Hard Way: {}.\n", certificate_file(certificate),
                                 certificate.purpose, why.what_for, why.lab);
  text += fmt::format("\n  CN {}\n     {}\n", certificate.subject.common_name, why.common_name);
  text +=
      fmt::format("  O {}\n     {}\n",
                  certificate.subject.organisation.empty() ? "-" : certificate.subject.organisation, why.organisation);
  text += fmt::format("  use\n     {}\n", usage_of(certificate.kind));
  for (const auto& reason : certificate.name_reasons) text += fmt::format("  {}\n     {}\n", reason.name, reason.why);
  return text + "\n" + places_text({certificate_file(certificate), key_file(certificate)}, spec);
}

std::string kubeconfig_text(const PkiSpec& spec, const KubeconfigSpec& kubeconfig) {
  return fmt::format(
             "{}, for {}\n  It tells where the API is, which authority to believe (ca.pem), and shows {}.pem by "
             "{}-key.pem, "
             "all embedded.\n  Kubernetes the Hard Way: {}.\n\n  {}\n     {}\n\n",
             kubeconfig.file, kubeconfig.purpose, kubeconfig.certificate, kubeconfig.certificate,
             kubeconfig.file == "admin-remote.kubeconfig" ? "lab 10 makes it" : "lab 05 makes it", kubeconfig.server,
             kubeconfig.server_why) +
         places_text({kubeconfig.file}, spec);
}

std::string encryption_text(const PkiSpec& spec) {
  const std::string file(kEncryptionConfigFile);
  return fmt::format(
             "{}, encryption of secrets in etcd\n  The API server writes secrets by the first key ({}) and reads by "
             "all; "
             "identity, the last, reads what was\n  written before there was a key. Whoever has this file can read "
             "every "
             "secret; who loses it, none.\n  Kubernetes the Hard Way: lab 06 makes it, lab 08 installs it.\n\n",
             file, cluster::name_of(spec.encryption)) +
         places_text({file}, spec);
}

}  // namespace

std::string explain(const PkiSpec& spec, const Target& target) {
  switch (target.kind) {
    case TargetKind::kCertificate:
      return certificate_text(spec, *spec.find_certificate(target.name));
    case TargetKind::kKubeconfig:
      return kubeconfig_text(spec, *spec.find_kubeconfig(target.file));
    case TargetKind::kEncryptionConfig:
      return encryption_text(spec);
  }
  return "";
}

}  // namespace pki::plan
