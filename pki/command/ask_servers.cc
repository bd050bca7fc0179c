#include "pki/command/ask_servers.h"

#include <fmt/format.h>

#include "pki/crypto/issue.h"
#include "pki/output/server_report.h"

namespace pki::command {
namespace {

base::Result<crypto::TlsAnswer> ask(const std::string& server, const Surroundings& surroundings,
                                    const std::optional<crypto::ClientIdentity>& identity = std::nullopt) {
  const auto place = base::HostPort::parse(server);
  if (!place) return base::fail("--server {}", place.error().message);
  return crypto::ask_server({*place, place->host, surroundings.server_patience}, identity);
}

plan::CertificateSpec inquirer() {
  plan::CertificateSpec spec;
  spec.name = "rotation-check";
  spec.purpose = "question to a server";
  spec.kind = plan::CertificateKind::kClient;
  // The colon, because OpenSSL holds a name that could be a host's against name constraints.
  spec.subject = {"keepstate:rotation-check", ""};
  spec.lifetime = std::chrono::hours(1);
  return spec;
}

base::Result<void> check_trust(const std::string& server, const crypto::ClientIdentity& identity,
                               const Surroundings& surroundings) {
  const auto answer = ask(server, surroundings, identity);
  if (!answer) return base::Failure(answer.error());
  if (!answer->asks_for_certificate) {
    return base::fail("{} asks clients for no certificate, so it cannot tell whom it trusts; name a server that does",
                      server);
  }
  if (answer->is_silent) {
    return base::fail("{} has shaken hands and does not answer: it hangs; look at its log, and restart it", server);
  }
  if (!answer->refusal) return {};
  return base::fail("{} does not trust the new authority yet ({}); bring ca.pem there (bundle) and restart it", server,
                    *answer->refusal);
}

base::Result<void> check_shown(const std::string& server, const OpenedPki& pki, const Surroundings& surroundings) {
  const auto place = base::HostPort::parse(server);
  const auto answer = ask(server, surroundings);
  if (!answer) return base::Failure(answer.error());
  const auto report =
      output::judge_server(*answer, pki.spec, pki.contents, {place->host, surroundings.now, std::chrono::hours(0)});
  if (!report) return base::Failure(report.error());
  for (const auto& finding : report->findings) {
    if (!finding.sound) return base::fail("{}: {}", server, finding.text);
  }
  return {};
}

}  // namespace

base::Result<void> check_servers_trust(const std::vector<std::string>& servers, const crypto::Certificate& next,
                                       const crypto::Key& key, const Surroundings& surroundings) {
  const auto own = crypto::Key::generate();
  if (!own) return base::Failure(own.error());
  const auto certificate = crypto::issue(inquirer(), *own, next, key, surroundings.now);
  if (!certificate) return base::Failure(certificate.error());
  for (const auto& server : servers) {
    if (auto checked = check_trust(server, {*certificate, *own}, surroundings); !checked) return checked;
  }
  return {};
}

base::Result<void> check_servers_show(const std::vector<std::string>& servers, const OpenedPki& pki,
                                      const Surroundings& surroundings) {
  for (const auto& server : servers) {
    if (auto checked = check_shown(server, pki, surroundings); !checked) return checked;
  }
  return {};
}

}  // namespace pki::command
