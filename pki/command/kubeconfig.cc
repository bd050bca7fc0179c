#include "pki/command/kubeconfig.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <ostream>

#include "pki/command/opened_pki.h"
#include "pki/output/kubeconfig.h"
#include "pki/plan/names.h"

namespace pki::command {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr std::uint16_t kHttpsPort = 443;
constexpr const char* kApiServer = "kubernetes";

// The host of "https://HOST[:PORT]"; a path behind it is refused, because Kubernetes' own servers have none.
base::Result<std::string> host_of(const std::string& url) {
  const auto wrong = [&] {
    return base::fail("--server '{}' is no address of an API server; write it as https://10.10.0.1:6443", url);
  };
  if (!url.starts_with(kScheme)) return wrong();
  std::string rest = url.substr(kScheme.size());
  if (rest.find_first_of("/?#@ ") != std::string::npos) return wrong();
  const bool has_port = rest.find(':', rest.starts_with('[') ? rest.find(']') : 0) != std::string::npos;
  const auto place = base::HostPort::parse(has_port ? rest : fmt::format("{}:{}", rest, kHttpsPort));
  if (!place) return wrong();
  return place->host;
}

// Who may call by a certificate, and what a kubeconfig of the folder calls that user.
base::Result<const plan::CertificateSpec*> client_named(const std::string& name, const plan::PkiSpec& spec) {
  const auto target = plan::resolve(spec, name);
  if (!target) return base::Failure(target.error());
  const auto* const certificate = spec.find_certificate(target->name);
  const bool is_client = certificate != nullptr && (certificate->kind == plan::CertificateKind::kClient ||
                                                    certificate->kind == plan::CertificateKind::kServerAndClient);
  if (!is_client) return base::fail("nobody calls the API by {}; name a client, such as admin", target->file);
  return certificate;
}

void warn_of_host(const std::string& host, const OpenedPki& pki, const Surroundings& surroundings) {
  const auto server = pki.contents.inventory.pair(kApiServer).certificate;
  if (!server) return;
  const auto& names = server->names;
  const auto address = base::IpAddress::parse(host);
  const bool is_named =
      address ? std::find(names.addresses.begin(), names.addresses.end(), *address) != names.addresses.end()
              : std::find(names.dns.begin(), names.dns.end(), plan::canonical_dns_name(host)) != names.dns.end();
  if (is_named) return;
  surroundings.streams.err << fmt::format(
      "keepstate-pki: warning: kubernetes.pem does not name {}, so a client will refuse the server there; add it to "
      "spec.pki.certSANs and run renew\n",
      host);
}

base::Result<output::Kubeconfig> make(const plan::CertificateSpec& client, const std::string& server,
                                      const OpenedPki& pki) {
  const auto certificate = pki.contents.certificates.find(client.name);
  const auto key = pki.contents.keys.find(client.name);
  if (certificate == pki.contents.certificates.end() || key == pki.contents.keys.end() ||
      pki.contents.authority_text.empty()) {
    return base::fail("{}, its key or ca.pem is missing; `keepstate-pki init` makes what is missing",
                      plan::certificate_file(client));
  }
  output::Kubeconfig kubeconfig;
  kubeconfig.server = server;
  kubeconfig.user = client.subject.common_name;
  for (const auto& known : pki.spec.kubeconfigs) {
    kubeconfig.cluster = known.cluster;
    if (known.certificate == client.name) kubeconfig.user = known.user;
  }
  kubeconfig.ca_pem = pki.contents.authority_text;
  auto certificate_pem = certificate->second.to_pem();
  auto key_pem = key->second.to_pem();
  if (!certificate_pem) return base::Failure(certificate_pem.error());
  if (!key_pem) return base::Failure(key_pem.error());
  kubeconfig.certificate_pem = std::move(*certificate_pem);
  kubeconfig.key_pem = std::move(*key_pem);
  return kubeconfig;
}

}  // namespace

base::ExitCode kubeconfig(const KubeconfigOptions& options, const Surroundings& surroundings) {
  const auto wrong_use = [&](const base::Error& error) {
    fail(surroundings, error.message);
    return base::kExitUsage;
  };
  const auto host = host_of(options.server);
  if (!host) return wrong_use(host.error());
  if (const auto fit = check_output(options.output, "kubeconfig", surroundings); fit != base::kExitOk) return fit;
  const auto pki = open_pki(options.folder, Access::kRead, "kubeconfig", surroundings);
  if (!pki) return pki.error();
  const auto client = client_named(options.name, pki->spec);
  if (!client) return wrong_use(client.error());
  const auto made = make(**client, options.server, *pki);
  if (!made) return fail(surroundings, made.error().message);
  warn_of_host(*host, *pki, surroundings);
  return give(output::write_kubeconfig(*made), options.output, surroundings);
}

void add_kubeconfig(CLI::App& app, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand("kubeconfig", "Write a kubeconfig for another way to the API");
  const auto options = std::make_shared<KubeconfigOptions>();
  command->add_option("NAME", options->name, "The client: admin, worker-0, kube-proxy ...")->required();
  command->add_option("--server", options->server, "https://HOST:PORT")->required()->type_name("URL");
  add_folder_options(*command, options->folder);
  add_secret_output(*command, options->output);
  command->footer(
      "It embeds the private key, so it is not shown on a terminal. The folder keeps no copy, and renew does not know\n"
      "of it: write it again after each renewal.\n"
      "Example:\n"
      "  keepstate-pki kubeconfig admin --server https://controller-0:6443 -c cluster.yaml --out pki --to "
      "past-the-vip");
  command->callback([options, &chosen] {
    chosen.run = [options](const Surroundings& surroundings) { return kubeconfig(*options, surroundings); };
  });
}

}  // namespace pki::command
