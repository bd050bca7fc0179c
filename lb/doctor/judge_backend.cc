#include "lb/doctor/judge_backend.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace lb::doctor {
namespace {

using std::chrono::days;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

const std::array<std::string, 3> kHealthPaths{"/readyz", "/livez", "/healthz"};  // of API servers

bool is_endpoint(const cluster::Cluster& cluster, const cluster::Listener& listener) {
  return cluster.control_plane_endpoint && cluster.control_plane_endpoint->port == listener.address.port();
}

// RFC 6125 s6.4.3: a star stands for the first label, and for all of it.
bool matches(const std::string& pattern, const std::string& name) {
  if (lower(pattern) == lower(name)) return true;
  const auto dot = name.find('.');
  return pattern.starts_with("*.") && dot != std::string::npos && dot > 0 &&
         lower(pattern.substr(1)) == lower(name.substr(dot));
}

std::string who_of(const cluster::Listener& listener, const cluster::Backend& backend) {
  return fmt::format("{} ({}, listener '{}')", backend.name, backend.address.to_string(), listener.name);
}

// Whether it is certain that the backends are to speak TLS.
bool means_tls(const cluster::Listener& listener) {
  return cluster::speaks_tls(listener.health_check.kind) || listener.first_flight == cluster::FirstFlight::kTls;
}

Finding judge_names(const std::string& who, const net::PeerCertificate& certificate,
                    const std::vector<std::string>& names) {
  std::vector<std::string> missing;
  for (const std::string& name : names) {
    if (!is_for(certificate, name)) missing.push_back(name);
  }
  if (missing.empty()) return fine("certificate", fmt::format("{}: it is for {}", who, fmt::join(names, ", ")));
  return problem(
      "certificate",
      fmt::format("{}: it is not for {}, so clients that come by that name refuse it", who, fmt::join(missing, ", ")),
      fmt::format("keepstate-pki makes one with every name; with kubeadm, on that machine: rm /etc/kubernetes/pki/"
                  "apiserver.crt /etc/kubernetes/pki/apiserver.key && kubeadm init phase certs apiserver "
                  "--apiserver-cert-extra-sans={}, then restart kube-apiserver",
                  fmt::join(missing, ",")));
}

Finding judge_expiry(const std::string& who, const net::PeerCertificate& certificate, Servers servers,
                     std::chrono::system_clock::time_point now) {
  const auto left = certificate.not_after - now;
  const std::string when =
      fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::chrono::system_clock::to_time_t(certificate.not_after)));
  const char* const remedy =
      servers == Servers::kApiServers
          ? "kubeadm certs renew apiserver on that machine, or keepstate-pki; then restart kube-apiserver"
          : "renew it where it was made, and have the server read it";
  if (left <= days{0})
    return problem("expiry", fmt::format("{}: its certificate has expired at {}", who, when), remedy);
  if (left < days{1})
    return problem("expiry", fmt::format("{}: its certificate expires at {}, within a day", who, when), remedy);
  const auto whole_days = std::chrono::floor<days>(left).count();
  const std::string text = fmt::format("{}: its certificate is good until {} ({} days)", who, when, whole_days);
  return left < days{30} ? warning("expiry", text, remedy) : fine("expiry", text);
}

Finding judge_anonymous(const std::string& who, const cluster::Listener& listener, const cluster::Backend& backend,
                        const Visit& visit) {
  const cluster::HealthCheck& check = listener.health_check;
  const std::string said = fmt::format("{}: a request without credentials got {}", who, visit.status);
  if (visit.status == check.status) return fine("health", said);
  if (visit.status == 401 || visit.status == 403) {
    if (!check.certificate_file.empty()) return fine("health", said + "; checks show healthCheck.certificateFile");
    const std::string remedy =
        "--anonymous-auth=true at kube-apiserver (and the ClusterRoleBinding system:public-info-viewer), "
        "or healthCheck: {certificateFile: FILE, keyFile: FILE} for the listener";
    if (check.kind != cluster::HealthCheckKind::kHttps) {
      return warning("health", said + "; checks by https would not pass", remedy);
    }
    return problem("health", said + ", so checks never pass", remedy);
  }
  return warning(
      "health", fmt::format("{} instead of {}", said, check.status),
      fmt::format("curl -k 'https://{}/readyz?verbose' says what is wrong there", backend.address.to_string()));
}

}  // namespace

Servers servers_of(const cluster::Cluster& cluster, const cluster::Listener& listener) {
  const cluster::HealthCheck& check = listener.health_check;
  const std::string path = check.path.substr(0, check.path.find('?'));
  const bool asks_as_of_api_servers =
      check.kind == cluster::HealthCheckKind::kHttps && std::ranges::any_of(kHealthPaths, [&](const std::string& one) {
        return path == one || path.starts_with(one + "/");
      });
  return asks_as_of_api_servers || is_endpoint(cluster, listener) ? Servers::kApiServers : Servers::kOthers;
}

std::vector<std::string> names_for_clients(const cluster::Cluster& cluster, const cluster::Listener& listener) {
  std::vector<std::string> names;
  const auto add = [&](std::string name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  };
  if (!listener.address.ip().is_unspecified()) add(listener.address.ip().to_string());
  const bool is_vip = cluster.load_balancer && !cluster.load_balancer->vip.is_unspecified();
  if (is_vip && listener.address.ip().is_unspecified()) add(cluster.load_balancer->vip.to_string());
  if (is_endpoint(cluster, listener)) add(cluster.control_plane_endpoint->host);
  return names;
}

bool is_for(const net::PeerCertificate& certificate, const std::string& name) {
  if (const auto address = base::IpAddress::parse(name)) {
    return std::ranges::find(certificate.addresses, *address) != certificate.addresses.end();
  }
  return std::ranges::any_of(certificate.names, [&](const std::string& one) { return matches(one, name); });
}

Findings judge_backend(const cluster::Listener& listener, const cluster::Backend& backend, const Visit& visit,
                       Servers servers, const std::vector<std::string>& names,
                       std::chrono::system_clock::time_point now) {
  const std::string who = who_of(listener, backend);
  if (!visit.connect_error.empty()) {
    const std::string remedy = fmt::format("nc -vz {} {}; on that machine: ss -ltnp", backend.address.ip().to_string(),
                                           backend.address.port());
    const char* const more =
        servers == Servers::kApiServers ? ", systemctl status kubelet, crictl ps -a --name kube-apiserver" : "";
    return {problem("backend", fmt::format("{}: connecting: {}", who, visit.connect_error), remedy + more)};
  }
  Findings findings{fine("backend", who + ": accepts connections")};
  if (!visit.tls_error.empty() && !means_tls(listener)) {
    findings.push_back(
        skipped("certificate",
                fmt::format("{}: it speaks no TLS ({}), and the listener does not ask for it", who, visit.tls_error)));
    return findings;
  }
  if (!visit.tls_error.empty()) {
    findings.push_back(problem("certificate", fmt::format("{}: TLS handshake: {}", who, visit.tls_error),
                               fmt::format("openssl s_client -connect {} </dev/null", backend.address.to_string())));
    return findings;
  }
  const bool is_api_server = servers == Servers::kApiServers;
  if (visit.certificate) {
    findings.push_back(is_api_server ? judge_names(who, *visit.certificate, names)
                                     : skipped("certificate", who + ": no API server, so its names are its own"));
    findings.push_back(judge_expiry(who, *visit.certificate, servers, now));
  }
  if (!is_api_server) return findings;
  if (visit.answer_error.empty()) {
    findings.push_back(judge_anonymous(who, listener, backend, visit));
  } else {
    findings.push_back(
        skipped("health", fmt::format("{}: a request without credentials: {}", who, visit.answer_error)));
  }
  return findings;
}

Findings judge_checks(const cluster::Listener& listener, const base::Result<std::vector<net::ProbeResult>>& results) {
  if (!results) {
    return {problem("check", fmt::format("listener '{}': {}", listener.name, results.error().message),
                    "keepstate-lb check -c FILE")};
  }
  Findings findings;
  for (std::size_t i = 0; i < results->size(); ++i) {
    const std::string text =
        fmt::format("{}: its health check says: {}", who_of(listener, listener.backends[i]), (*results)[i].reason);
    using Kind = net::ProbeResult::Kind;
    switch ((*results)[i].kind) {
      case Kind::kPassed:
        findings.push_back(fine("check", text));
        break;
      case Kind::kNotReady:
        findings.push_back(warning("check", text + " (it drains)", "docs/health.md tells what puts a backend there"));
        break;
      case Kind::kFailed:
        findings.push_back(
            problem("check", text + " (it is down)",
                    "what stands above about this backend, or healthCheck.caFile and serverName in the file"));
        break;
      case Kind::kOwnTrouble:
        findings.push_back(skipped("check", text));
        break;
    }
  }
  return findings;
}

}  // namespace lb::doctor
