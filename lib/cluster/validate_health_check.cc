#include "lib/cluster/validate_health_check.h"

#include <array>
#include <string_view>

#include "lib/base/duration.h"

namespace cluster {
namespace {

constexpr std::array<std::string_view, 5> kTlsKeys{"serverName", "caFile", "insecure", "certificateFile", "keyFile"};
constexpr std::array<std::string_view, 3> kHttpKeys{"path", "livePath", "status"};

std::string_view name_of(HealthCheckKind kind) {
  switch (kind) {
    case HealthCheckKind::kNone:
      return "none";
    case HealthCheckKind::kTcp:
      return "tcp";
    case HealthCheckKind::kTls:
      return "tls";
    case HealthCheckKind::kHttp:
      return "http";
    case HealthCheckKind::kHttps:
      return "https";
  }
  return {};  // no value of the enumeration comes here
}

// A key that the check's type does not look at is a misunderstanding: whoever wrote it relies on it.
void check_idle_keys(const HealthCheck& check, const std::string& path, Findings& findings) {
  const auto refuse = [&](std::string_view key, std::string_view needed) {
    const std::string at = fmt::format("{}.{}", path, key);
    if (!findings.readable(at)) return;
    findings.error(at, fmt::format("{}: a check of type {} does not look at it; write type: {}, or remove it", key,
                                   name_of(check.kind), needed));
  };
  if (!speaks_tls(check.kind)) {
    for (const std::string_view key : kTlsKeys) refuse(key, "https");
  }
  if (!speaks_http(check.kind)) {
    for (const std::string_view key : kHttpKeys) refuse(key, "https");
  }
}

void check_trust(const Listener& listener, const std::string& listener_path, const std::string& path,
                 Findings& findings) {
  const HealthCheck& check = listener.health_check;
  if (!speaks_tls(check.kind) || !findings.sound(path + ".caFile") || !findings.sound(path + ".insecure")) return;
  if (check.ca_file.empty() && !check.insecure) {
    const bool by_profile = !findings.given(path + ".type") && findings.given(listener_path + ".profile");
    const std::string at = by_profile && !findings.given(path) ? listener_path + ".profile" : path;
    findings.error(at, fmt::format("healthCheck: a check of type {} needs caFile, the CA of the backends' "
                                   "certificates; name it, or write insecure: true to look at no certificate",
                                   name_of(check.kind)));
  }
  if (!check.ca_file.empty() && check.insecure) {
    findings.error(path + ".insecure",
                   "insecure: no certificate is looked at then, so caFile says nothing; remove one");
  }
}

void check_own_certificate(const HealthCheck& check, const std::string& path, Findings& findings) {
  const std::string certificate = path + ".certificateFile";
  const std::string key = path + ".keyFile";
  if (!speaks_tls(check.kind) || !findings.sound(certificate) || !findings.sound(key)) return;
  if (!check.certificate_file.empty() && check.key_file.empty()) {
    findings.error(certificate, "certificateFile: a certificate is shown with its key; add keyFile");
  }
  if (check.certificate_file.empty() && !check.key_file.empty()) {
    findings.error(key, "keyFile: a key alone shows nothing; add certificateFile");
  }
}

void check_times(const HealthCheck& check, const std::string& path, Findings& findings) {
  const std::string fast = path + ".fastInterval";
  if (!check.fast_interval || !findings.readable(fast) || !findings.sound(path + ".interval")) return;
  if (*check.fast_interval <= check.interval) return;
  findings.error(fast, fmt::format("fastInterval: {} is longer than interval, {}; choose a shorter one, or remove it",
                                   base::duration_text(*check.fast_interval), base::duration_text(check.interval)));
}

void check_status(const HealthCheck& check, const std::string& path, Findings& findings) {
  constexpr unsigned kFirstFinal = 200;  // those below only announce an answer (RFC 9110 s15.2)
  const std::string at = path + ".status";
  if (!findings.readable(at) || check.status >= kFirstFinal) return;
  findings.error(
      at, fmt::format("status: {} is never a final answer; write one from {} to 599", check.status, kFirstFinal));
}

void check_on_down(const Listener& listener, const std::string& path, Findings& findings) {
  const std::string at = path + ".onDown";
  const bool judged = listener.health_check.kind != HealthCheckKind::kNone;
  if (judged || !findings.readable(at) || !findings.sound(path + ".healthCheck.type")) return;
  findings.warning(at, "onDown: without health checks no backend is ever down, so this does nothing; remove it");
}

}  // namespace

void validate_health_check(const Listener& listener, const std::string& path, Findings& findings) {
  const std::string check_path = path + ".healthCheck";
  if (!findings.sound(check_path + ".type") || !findings.sound(path + ".profile")) return;
  const HealthCheck& check = listener.health_check;
  check_idle_keys(check, check_path, findings);
  check_trust(listener, path, check_path, findings);
  check_own_certificate(check, check_path, findings);
  check_times(check, check_path, findings);
  check_status(check, check_path, findings);
  check_on_down(listener, path, findings);
}

}  // namespace cluster
