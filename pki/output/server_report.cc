#include "pki/output/server_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "pki/crypto/trust.h"
#include "pki/plan/moment.h"

namespace pki::output {
namespace {

using plan::PresentCertificate;

std::vector<std::string> shown_lines(const PresentCertificate& said) {
  std::vector<std::string> names = said.names.dns;
  for (const auto& address : said.names.addresses) names.push_back(address.to_string());
  return {fmt::format("subject  {}", said.subject_text), fmt::format("issuer   {}", said.issuer_text),
          fmt::format("serial   {}", said.serial),
          fmt::format("valid    {} to {}", plan::moment_text(said.not_before), plan::moment_text(said.not_after)),
          fmt::format("names    {}", fmt::join(names, ", "))};
}

// Those who read the file, so that it is known what to restart.
std::string readers_of(const std::string& file, const plan::PkiSpec& spec) {
  std::set<std::string> units;
  for (const auto& placement : spec.placements) {
    if (placement.file == file) units.insert(placement.units.begin(), placement.units.end());
  }
  return fmt::format("{}", fmt::join(units, " or "));
}

ServerFinding judge_answer(const crypto::TlsAnswer& answer) {
  if (answer.refusal) return {true, fmt::format("it refuses who shows no certificate: {}", *answer.refusal)};
  if (!answer.is_silent) return {true, "it answers"};
  return {false, "it has shaken hands and does not answer: it hangs; look at its log, and restart it"};
}

ServerFinding judge_trust(const crypto::TlsAnswer& answer, const Contents& contents,
                          const ServerExpectation& expectation) {
  const auto authorities = crypto::Certificate::all_from_pem(contents.authority_text);
  if (!authorities) return {false, "ca.pem holds no authority, so nobody can be trusted; run init"};
  const auto why = crypto::why_refused(answer.chain, *authorities, expectation.name, expectation.now);
  if (!why) return {true, fmt::format("clients that have ca.pem trust it as {}", expectation.name)};
  return {false, fmt::format("clients that have ca.pem refuse it as {}: {}", expectation.name, *why)};
}

// The certificate of the folder that this server should show: the same one, else the one of the same subject.
const plan::CertificateSpec* expected_of(const crypto::Certificate& shown, const PresentCertificate& said,
                                         const plan::PkiSpec& spec, const Contents& contents) {
  const plan::CertificateSpec* by_subject = nullptr;
  for (const auto& certificate : spec.certificates) {
    const auto ours = contents.certificates.find(certificate.name);
    if (ours != contents.certificates.end() && ours->second.is_same_as(shown)) return &certificate;
    if (certificate.subject.common_name == said.subject.common_name) by_subject = &certificate;
  }
  return by_subject;
}

ServerFinding judge_identity(const crypto::Certificate& shown, const PresentCertificate& said,
                             const plan::CertificateSpec& wanted, const plan::PkiSpec& spec, const Contents& contents) {
  const std::string file = plan::certificate_file(wanted);
  const auto ours = contents.certificates.find(wanted.name);
  if (ours == contents.certificates.end()) {
    return {false, fmt::format("{} is not in the folder; put it back, or run init and roll it out", file)};
  }
  if (ours->second.is_same_as(shown)) return {true, fmt::format("it is {} of the folder", file)};
  const auto present = ours->second.describe();
  const bool is_older = present && said.not_before < present->not_before;
  return {false,
          fmt::format("it is {} {} than the folder's, whose serial is {}; {}", is_older ? "an older" : "another", file,
                      present ? present->serial : "unknown",
                      is_older ? fmt::format("bring the folder's there (bundle) and restart {}", readers_of(file, spec))
                               : "is this the folder that the server's files came from?")};
}

ServerFinding judge_names(const plan::CertificateSpec& wanted, const PresentCertificate& said) {
  const auto lacking = plan::names_beyond(wanted.names, said.names);
  if (lacking.empty()) return {true, "it has every name that cluster.yaml asks for"};
  return {false, fmt::format("it does not name {}, which cluster.yaml asks for; run renew, and roll {} out",
                             fmt::join(lacking, ", "), plan::certificate_file(wanted))};
}

ServerFinding judge_end(const PresentCertificate& said, const ServerExpectation& expectation) {
  if (said.not_after <= expectation.now) {
    return {false, fmt::format("it ended {} ago; run renew, and roll it out",
                               plan::span_text(expectation.now - said.not_after))};
  }
  const auto left = said.not_after - expectation.now;
  const bool soon = left <= expectation.within;
  return {!soon, fmt::format("it ends in {}{}", plan::span_text(left), soon ? "; run renew, and roll it out" : "")};
}

}  // namespace

bool ServerReport::sound() const {
  return std::all_of(findings.begin(), findings.end(), [](const ServerFinding& finding) { return finding.sound; });
}

base::Result<ServerReport> judge_server(const crypto::TlsAnswer& answer, const plan::PkiSpec& spec,
                                        const Contents& contents, const ServerExpectation& expectation) {
  const crypto::Certificate& shown = answer.chain.front();
  const auto said = shown.describe();
  if (!said) return base::fail("what the server shows cannot be read: {}", said.error().message);
  ServerReport report{shown_lines(*said), {judge_answer(answer), judge_trust(answer, contents, expectation)}};
  const auto* const wanted = expected_of(shown, *said, spec, contents);
  if (wanted == nullptr) {
    report.findings.push_back({false, fmt::format("no certificate of the folder is for {}; is this a server of this "
                                                  "cluster?",
                                                  said->subject_text)});
  } else {
    report.findings.push_back(judge_identity(shown, *said, *wanted, spec, contents));
    report.findings.push_back(judge_names(*wanted, *said));
  }
  report.findings.push_back(judge_end(*said, expectation));
  return report;
}

}  // namespace pki::output
