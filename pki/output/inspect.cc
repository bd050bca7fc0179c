#include "pki/output/inspect.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pki/crypto/certificate.h"
#include "pki/crypto/key.h"
#include "pki/crypto/pem.h"
#include "pki/output/encryption_config.h"
#include "pki/output/kubeconfig.h"
#include "pki/output/secret_file.h"
#include "pki/plan/moment.h"

namespace pki::output {
namespace {

using std::chrono::sys_seconds;

std::string line(std::string_view name, std::string_view value) {
  return fmt::format("  {:<12}{}\n", name, value);
}

// A terminal must not obey what a certificate says.
std::string printable(std::string_view text) {
  std::string clean;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    clean += byte < 0x20 || byte == 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return clean;
}

std::string validity(const plan::PresentCertificate& said, sys_seconds now) {
  std::string text = fmt::format("{} to {}", plan::moment_text(said.not_before), plan::moment_text(said.not_after));
  if (now < said.not_before) return text + ": not yet";
  if (now > said.not_after) return text + fmt::format(": ended {} ago", plan::span_text(now - said.not_after));
  return text + fmt::format(": {} left", plan::span_text(said.not_after - now));
}

std::string names_text(const plan::AlternativeNames& names) {
  std::vector<std::string> all;
  for (const auto& name : names.dns) all.push_back(printable(name));
  for (const auto& address : names.addresses) all.push_back(address.to_string());
  return fmt::format("{}", fmt::join(all, ", "));
}

std::string usage_text(const plan::PresentCertificate& said) {
  if (said.is_authority) return "signs certificates";
  if (said.serves && said.calls) return "server and client";
  if (said.serves) return "server";
  return said.calls ? "client" : "neither server nor client";
}

std::string permitted_text(const plan::PermittedNames& permitted) {
  std::vector<std::string> all = permitted.domains;
  for (const auto& network : permitted.networks) all.push_back(network.to_string());
  return printable(fmt::format("{}", fmt::join(all, ", ")));
}

base::Result<std::string> certificate_text(const crypto::Certificate& certificate, sys_seconds now) {
  const auto said = certificate.describe();
  if (!said) return base::Failure(said.error());
  std::string text = "certificate\n" + line("subject", printable(said->subject_text));
  text += line("issuer", printable(said->issuer_text));
  text += line("valid", validity(*said, now));
  text += line("use", usage_text(*said));
  if (said->names.size() > 0) text += line("names", names_text(said->names));
  if (said->permitted) text += line("permits", permitted_text(*said->permitted));
  text += line("serial", said->serial);
  text += line("key", certificate.key_algorithm());
  text += line("SHA-256", certificate.fingerprint());
  return text;
}

base::Result<std::string> certificates_text(std::string_view pem, sys_seconds now) {
  const auto all = crypto::Certificate::all_from_pem(pem);
  if (!all) return base::Failure(all.error());
  std::string text;
  for (const auto& certificate : *all) {
    auto one = certificate_text(certificate, now);
    if (!one) return one;
    text += *one;
  }
  return text;
}

base::Result<std::string> key_text(std::string_view pem) {
  if (crypto::has_passphrase(pem)) return std::string("private key under a passphrase\n");
  const auto key = crypto::Key::from_pem(pem);
  if (!key) return base::Failure(key.error());
  return "private key\n" + line("key", key->algorithm()) + line("public half", "SHA-256 " + key->fingerprint());
}

base::Result<std::string> kubeconfig_text(std::string_view yaml, sys_seconds now) {
  const auto kubeconfig = read_kubeconfig(yaml);
  if (!kubeconfig) return base::Failure(kubeconfig.error());
  const auto trusted = certificates_text(kubeconfig->ca_pem, now);
  const auto own = certificates_text(kubeconfig->certificate_pem, now);
  const auto key = key_text(kubeconfig->key_pem.view());
  if (!trusted) return base::fail("its authority: {}", trusted.error().message);
  if (!own) return base::fail("its client certificate: {}", own.error().message);
  if (!key) return base::fail("its client key: {}", key.error().message);
  return "kubeconfig\n" + line("server", printable(kubeconfig->server)) + line("user", printable(kubeconfig->user)) +
         "it trusts\n" + *trusted + "it shows\n" + *own + *key;
}

base::Result<std::string> encryption_text(std::string_view yaml) {
  const auto config = read_encryption_config(yaml);
  if (!config) return base::Failure(config.error());
  std::string text =
      "encryption configuration\n" + line("encrypts", fmt::format("{}", fmt::join(config->resources, ", ")));
  for (std::size_t i = 0; i < config->keys.size(); ++i) {
    const auto& key = config->keys[i];
    text += line(i == 0 ? "writes by" : "also reads", fmt::format("{} {}", cluster::name_of(key.provider), key.name));
  }
  if (config->reads_plaintext) text += line("also reads", "what was written before there was a key (identity)");
  return text;
}

base::Result<std::string> text_of(std::string_view content, sys_seconds now) {
  const auto holds = [&](std::string_view part) { return content.find(part) != std::string_view::npos; };
  if (holds("PRIVATE KEY-----")) return key_text(content);
  if (holds("-----BEGIN CERTIFICATE-----")) return certificates_text(content, now);
  if (holds("EncryptionConfiguration")) return encryption_text(content);
  if (holds("kind: Config")) return kubeconfig_text(content, now);
  return base::fail(
      "it is neither a certificate nor a private key in PEM form, nor a kubeconfig, nor an encryption "
      "configuration; name one of these");
}

}  // namespace

base::Result<std::string> inspect_file(const std::filesystem::path& path, sys_seconds now) {
  const auto content = read_secret_file(path);
  if (!content) return base::Failure(content.error());
  auto text = text_of(content->view(), now);
  if (!text) return base::fail("{}: {}", path.string(), text.error().message);
  return path.string() + ": " + *text;
}

}  // namespace pki::output
