#include "pki/crypto/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "pki/crypto/openssl_error.h"

namespace pki::crypto {
namespace {

// A BIO that reads from `text` in place, without a copy of it.
BioPtr reader_of(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string_view written_to(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

// Called for a key with a passphrase; without it OpenSSL would ask on the terminal.
int refuse_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

}  // namespace

base::Result<PkeyPtr> read_private_key(std::string_view pem) {
  const BioPtr bio = reader_of(pem);
  if (!bio) return openssl_failure("read the private key");
  bool has_passphrase = false;
  PkeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, &has_passphrase));
  if (has_passphrase) {
    ERR_clear_error();
    return base::fail(
        "the private key has a passphrase, which cannot be given here; remove it with "
        "`openssl pkey -in OLD -out NEW`");
  }
  if (!key) return base::fail("it is not a whole private key in PEM form: {}", take_openssl_reasons());
  return key;
}

base::Result<SecretText> write_private_key(const EVP_PKEY& key) {
  // Memory of this kind is wiped when it is freed and whenever it grows (BUF_MEM_grow_clean, BUF_MEM_free).
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return openssl_failure("write the private key as PEM");
  }
  return SecretText(written_to(bio.get()));
}

base::Result<X509Ptr> read_certificate(std::string_view pem) {
  const BioPtr bio = reader_of(pem);
  if (!bio) return openssl_failure("read the certificate");
  X509Ptr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) return base::fail("it is not a whole certificate in PEM form: {}", take_openssl_reasons());
  const X509Ptr second(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();  // that there is no second one is as it should be
  if (second) return base::fail("it holds more than one certificate; keep each in a file of its own");
  return certificate;
}

base::Result<std::string> write_certificate(const X509& certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio || PEM_write_bio_X509(bio.get(), &certificate) != 1) return openssl_failure("write the certificate as PEM");
  return std::string(written_to(bio.get()));
}

}  // namespace pki::crypto
