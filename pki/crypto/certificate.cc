#include "pki/crypto/certificate.h"

#include <openssl/err.h>

#include <ctime>

#include "pki/crypto/asn1_text.h"
#include "pki/crypto/fingerprint.h"
#include "pki/crypto/name_constraints.h"
#include "pki/crypto/openssl_error.h"
#include "pki/crypto/pem.h"

namespace pki::crypto {
namespace {

using OpensslText = OpensslPtr<char, [](char* text) { OPENSSL_free(text); }>;

// The last entry of this kind, as UTF-8; empty when there is none.
std::string entry_of(const X509_NAME* name, int nid) {
  std::string value;
  for (int at = -1; (at = X509_NAME_get_index_by_NID(name, nid, at)) >= 0;) {
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (size >= 0) value.assign(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
    OPENSSL_free(utf8);
  }
  return value;
}

base::Result<std::string> name_text(const X509_NAME* name) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio || X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253) < 0) {
    return openssl_failure("write a distinguished name");
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

// Without timegm, which POSIX does not have.
base::Result<std::chrono::sys_seconds> time_of(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) return openssl_failure("read the certificate's period of validity");
  const auto date = std::chrono::year(fields.tm_year + 1900) / (fields.tm_mon + 1) / fields.tm_mday;
  return std::chrono::sys_days(date) + std::chrono::hours(fields.tm_hour) + std::chrono::minutes(fields.tm_min) +
         std::chrono::seconds(fields.tm_sec);
}

void append(const GENERAL_NAME* name, plan::AlternativeNames& names) {
  if (name->type == GEN_DNS) {
    names.dns.push_back(plan::canonical_dns_name(text_of(name->d.dNSName)));
  } else if (name->type == GEN_IPADD) {
    const std::uint8_t* bytes = ASN1_STRING_get0_data(name->d.iPAddress);
    const int size = ASN1_STRING_length(name->d.iPAddress);
    if (size == 4) names.addresses.push_back(base::IpAddress::from_v4(bytes));
    if (size == 16) names.addresses.push_back(base::IpAddress::from_v6(bytes));
  }
}

base::Result<plan::AlternativeNames> names_of(const X509* certificate) {
  int critical = 0;  // -1: there is no such extension; -2: there is more than one
  const GeneralNamesPtr list(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, &critical, nullptr)));
  if (!list && critical != -1) return openssl_failure("read the certificate's alternative names");
  plan::AlternativeNames names;
  for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()); ++i) append(sk_GENERAL_NAME_value(list.get(), i), names);
  return names;
}

std::string serial_text(const X509* certificate) {
  const BignumPtr number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  const OpensslText text(number ? BN_bn2hex(number.get()) : nullptr);
  return text ? text.get() : "";
}

}  // namespace

base::Result<Certificate> Certificate::from_pem(std::string_view pem) {
  return read_certificate(pem).map([](X509Ptr certificate) { return Certificate(std::move(certificate)); });
}

base::Result<std::vector<Certificate>> Certificate::all_from_pem(std::string_view pem) {
  return read_certificates(pem).map([](std::vector<X509Ptr> read) {
    std::vector<Certificate> all;
    for (auto& one : read) all.emplace_back(std::move(one));
    return all;
  });
}

base::Result<std::string> Certificate::to_pem() const {
  return write_certificate(*certificate_);
}

base::Result<plan::PresentCertificate> Certificate::describe() const {
  X509* const certificate = certificate_.get();
  const X509_NAME* const subject = X509_get_subject_name(certificate);
  auto subject_text = name_text(subject);
  auto issuer_text = name_text(X509_get_issuer_name(certificate));
  auto names = names_of(certificate);
  auto permitted = permitted_names_of(*certificate);
  const auto not_before = time_of(X509_get0_notBefore(certificate));
  const auto not_after = time_of(X509_get0_notAfter(certificate));
  if (!subject_text) return base::Failure(subject_text.error());
  if (!issuer_text) return base::Failure(issuer_text.error());
  if (!names) return base::Failure(names.error());
  if (!permitted) return base::Failure(permitted.error());
  if (!not_before) return base::Failure(not_before.error());
  if (!not_after) return base::Failure(not_after.error());
  if ((X509_get_extension_flags(certificate) & EXFLAG_INVALID) != 0) return openssl_failure("read the extensions");

  plan::PresentCertificate present;
  present.subject = {entry_of(subject, NID_commonName), entry_of(subject, NID_organizationName)};
  present.subject_text = std::move(*subject_text);
  present.issuer_text = std::move(*issuer_text);
  present.serial = serial_text(certificate);
  present.names = std::move(*names);
  present.permitted = std::move(*permitted);
  present.is_authority = X509_check_ca(certificate) == 1;
  // All bits are set where the extension is missing, which RFC 5280 s4.2.1.12 takes as: for every purpose.
  const std::uint32_t usage = X509_get_extended_key_usage(certificate);
  present.serves = (usage & XKU_SSL_SERVER) != 0;
  present.calls = (usage & XKU_SSL_CLIENT) != 0;
  present.not_before = *not_before;
  present.not_after = *not_after;
  return present;
}

bool Certificate::is_for(const Key& key) const {
  const bool same = EVP_PKEY_eq(X509_get0_pubkey(certificate_.get()), key.native()) == 1;
  ERR_clear_error();  // keys of different kinds leave a reason behind
  return same;
}

bool Certificate::is_signed_by(const Key& authority) const {
  const bool verified = X509_verify(certificate_.get(), authority.native()) == 1;
  ERR_clear_error();
  return verified;
}

bool Certificate::is_signed_by(const Certificate& authority) const {
  const bool verified = X509_verify(certificate_.get(), X509_get0_pubkey(authority.native())) == 1;
  ERR_clear_error();
  return verified;
}

bool Certificate::is_same_as(const Certificate& other) const {
  return X509_cmp(certificate_.get(), other.native()) == 0;
}

std::string Certificate::key_algorithm() const {
  EVP_PKEY* const key = X509_get0_pubkey(certificate_.get());
  return key != nullptr ? algorithm_text(*key) : "unknown";
}

std::string Certificate::fingerprint() const {
  return certificate_fingerprint(*certificate_);
}

}  // namespace pki::crypto
