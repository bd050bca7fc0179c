#include "pki/crypto/issue.h"

#include <algorithm>
#include <ctime>
#include <string>

#include "pki/crypto/asn1_text.h"
#include "pki/crypto/name_constraints.h"
#include "pki/crypto/openssl_error.h"

namespace pki::crypto {
namespace {

using std::chrono::sys_seconds;

constexpr std::chrono::minutes kClockSlack{5};
constexpr int kSerialBits = 128;

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool set_serial(X509* certificate) {
  const BignumPtr number(BN_new());
  // RFC 5280 s4.1.2.2: a positive number. Zero comes up once in 2^128 and is refused rather than drawn again.
  return number && BN_rand(number.get(), kSerialBits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_is_zero(number.get()) == 0 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_time(ASN1_TIME* field, sys_seconds time) {
  return ASN1_TIME_set(field, static_cast<std::time_t>(time.time_since_epoch().count())) != nullptr;
}

bool add_entry(X509_NAME* name, int nid, const std::string& value) {
  return value.empty() || X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, bytes_of(value),
                                                     static_cast<int>(value.size()), -1, 0) == 1;
}

bool set_subject(X509* certificate, const plan::Subject& subject) {
  const X509NamePtr name(X509_NAME_new());
  return name && add_entry(name.get(), NID_organizationName, subject.organisation) &&
         add_entry(name.get(), NID_commonName, subject.common_name) &&
         X509_set_subject_name(certificate, name.get()) == 1;
}

// The text is one of this file's constants, never a name from outside: OpenSSL's little language has no quoting.
bool add_extension(X509* certificate, X509* authority, int nid, const char* text) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, authority, certificate, nullptr, nullptr, 0);
  const X509ExtensionPtr extension(X509V3_EXT_nconf_nid(nullptr, &context, nid, text));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool push(GENERAL_NAMES* names, int type, ASN1_STRING* value) {
  GeneralNamePtr name(GENERAL_NAME_new());
  if (!name || value == nullptr) {
    ASN1_STRING_free(value);
    return false;
  }
  GENERAL_NAME_set0_value(name.get(), type, value);
  if (sk_GENERAL_NAME_push(names, name.get()) == 0) return false;
  (void)name.release();  // the list owns it now
  return true;
}

bool add_names(X509* certificate, const plan::AlternativeNames& names) {
  if (names.size() == 0) return true;
  const GeneralNamesPtr list(GENERAL_NAMES_new());
  if (!list) return false;
  for (const auto& name : names.dns) {
    if (!push(list.get(), GEN_DNS, new_asn1_string(V_ASN1_IA5STRING, name))) return false;
  }
  for (const auto& address : names.addresses) {
    ASN1_STRING* const bytes = new_asn1_string(
        V_ASN1_OCTET_STRING, {reinterpret_cast<const char*>(address.bytes().data()), address.bit_length() / 8});
    if (!push(list.get(), GEN_IPADD, bytes)) return false;
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

// RFC 5280 s4.2.1.3: a key of a leaf signs (digitalSignature). keyEncipherment is for RSA alone, and of use only where
// the key serves: there TLS 1.2 may let a client encrypt to it.
const char* leaf_usage(plan::CertificateKind kind, const Key& key) {
  const bool serves = kind == plan::CertificateKind::kServerAndClient;
  return serves && key.is_rsa() ? "critical,digitalSignature,keyEncipherment" : "critical,digitalSignature";
}

// id-kp-jwt (RFC 9509 s3.2): neither a server nor a client may use it.
constexpr const char* kSignsTokens = "1.3.6.1.5.5.7.3.37";

const char* extended_usage(plan::CertificateKind kind) {
  if (kind == plan::CertificateKind::kTokenSigner) return kSignsTokens;
  return kind == plan::CertificateKind::kServerAndClient ? "serverAuth,clientAuth" : "clientAuth";
}

bool add_usages(X509* certificate, X509* authority, plan::CertificateKind kind, const Key& key) {
  const auto add = [&](int nid, const char* text) { return add_extension(certificate, authority, nid, text); };
  if (kind == plan::CertificateKind::kAuthority) {
    return add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
           add(NID_key_usage, "critical,keyCertSign,cRLSign");
  }
  return add(NID_basic_constraints, "critical,CA:FALSE") && add(NID_key_usage, leaf_usage(kind, key)) &&
         add(NID_ext_key_usage, extended_usage(kind));
}

// An authority from elsewhere may lack the identifier that AKI repeats; RFC 5280 s4.2.1.1 has AKI only where it is
// known. A certificate that signs itself is not asked: OpenSSL would parse it, unfinished as it is, and remember what
// it saw.
bool add_key_identifiers(X509* certificate, X509* authority) {
  if (!add_extension(certificate, authority, NID_subject_key_identifier, "hash")) return false;
  if (authority != certificate && X509_get0_subject_key_id(authority) == nullptr) return true;
  return add_extension(certificate, authority, NID_authority_key_identifier, "keyid:always");
}

// SHA-256 (SHA-384 for P-384, as RFC 5480 s4 pairs them), except for keys whose scheme includes its digest (RFC 8032).
const EVP_MD* digest_for(const Key& key) {
  if (key.known_algorithm() == cluster::KeyAlgorithm::kEcdsaP384) return EVP_sha384();
  const bool has_own = EVP_PKEY_is_a(key.native(), "ED25519") == 1 || EVP_PKEY_is_a(key.native(), "ED448") == 1;
  return has_own ? nullptr : EVP_sha256();
}

// `authority` is the certificate itself where it signs itself.
bool fill(X509* certificate, X509* authority, const plan::CertificateSpec& spec, const Key& key, sys_seconds now,
          sys_seconds not_after) {
  return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
         set_subject(certificate, spec.subject) &&
         X509_set_issuer_name(certificate, X509_get_subject_name(authority)) == 1 &&
         set_time(X509_getm_notBefore(certificate), now - kClockSlack) &&
         set_time(X509_getm_notAfter(certificate), not_after) && X509_set_pubkey(certificate, key.native()) == 1 &&
         add_usages(certificate, authority, spec.kind, key) && add_key_identifiers(certificate, authority) &&
         add_names(certificate, spec.names) && (!spec.permitted || add_permitted_names(*certificate, *spec.permitted));
}

base::Failure cannot_issue(const plan::CertificateSpec& spec) {
  return openssl_failure("issue the certificate " + plan::certificate_file(spec));
}

}  // namespace

base::Result<Certificate> issue_authority(const plan::CertificateSpec& spec, const Key& key, sys_seconds now) {
  X509Ptr certificate(X509_new());
  X509* const self = certificate.get();
  if (self == nullptr || !fill(self, self, spec, key, now, now + spec.lifetime) ||
      X509_sign(self, key.native(), digest_for(key)) == 0) {
    return cannot_issue(spec);
  }
  return Certificate(std::move(certificate));
}

base::Result<Certificate> issue(const plan::CertificateSpec& spec, const Key& key, const Certificate& authority,
                                const Key& authority_key, sys_seconds now) {
  const auto signer = authority.describe();
  if (!signer) return base::Failure(signer.error());
  const sys_seconds not_after = std::min<sys_seconds>(now + spec.lifetime, signer->not_after);
  if (not_after <= now) {
    return base::fail("cannot issue {}: the authority has ended, and nobody would take it",
                      plan::certificate_file(spec));
  }
  X509Ptr certificate(X509_new());
  if (!certificate || !fill(certificate.get(), authority.native(), spec, key, now, not_after) ||
      X509_sign(certificate.get(), authority_key.native(), digest_for(authority_key)) == 0) {
    return cannot_issue(spec);
  }
  return Certificate(std::move(certificate));
}

}  // namespace pki::crypto
