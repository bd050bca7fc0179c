#include "lb/net/tls_session.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <time.h>  // NOLINT(modernize-deprecated-headers): timegm is no C++

#include <cerrno>

namespace lb::net {
namespace {

// The oldest of the thread's errors, which is the cause of the others. Empties the queue.
std::string take_openssl_reason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  if (ERR_SYSTEM_ERROR(code)) return base::errno_text(ERR_GET_REASON(code));
  const char* const text = ERR_reason_error_string(code);
  return text == nullptr ? fmt::format("OpenSSL error {}", code) : text;
}

base::Failure cannot_use(std::string_view key, std::string_view file, std::string_view wanted) {
  return base::fail("healthCheck.{}: cannot use {}: {}; name {} that this user may read", key, file,
                    take_openssl_reason(), wanted);
}

// A key with a passphrase is an error and no question on the terminal.
int no_passphrase(char*, int, int, void*) noexcept {
  return 0;
}

base::Result<void> trust(SSL_CTX* context, const cluster::HealthCheck& check) {
  if (check.insecure) return {};
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  // As Go does: whatever certificate the file holds is trusted, an intermediate one too.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  if (SSL_CTX_load_verify_file(context, check.ca_file.c_str()) == 1) return {};
  return cannot_use("caFile", check.ca_file, "a PEM file of CA certificates");
}

base::Result<void> use_certificate(SSL_CTX* context, const cluster::HealthCheck& check) {
  if (check.certificate_file.empty()) return {};
  SSL_CTX_set_default_passwd_cb(context, &no_passphrase);
  if (SSL_CTX_use_certificate_chain_file(context, check.certificate_file.c_str()) != 1) {
    return cannot_use("certificateFile", check.certificate_file, "a PEM file of a certificate");
  }
  if (SSL_CTX_use_PrivateKey_file(context, check.key_file.c_str(), SSL_FILETYPE_PEM) == 1) return {};
  return cannot_use("keyFile", check.key_file, "a PEM file of that certificate's key, without a passphrase,");
}

void add_name(PeerCertificate& certificate, const GENERAL_NAME& name) {
  int type = 0;
  const void* const value = GENERAL_NAME_get0_value(&name, &type);
  if (type != GEN_DNS && type != GEN_IPADD) return;
  const auto* const text = static_cast<const ASN1_STRING*>(value);
  const unsigned char* const bytes = ASN1_STRING_get0_data(text);
  const auto size = static_cast<std::size_t>(ASN1_STRING_length(text));
  if (type == GEN_DNS) certificate.names.emplace_back(bytes, bytes + size);
  if (type == GEN_IPADD && size == 4) certificate.addresses.push_back(base::IpAddress::from_v4(bytes));
  if (type == GEN_IPADD && size == 16) certificate.addresses.push_back(base::IpAddress::from_v6(bytes));
}

void add_names(PeerCertificate& certificate, const X509* x509) {
  auto* const names =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x509, NID_subject_alt_name, nullptr, nullptr));  // a copy
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) add_name(certificate, *sk_GENERAL_NAME_value(names, i));
  GENERAL_NAMES_free(names);
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const noexcept {
  SSL_CTX_free(context);
}

base::Result<std::unique_ptr<const TlsContext>> TlsContext::make(const cluster::HealthCheck& check) {
  ERR_clear_error();
  std::unique_ptr<TlsContext> context(new TlsContext(SSL_CTX_new(TLS_client_method())));
  if (context->native() == nullptr) return base::fail("cannot make a TLS client: {}", take_openssl_reason());
  SSL_CTX_set_min_proto_version(context->native(), TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(context->native(), SSL_SESS_CACHE_OFF);
  if (auto trusted = trust(context->native(), check); !trusted) return base::Failure(trusted.error());
  if (auto used = use_certificate(context->native(), check); !used) return base::Failure(used.error());
  return context;
}

void TlsSession::Free::operator()(ssl_st* ssl) const noexcept {
  SSL_free(ssl);
}

TlsSession::TlsSession(const TlsContext& context, int fd, const std::string& name) noexcept
    : name_(name), ssl_(SSL_new(context.native())) {
  if (!ssl_) return;
  SSL_set_fd(ssl_.get(), fd);
  // An address is checked against the certificate's addresses, a name against its names (RFC 6125); only names are
  // sent.
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), name_.c_str()) == 1) return;
  if (SSL_set1_host(ssl_.get(), name_.c_str()) != 1) {
    ssl_.reset();  // no memory
    return;
  }
  // What SSL_set_tlsext_host_name does; as a macro it holds an old-style cast.
  SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name_.data());
}

TlsSession::Result TlsSession::shake_hands() noexcept {
  ERR_clear_error();
  return outcome_of(SSL_connect(ssl_.get()));
}

TlsSession::Result TlsSession::send(std::string_view bytes) noexcept {
  ERR_clear_error();
  return outcome_of(SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())));
}

TlsSession::Result TlsSession::receive(std::span<char> into) noexcept {
  ERR_clear_error();
  return outcome_of(SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size())));
}

void TlsSession::say_goodbye() noexcept {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

std::optional<PeerCertificate> TlsSession::peer_certificate() const {
  const X509* const x509 = SSL_get0_peer_certificate(ssl_.get());
  std::tm end{};
  if (x509 == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(x509), &end) != 1) return std::nullopt;
  PeerCertificate certificate;
  certificate.not_after = std::chrono::system_clock::from_time_t(::timegm(&end));
  add_names(certificate, x509);
  return certificate;
}

TlsSession::Result TlsSession::outcome_of(int result) noexcept {
  if (result > 0) return {Outcome::kMoved, static_cast<std::size_t>(result)};
  switch (const int error = SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {Outcome::kWantsRead};
    case SSL_ERROR_WANT_WRITE:
      return {Outcome::kWantsWrite};
    case SSL_ERROR_ZERO_RETURN:
      return {Outcome::kEnded};
    default:
      note_reason(error);
      return {Outcome::kFailed};
  }
}

void TlsSession::note_reason(int error) {
  const int system_error = errno;
  const long verified = SSL_get_verify_result(ssl_.get());
  if (SSL_get_verify_mode(ssl_.get()) != SSL_VERIFY_NONE && verified != X509_V_OK) {
    reason_ = fmt::format("the certificate is refused ({}): {}", name_, X509_verify_cert_error_string(verified));
    ERR_clear_error();
  } else if (error == SSL_ERROR_SYSCALL) {
    reason_ = system_error == 0 ? "the connection ended" : base::errno_text(system_error);
    ERR_clear_error();
  } else {
    reason_ = take_openssl_reason();
  }
}

}  // namespace lb::net
